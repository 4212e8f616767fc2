import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { MachoWriter, universal } from '../../parsers/macho/macho-writer.ts'
import { macho } from './macho.ts'

const flat = { formats: [macho], isFlat: true } as const
const writer = new MachoWriter({ is64: true, order: 'little' })
const thin = writer.file({
  commands: [writer.segment('__TEXT', [0, 4096, 0, 600])],
  data: [{ at: 500, bytes: Buffer.alloc(100, 'x') }],
})

test('each program of a universal file is named by its processor', () => {
  for (const is64 of [true, false]) {
    const cputypes = [0x01000007, 7, 0x0100000c, 18, 99]
    const bytes = universal(
      cputypes.map((cputype) => ({ cputype, bytes: thin })),
      is64,
    )
    const { members } = unpack(bytes, flat)
    assert.deepEqual(
      members.map(({ chain }) => chain),
      ['x86-64', 'x86', 'arm-64', 'ppc', '99'],
    )
    assert.ok(members.every(({ size }) => size === thin.length))
  }
})

test('what is behind the last segment is an overlay', () => {
  assert.deepEqual(unpack(thin, flat).members, [])
  assert.deepEqual(listed(unpack(Buffer.concat([thin, Buffer.from('appended')]), flat)), ['overlay=appended'])
})

test('a Java class with the same magic is none', () => {
  const bytes = Buffer.alloc(200)
  bytes.writeUInt32BE(0xcafebabe)
  bytes.writeUInt16BE(52, 6)
  assert.equal(
    macho.matches({ chain: ['x'], depth: 0, head: bytes, source: { size: 200, read: () => bytes } }),
    false,
  )
})
