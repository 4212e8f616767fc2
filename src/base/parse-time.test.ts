import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parseTime } from './parse-time.ts'

const nowMs = new Date(2026, 10, 22, 12, 30).getTime()
const local = (...parts: [number, number, number, number?, number?, number?]): number => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts
  return new Date(year, month - 1, day, hour, minute, second).getTime() * 1000
}

const times: readonly (readonly [string, number])[] = [
  ['now', nowMs * 1000],
  ['10m', (nowMs - 600_000) * 1000],
  ['1.5h ago', (nowMs - 5_400_000) * 1000],
  ['2 d', (nowMs - 172_800_000) * 1000],
  ['1w', (nowMs - 604_800_000) * 1000],
  ['today', local(2026, 11, 22)],
  ['Yesterday', local(2026, 11, 21)],
  ['2026-11-22', local(2026, 11, 22)],
  ['2026-11-22 10:00', local(2026, 11, 22, 10)],
  ['2026-11-22T10:00:07', local(2026, 11, 22, 10, 0, 7)],
  ['09:15', local(2026, 11, 22, 9, 15)],
  ['2026-11-22T10:00:07.123456Z', Date.UTC(2026, 10, 22, 10, 0, 7) * 1000 + 123_456],
  ['2026-11-22T10:00:07.5+01:30', Date.UTC(2026, 10, 22, 8, 30, 7) * 1000 + 500_000],
  ['2026-11-22 10:00-0100', Date.UTC(2026, 10, 22, 11) * 1000],
  ['@1700000000', 1_700_000_000_000_000],
]

for (const [text, expected] of times) {
  test(`${text} is a time`, () => {
    assert.equal(parseTime(text, nowMs), expected)
  })
}

for (const text of [
  '',
  'soon',
  '10',
  '10x',
  '2026-02-30',
  '2026-13-01',
  '25:00',
  '10:61',
  '2026-11-22Z',
  '10:00Z',
  'T',
  '1e3s',
]) {
  test(`${JSON.stringify(text)} is no time`, () => {
    assert.equal(parseTime(text, nowMs), undefined)
  })
}
