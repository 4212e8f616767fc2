import assert from 'node:assert/strict'
import { test } from 'node:test'

import { goldenSamples } from '../../../../test/support/golden.ts'
import { randomBytes } from '../../../../test/support/random.ts'
import { unpack } from '../../../../test/support/unpack.ts'
import { lzma } from './lzma.ts'

const isOne = (bytes: Uint8Array): boolean => {
  const { members, faults } = unpack(bytes, { formats: [lzma], isFlat: true, limits: { maxBytes: 1 << 20 } })
  return members.length + faults.length > 0
}
const [sample] = goldenSamples('lzma')
const valid = sample?.bytes ?? new Uint8Array(0)

test('a header with one implausible field is none', () => {
  assert.ok(isOne(valid))
  const changes: Readonly<Record<string, readonly [at: number, value: number]>> = {
    'properties above 224': [0, 225],
    'a dictionary that is no power of two': [1, 5],
    'a size of an exabyte': [12, 1],
    'a range coder that does not begin with zero': [13, 1],
  }
  for (const [what, [at, value]] of Object.entries(changes)) {
    const bytes = valid.slice()
    bytes[at] = value
    assert.equal(isOne(bytes), false, what)
  }
})

test('a plausible header before anything but LZMA is not enough', () => {
  for (let seed = 0; seed < 200; seed++) {
    const bytes = Buffer.concat([valid.subarray(0, 14), randomBytes(3000, seed)])
    assert.equal(isOne(bytes), false, `seed ${seed}`)
  }
  assert.equal(isOne(Buffer.concat([valid.subarray(0, 14), Buffer.alloc(3)])), false)
})

test('a file cut off after its first kilobyte is still one', () => {
  const { faults, members } = unpack(valid.subarray(0, 1000), { formats: [lzma], isFlat: true })
  assert.deepEqual(faults, ['damaged decoded'])
  assert.ok((members[0]?.size ?? 0) > 500)
})
