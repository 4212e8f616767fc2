import assert from 'node:assert/strict'
import { test } from 'node:test'

import { unfilter } from './unfilter.ts'

/** call +0x10 at 3, jump -5 at 20, a conditional jump at 40, calls of ARM and ARM64 at 60 and 64. */
function code(): Buffer {
  const bytes = Buffer.alloc(80, 0x90)
  bytes.writeUInt8(0xe8, 3)
  bytes.writeInt32LE(0x10, 4)
  bytes.writeUInt8(0xe9, 20)
  bytes.writeInt32LE(-5, 21)
  bytes.writeUInt16LE(0x840f, 40)
  bytes.writeInt32LE(0x20, 42)
  return bytes
}

const mark = 0x7a
const targets = { call: 4 + 0x10, jump: 21 - 5, conditional: 42 + 0x20 }

/** As the filter's description has it: each target absolute. */
function marked(bytes: Buffer, at: number, target: number): void {
  bytes.writeUInt32BE(target + mark * 2 ** 24, at)
}

test('calls and jumps of the filters that mark them are made relative again', () => {
  for (const id of [0x26, 0x36, 0x46]) {
    const bytes = code()
    marked(bytes, 4, targets.call)
    marked(bytes, 21, targets.jump)
    assert.equal(unfilter(bytes, { id, mark, origin: 0 }), true)
    assert.deepEqual(bytes, code(), id.toString(16))
  }
})

test('filter 0x49 also knows conditional jumps, 0x24 only calls, 0x25 only jumps', () => {
  const all = code()
  marked(all, 4, targets.call)
  marked(all, 42, targets.conditional)
  unfilter(all, { id: 0x49, mark, origin: 0 })
  assert.deepEqual(all, code())
  for (const [id, at, other] of [
    [0x24, 4, 21],
    [0x25, 21, 4],
  ] as const) {
    const bytes = code()
    marked(bytes, at, at === 4 ? targets.call : targets.jump)
    bytes.writeUInt8(mark, other)
    const before = bytes.subarray(other, other + 4).toString('hex')
    unfilter(bytes, { id, mark, origin: 0 })
    assert.equal(bytes.readInt32LE(at), code().readInt32LE(at))
    assert.equal(bytes.subarray(other, other + 4).toString('hex'), before)
  }
})

test('the filters without a mark change every call, in the byte order that they say', () => {
  for (const [id, isSwapped] of [
    [0x13, false],
    [0x16, true],
  ] as const) {
    const bytes = code()
    const write = (value: number, at: number): void => {
      if (isSwapped) bytes.writeUInt32BE(value, at)
      else bytes.writeUInt32LE(value, at)
    }
    write(targets.call + 0x1000, 4)
    write(targets.jump + 0x1000, 21)
    unfilter(bytes, { id, mark: 0, origin: 0x1000 })
    assert.deepEqual(bytes, code(), id.toString(16))
  }
})

test('branches of ARM and ARM64 are made relative again', () => {
  const arm = Buffer.alloc(16)
  arm.writeUInt32LE(0xeb000000 + ((0x123 + 1) & 0xffffff), 4)
  unfilter(arm, { id: 0x50, mark: 0, origin: 0 })
  assert.equal(arm.readUInt32LE(4), 0xeb000123)
  const arm64 = Buffer.alloc(16)
  arm64.writeUInt32LE(0x94000000 + ((0x3fffff0 + 2) & 0x3ffffff), 8)
  unfilter(arm64, { id: 0x52, mark: 0, origin: 0 })
  assert.equal(arm64.readUInt32LE(8), 0x97fffff0)
})

test('a target that was seen before is an index to the recent ones', () => {
  // Filter 0x87: both calls and jumps by recency; a new target is odd, an index even.
  const bytes = Buffer.alloc(40, 0x90)
  for (const [at, stored] of [
    [2, 0x40 * 2 + 1],
    [10, 0x50 * 2 + 1],
    [18, 1 * 2],
    [26, 0],
  ] as const) {
    bytes.writeUInt8(0xe8, at)
    marked(bytes, at + 1, stored)
  }
  assert.equal(unfilter(bytes, { id: 0x87, mark, origin: 0 }), true)
  const targetOf = (at: number): number => bytes.readInt32LE(at + 1) + at + 1
  assert.deepEqual([2, 10, 18, 26].map(targetOf), [0x40, 0x50, 0x40, 0x40])
})

test('differences are summed up, and unknown filters are left alone', () => {
  const bytes = Uint8Array.of(1, 10, 2, 20, 3, 30)
  assert.equal(unfilter(bytes, { id: 0x91, mark: 0, origin: 0 }), true)
  assert.deepEqual(Array.from(bytes), [1, 10, 3, 30, 6, 60])
  assert.equal(unfilter(bytes, { id: 0xff, mark: 0, origin: 0 }), false)
})
