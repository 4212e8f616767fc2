import assert from 'node:assert/strict'
import { test } from 'node:test'

import { CallFilter, readLocations } from './index.ts'

/** A row is as long as the version's record, packed: places, sizes, digest, time, file version, flags. */
test('rows are as long as each version writes them', () => {
  for (const [version, length] of [
    [30_005, 4 * 6 + 16 + 1],
    [40_000, 4 * 3 + 8 * 2 + 4 + 16 + 1],
    [40_105, 4 * 3 + 8 * 3 + 4 + 16 + 1],
    [40_206, 4 * 3 + 8 * 3 + 16 + 16 + 1],
    [50_203, 4 * 3 + 8 * 3 + 16 + 16 + 2],
    [50_507, 4 * 3 + 8 * 3 + 20 + 16 + 2],
    [60_300, 4 * 3 + 8 * 3 + 20 + 16 + 2 + 1],
    [60_400, 4 * 3 + 8 * 3 + 32 + 16 + 2 + 1],
    [60_403, 4 * 3 + 8 * 3 + 32 + 16 + 1],
    [60_500, 4 * 2 + 8 * 4 + 32 + 16 + 1],
  ] as const) {
    assert.equal(readLocations(Buffer.alloc(length * 3), version).length, 3, `${version}`)
    assert.equal(readLocations(Buffer.alloc(length * 3 - 1), version).length, 2, `${version}`)
  }
})

test('slices count from one before version 4', () => {
  const row = Buffer.alloc(41)
  row.writeUInt32LE(1, 0)
  row.writeUInt32LE(2, 4)
  const [file] = readLocations(row, 30_005)
  assert.deepEqual([file?.firstSlice, file?.lastSlice], [0, 1])
})

/** A call at `at` whose target is stored as an absolute place. */
const withCall = (length: number, at: number, target: number, high: number): Buffer => {
  const bytes = Buffer.alloc(length, 0x90)
  bytes.writeUInt8(0xe8, at)
  bytes.writeUIntLE(target & 0xffffff, at + 1, 3)
  bytes.writeUInt8(high, at + 4)
  return bytes
}

test('absolute targets of calls become relative, backwards too', () => {
  const forward = withCall(200, 100, 105 + 0x30, 0)
  new CallFilter(5309).apply(forward)
  assert.equal(forward.readInt32LE(101), 0x30)
  const backward = withCall(200, 100, 105 - 0x30, 0)
  new CallFilter(5309).apply(backward)
  assert.equal(backward.readInt32LE(101), -0x30)
  const older = withCall(200, 100, 105 - 0x30, 0xff)
  new CallFilter(5200).apply(older)
  assert.equal(older.readInt32LE(101), -0x30)
})

test('places count on over blocks; what is no address stays', () => {
  const filter = new CallFilter(5309)
  filter.apply(new Uint8Array(0x10000))
  const second = withCall(0x10000, 4, 0x10000 + 9 + 7, 0)
  filter.apply(second)
  assert.equal(second.readInt32LE(5), 7)
  const other = withCall(50, 10, 0x123456, 0x55)
  const before = Buffer.from(other)
  new CallFilter(5309).apply(other)
  assert.deepEqual(other, before)
})

test('the oldest filter adds up byte by byte', () => {
  const bytes = Buffer.alloc(40, 0x90)
  bytes.writeUInt8(0xe9, 10)
  bytes.writeInt32LE(15 + 0x1234, 11)
  new CallFilter(4108).apply(bytes)
  assert.equal(bytes.readInt32LE(11), 0x1234)
})
