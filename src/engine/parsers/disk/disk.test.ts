import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { bytesSource } from '../../source/byte-source.ts'
import { type BlockMap, BlockSource, NumberTable, zeros } from './index.ts'

test('a disk out of stored, decoded and missing blocks reads the same in any pieces', () => {
  const blockBytes = 8
  const file = bytesSource(Buffer.from(Array.from({ length: 64 }, (_, at) => at + 1)))
  const places = [zeros, 0, 8, 32, zeros, zeros, 16, Buffer.alloc(8, 200), 60, Buffer.alloc(3, 201)]
  const map: BlockMap = { blockBytes, locate: (block) => places[block] ?? zeros, missing: () => misses++ }
  let misses = 0
  const size = places.length * blockBytes - 3
  const expected = Buffer.alloc(size)
  for (const [block, place] of places.entries()) {
    const stored = typeof place === 'number' ? file.read(place === zeros ? 64 : place, 8) : place
    for (const [at, byte] of stored.entries()) if (block * 8 + at < size) expected[block * 8 + at] = byte
  }
  const disk = new BlockSource(file, map, size)
  fc.assert(
    fc.property(fc.nat(size + 5), fc.nat(size + 5), (offset, length) => {
      assert.deepEqual(Buffer.from(disk.read(offset, length)), expected.subarray(offset, offset + length))
    }),
  )
  // Four bytes of one block lie behind the end of the file.
  assert.ok(misses > 0)
})

test('a table has no more entries than the file has room for', () => {
  const file = bytesSource(Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 0, 0]))
  const table = new NumberTable(file, 0, 2 ** 32, 'be32')
  assert.deepEqual([table.length, table.get(0), table.get(1), table.get(2)], [2, 1, 2, undefined])
  assert.deepEqual([table.isCut, new NumberTable(file, 0, 2, 'be32').isCut], [true, false])
  assert.equal(new NumberTable(file, 100, 5, 'u64').length, 0)
})

test('a disk that claims more than can be counted ends all the same', () => {
  const map: BlockMap = { blockBytes: 65_536, locate: () => zeros, missing: () => {} }
  const disk = new BlockSource(bytesSource(new Uint8Array(8)), map, 2 ** 72)
  assert.equal(disk.size, 2 ** 50)
  assert.equal(disk.read(disk.size - 100_000, 262_144).length, 100_000)
})
