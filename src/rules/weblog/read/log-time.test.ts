import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { asctimeMs, clfTimeMs, epochTimeMs, isoTimeMs } from './log-time.ts'

test('every day of four centuries is read as Date reads it', () => {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1900-01-01Z'), max: new Date('2299-12-31Z'), noInvalidDate: true }),
      (date) => {
        const iso = date.toISOString()
        const month = months[date.getUTCMonth()] ?? ''
        const wholeMs = Math.floor(date.getTime() / 1000) * 1000
        const clf = `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
        assert.equal(clfTimeMs(clf, 0), wholeMs)
        assert.equal(isoTimeMs(iso), date.getTime())
        assert.equal(
          asctimeMs(`Sun ${month} ${iso.slice(8, 10)} ${iso.slice(11, 19)} ${iso.slice(0, 4)}`, 0),
          wholeMs,
        )
      },
    ),
  )
})

test('zones are taken off, what is no time is none', () => {
  assert.equal(clfTimeMs('22/Nov/2026:10:00:00 -0930', 0), Date.UTC(2026, 10, 22, 19, 30))
  assert.equal(isoTimeMs('2026-11-22T10:00:00.5+05:30'), Date.UTC(2026, 10, 22, 4, 30, 0, 500))
  assert.equal(epochTimeMs(1_795_334_405), 1_795_334_405_000)
  assert.equal(epochTimeMs('1795334405.250'), 1_795_334_405_250)
  assert.equal(epochTimeMs('1795334405250'), 1_795_334_405_250)
  for (const text of [
    '',
    '22/Nop/2026:10:00:00 +0000',
    '22/Nov/20x6:10:00:00',
    '22/Nov/2026:25:00:00 +0000',
  ]) {
    assert.equal(clfTimeMs(text, 0), undefined)
  }
  assert.equal(isoTimeMs('2026-13-01T00:00:00'), undefined)
  assert.equal(epochTimeMs('x'), undefined)
})
