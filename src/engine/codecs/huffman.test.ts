import assert from 'node:assert/strict'
import { test } from 'node:test'

import { type Alphabet, buildTable, distanceAlphabet, lengthAlphabet, literalAlphabet } from './huffman.ts'

const build = (alphabet: Alphabet, lengths: readonly number[]) =>
  buildTable(alphabet, Uint8Array.from(lengths), { from: 0, count: lengths.length }, new Int32Array(1536))

test('a complete code has a table as wide as its longest code, at most the root', () => {
  assert.equal(build(literalAlphabet, [1, 2, 3, 3]), 3)
  assert.equal(build(lengthAlphabet, [1, 2, 3, 4, 5, 6, 7, 7]), 7)
  assert.equal(build(distanceAlphabet, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15]), 8)
})

test('more codes than fit are refused', () => {
  for (const alphabet of [literalAlphabet, distanceAlphabet, lengthAlphabet]) {
    for (const lengths of [
      [1, 1, 1],
      [1, 2, 2, 2],
      [2, 2, 2, 2, 15],
    ])
      assert.equal(build(alphabet, lengths), -1)
  }
})

test('a code that leaves room is refused, except a single literal or distance code of one bit', () => {
  for (const lengths of [[2], [1, 2], [2, 2, 2]]) assert.equal(build(distanceAlphabet, lengths), -1)
  assert.equal(build(distanceAlphabet, [0, 1]), 1)
  assert.equal(build(lengthAlphabet, [0, 1]), -1)
})

test('no code at all is legal and decodes nothing', () => {
  const table = Int32Array.of(7, 7)
  assert.equal(buildTable(distanceAlphabet, new Uint8Array(30), { from: 0, count: 30 }, table), 1)
  assert.deepEqual([...table], [0, 0])
})

test('every code of the widest trees has a place in its table', () => {
  // One of each length up to 15 leaves exactly two codes of 15 bits, which need the deepest second table.
  const lengths = [...Array.from({ length: 14 }, (_, i) => i + 1), 15, 15]
  const table = new Int32Array(1024)
  assert.equal(buildTable(distanceAlphabet, Uint8Array.from(lengths), { from: 0, count: 16 }, table), 8)
  const longest = table.filter((entry) => (entry & 15) === 15)
  assert.equal(longest.length, 2)
})
