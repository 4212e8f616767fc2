import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits } from '../limits.ts'
import { bytesSource, sliceSource } from './byte-source.ts'
import { hasContent, isAllZeros } from './padding.ts'

test('padding is zeros and nothing else', () => {
  const bytes = Buffer.alloc(600_000)
  assert.equal(isAllZeros(bytes), true)
  assert.equal(hasContent(bytesSource(bytes)), false)
  bytes.writeUInt8(1, 599_999)
  assert.equal(isAllZeros(bytes), false)
  assert.equal(hasContent(bytesSource(bytes)), true)
  assert.equal(hasContent(sliceSource(bytesSource(bytes), 0, 599_999)), false)
  assert.equal(hasContent(sliceSource(bytesSource(bytes), 599_999, Number.POSITIVE_INFINITY)), true)
})

test('an empty source has nothing', () => {
  assert.equal(hasContent(bytesSource(new Uint8Array(0))), false)
  assert.equal(isAllZeros(new Uint8Array(0)), true)
})

test('white space is padding where the caller says so', () => {
  const source = bytesSource(Buffer.from(' \r\n\0'))
  assert.equal(hasContent(source), true)
  assert.equal(hasContent(source, { largest: 0x20 }), false)
  assert.equal(hasContent(bytesSource(Buffer.from(' !')), { largest: 0x20 }), true)
})

test('the clock of the budget ends the look', () => {
  const budget = new Budget({ ...defaultLimits, maxMs: 0 })
  assert.throws(() => hasContent(bytesSource(Buffer.alloc(10)), { budget }))
})
