import assert from 'node:assert/strict'
import { test } from 'node:test'

import { bytesSource } from '../source/byte-source.ts'
import { Stored } from './stored.ts'

test('a range is delivered as it is, and what was taken is counted from its start', () => {
  const codec = new Stored(bytesSource(Buffer.from('before data behind')), 7, 11)
  const out = Buffer.alloc(3)
  assert.deepEqual([codec.read(out), out.toString(), codec.consumed], [3, 'dat', 3])
  assert.deepEqual([codec.read(out), out.toString('latin1', 0, 1), codec.consumed], [1, 'a', 4])
  assert.deepEqual([codec.read(out), codec.consumed, codec.fault], [0, 4, undefined])
})

test('a range that reaches behind its source ends with it', () => {
  const codec = new Stored(bytesSource(Buffer.from('abc')), 1, Number.POSITIVE_INFINITY)
  const out = Buffer.alloc(10)
  assert.deepEqual([codec.read(out), codec.read(out), codec.consumed], [2, 0, 2])
})
