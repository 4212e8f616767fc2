import assert from 'node:assert/strict'
import { test } from 'node:test'

import { nearest } from './suggest.ts'
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts'

test('sizes are read with binary and decimal units', () => {
  assert.deepEqual(['2 GiB', '2GiB', '64k', '1 MB', '1.5 KiB', '17'].map(parseSize), [
    2 * 1024 ** 3,
    2 * 1024 ** 3,
    65_536,
    1_000_000,
    1536,
    17,
  ])
})

test('what is no size or duration is undefined', () => {
  const wrong = ['', 'GiB', '-1', '1 XB', '1e9', '0x10', '9999999999999999', '1 toString', '1 constructor']
  for (const text of wrong) {
    assert.equal(parseSize(text), undefined, text)
    assert.equal(parseDuration(text), undefined, text)
  }
  assert.equal(parseDuration('5'), undefined, 'a duration needs its unit')
})

test('durations are read into milliseconds', () => {
  assert.deepEqual(
    ['500ms', '5 s', '0.5s', '2 min', '1h'].map(parseDuration),
    [500, 5000, 500, 120_000, 3_600_000],
  )
})

test('sizes and durations are written as people read them', () => {
  assert.deepEqual([0, 1536, 2 * 1024 ** 3].map(formatSize), ['0 B', '1.5 KiB', '2 GiB'])
  assert.deepEqual([12, 1500, 59_999, 61_000, 3_660_000].map(formatDuration), [
    '12 ms',
    '1.5 s',
    '60 s',
    '1 min 1 s',
    '1 h 1 min',
  ])
})

test('a suggestion is near or there is none', () => {
  assert.equal(nearest('scna', ['guard', 'scan']), 'scan')
  assert.equal(nearest('quarantin', ['quarantine', 'scan']), 'quarantine')
  assert.equal(nearest('zzz', ['guard', 'scan']), undefined)
  assert.equal(nearest('x'.repeat(10_000), ['guard']), undefined)
})
