import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { microsecondsOf } from './time.ts'

test('a time is read to the microsecond, with any number of digits', () => {
  const second = Date.UTC(2026, 10, 21, 22, 10, 2) * 1000
  assert.equal(microsecondsOf('2026-11-21T22:10:02.355838Z'), second + 355_838)
  assert.equal(microsecondsOf('2026-11-21T22:10:02.3Z'), second + 300_000)
  assert.equal(microsecondsOf('2026-11-21T22:10:02.355838999Z'), second + 355_838)
  assert.equal(microsecondsOf('2026-11-21T22:10:02Z'), second)
  assert.equal(microsecondsOf('2026-11-21T23:10:02.5+01:00'), second + 500_000)
})

test('what Date writes is read as Date has it', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }), (date) => {
      assert.equal(microsecondsOf(date.toISOString()), date.getTime() * 1000)
    }),
  )
})

test('what is no time is NaN', () => {
  for (const text of [
    '',
    'x',
    '2026-11-21T22:10:02.35x838Z',
    '2026-99-21T22:10:02.355838Z',
    '.'.repeat(30),
    'aaaaaaaaaaaaaaaaaaa.1Z',
  ]) {
    assert.ok(Number.isNaN(microsecondsOf(text)), text)
  }
})
