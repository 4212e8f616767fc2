import assert from 'node:assert/strict'
import { test } from 'node:test'

import { compressXpressHuffman } from '../../test/support/prefetch-writer.ts'
import { randomBytes } from '../../test/support/random.ts'
import { decompressXpressHuffman } from './xpress-huffman.ts'

function roundTrip(bytes: Uint8Array): void {
  const { bytes: out, fault } = decompressXpressHuffman(compressXpressHuffman(bytes), bytes.length)
  assert.equal(fault, undefined)
  assert.ok(Buffer.from(out).equals(bytes))
}

test('literals, short and long matches, several blocks', () => {
  roundTrip(randomBytes(3000, 1))
  for (const length of [1, 3, 4, 17, 18, 19, 272, 273, 274, 5000, 65_536, 70_000, 200_000])
    roundTrip(Buffer.concat([randomBytes(5, length), Buffer.alloc(length, 7), randomBytes(5, length + 1)]))
})

test('the published example: three literals and a match that lies over itself', () => {
  // [MS-XCA] 3.2: "abc" a hundred times.
  const table = Buffer.alloc(256)
  table.set([0x30, 0x23], 0x30)
  table[0x80] = 0x02
  table[0x8f] = 0x20
  const input = Buffer.concat([table, Buffer.from('a8dc0000ff2601', 'hex')])
  const { bytes, fault } = decompressXpressHuffman(input, 300)
  assert.equal(fault, undefined)
  assert.equal(Buffer.from(bytes).toString(), 'abc'.repeat(100))
})

test('no more comes out than was asked for, and what is wrong is said', () => {
  const input = compressXpressHuffman(Buffer.alloc(10_000, 1))
  assert.equal(decompressXpressHuffman(input, 100).bytes.length, 100)
  assert.equal(decompressXpressHuffman(input.subarray(0, 200), 100).fault, 'the compressed data end early')
  assert.match(decompressXpressHuffman(Buffer.alloc(300, 0x11), 100).fault ?? '', /do not fit together/)
  assert.match(decompressXpressHuffman(Buffer.alloc(300), 100).fault ?? '', /do not fit together/)
})

test('a match before the beginning is a fault', () => {
  // The first symbol is a match: nine bits 100000000, then anything.
  const input = Buffer.concat([Buffer.alloc(256, 0x99), Buffer.of(0x00, 0x80, 0, 0, 0, 0)])
  assert.equal(decompressXpressHuffman(input, 100).fault, 'a match begins before the data')
})
