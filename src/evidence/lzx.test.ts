import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { u16, u32 } from '../../test/support/artefact-fields.ts'
import { randomBytes } from '../../test/support/random.ts'
import { decompressLzx } from './lzx.ts'

/** A block that is not compressed: its type and size, three distances, the bytes, one more where they are odd. */
function stored(content: Uint8Array): Buffer {
  // 011, 0, and the size in 16 bits, the highest first.
  const head = Buffer.concat([u16(0x6000 | (content.length >> 4), (content.length & 15) << 12), u32(1, 1, 1)])
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}

test('blocks that are not compressed, of odd length too', () => {
  const [first, second] = [Buffer.from(randomBytes(1001, 1)), Buffer.from(randomBytes(500, 2))]
  const content = Buffer.concat([first, second]).map((byte) => (byte === 0xe8 ? 0 : byte))
  const input = Buffer.concat([stored(content.subarray(0, 1001)), stored(content.subarray(1001))])
  const { bytes, fault } = decompressLzx(input, 1501)
  assert.equal(fault, undefined)
  assert.ok(Buffer.from(bytes).equals(content))
})

test('what is cut off or longer than its chunk ends in a fault', () => {
  assert.match(decompressLzx(stored(Buffer.alloc(100)).subarray(0, 90), 100).fault ?? '', /end early/)
  assert.match(decompressLzx(stored(Buffer.alloc(100)), 99).fault ?? '', /longer than its chunk/)
  assert.match(decompressLzx(Buffer.alloc(100), 99).fault ?? '', /longer than its chunk|no known type/)
})

test('any bytes are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40_000), (input, size) => {
      assert.ok(decompressLzx(input, size).bytes.length <= size)
    }),
    { numRuns: 500 },
  )
})
