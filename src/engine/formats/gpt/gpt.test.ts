import assert from 'node:assert/strict'
import { test } from 'node:test'

import { goldenSamples } from '../../../../test/support/golden.ts'
import { unpack } from '../../../../test/support/unpack.ts'
import { gpt } from './gpt.ts'

const flat = { formats: [gpt], isFlat: true, keepBytes: 1 } as const
const disk = goldenSamples('gpt')[0]?.bytes ?? new Uint8Array(0)

test('a disk is the same before and after it was looked at, as a Buffer too', () => {
  const bytes = Buffer.from(disk)
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(
      unpack(bytes, flat).members.map(({ chain, size }) => [chain, size]),
      [['partition-1 volume', 131_584]],
    )
  }
  assert.deepEqual(new Uint8Array(bytes), disk)
})

test('a header with a wrong checksum is none', () => {
  const bytes = disk.slice()
  bytes[512 + 72] = 3
  assert.deepEqual(unpack(bytes, flat).members, [])
})

test('entries that overlap each other, repeat or leave the disk are read as far as they go, and that is told once', () => {
  const bytes = Buffer.from(disk)
  const first = 1024
  bytes.copy(bytes, first + 128, first, first + 128)
  for (const at of [256, 384]) {
    bytes.copy(bytes, first + at, first, first + 128)
    bytes.writeBigUInt64LE(100n + BigInt(at), first + at + 32)
    bytes.writeBigUInt64LE(2n ** 40n, first + at + 40)
  }
  const { members, faults } = unpack(bytes, flat)
  assert.deepEqual(
    [members.map(({ size }) => size), faults],
    [[131_584, 204_800 - 356 * 512], ['damaged partition-3 volume']],
  )
})
