import assert from 'node:assert/strict'
import { test } from 'node:test'

import { grouped, trendOf } from './trend.ts'

const minuteMs = 60_000

test('a line has its slope by the hour, and no uncertainty', () => {
  const samples = Array.from({ length: 30 }, (_, index) => ({ atMs: index * minuteMs, value: 100 + index }))
  const { slope, uncertainty } = trendOf(samples)
  assert.ok(Math.abs(slope - 60) < 1e-9)
  assert.ok(uncertainty < 1e-6)
})

test('what goes up and down without growing has a slope within its uncertainty', () => {
  const samples = Array.from({ length: 100 }, (_, index) => ({
    atMs: index * minuteMs,
    value: 100 + ((index * 7919) % 13),
  }))
  const { slope, uncertainty } = trendOf(samples)
  assert.ok(Math.abs(slope) < uncertainty, `${slope} ${uncertainty}`)
})

test('too few samples say nothing', () => {
  assert.ok(Number.isNaN(trendOf([{ atMs: 0, value: 1 }]).slope))
  assert.ok(Number.isNaN(trendOf(Array.from({ length: 5 }, () => ({ atMs: 1, value: 1 }))).slope))
})

test('groups are medians, so that single jumps do not count', () => {
  const samples = Array.from({ length: 12 }, (_, index) => ({
    atMs: index,
    value: index % 3 === 1 ? 999 : 5,
  }))
  assert.deepEqual(
    grouped(samples, 4).map(({ value }) => value),
    [5, 5, 5, 5],
  )
})
