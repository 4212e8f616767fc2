import assert from 'node:assert/strict'
import { test } from 'node:test'

import { lz4Packer, xzPacker, zstdPacker } from '../../../test/support/journal-packers.ts'
import { decompress } from './decompress.ts'

const text = Buffer.from(`MESSAGE=${'abc'.repeat(100)}${'x'.repeat(200_000)}end`)

for (const [name, { pack, flag }] of Object.entries({ zstdPacker, lz4Packer, xzPacker })) {
  test(`${name}: all of a value, or as much of it as may be`, () => {
    const packed = pack(text)
    const whole = decompress(packed, flag, text.length)
    assert.equal(whole.fault, undefined)
    assert.ok(text.equals(whole.bytes))
    const part = decompress(packed, flag, 250)
    assert.equal(part.fault, 'it is too long')
    assert.ok(text.subarray(0, part.bytes.length).equals(part.bytes))
    assert.ok(part.bytes.length >= 200 && part.bytes.length <= 250, String(part.bytes.length))
  })
}

test('LZ4 whose matches reach before its beginning, or that is shorter than it says, is told', () => {
  const packed = Buffer.from(lz4Packer.pack(Buffer.from(`A=${'b'.repeat(100)}end..`)))
  const longer = Buffer.from(packed)
  longer.writeUInt32LE(200, 0)
  assert.equal(decompress(longer, lz4Packer.flag, 1000).fault, 'it is not as long as it says')
  const match = packed.indexOf(Buffer.from([1, 0]), 8)
  packed[match] = 99
  assert.equal(decompress(packed, lz4Packer.flag, 1000).fault, 'an LZ4 block has a wrong match')
  assert.equal(decompress(packed.subarray(0, 8), lz4Packer.flag, 1000).fault, 'it ends early')
})

test('two compressions at once are none', () => {
  assert.match(decompress(text, 3, 1000).fault ?? '', /not known here/)
})
