import assert from 'node:assert/strict'
import { test } from 'node:test'

import { HitList } from './hit-list.ts'

function placesOf(hits: HitList, pattern: number): (readonly [number, number])[] {
  return Array.from({ length: hits.count(pattern) }, (_, index): [number, number] => [
    hits.start(pattern, index),
    hits.length(pattern, index),
  ])
}

/** Pattern 0 wants the shortest match at an offset, pattern 1 the longest. */
const listOf = (): HitList => new HitList(3, Uint8Array.of(0, 1, 0))

function noSearch(): never {
  assert.fail('nobody asked')
}

test('matches come in the order of their offsets, however they were found', () => {
  const hits = listOf()
  for (const start of [30, 10, 20, 5]) hits.add(0, start, start + 1)
  assert.deepEqual(placesOf(hits, 0), [
    [5, 6],
    [10, 11],
    [20, 21],
    [30, 31],
  ])
})

test('of several matches at one offset the shortest or the longest counts, also when it is the only offset', () => {
  for (const lengths of [
    [3, 9, 5],
    [9, 3, 5],
    [5, 9, 3],
  ]) {
    const hits = listOf()
    for (const length of lengths) {
      hits.add(0, 7, length)
      hits.add(1, 7, length)
    }
    assert.deepEqual(placesOf(hits, 0), [[7, 3]])
    assert.deepEqual(placesOf(hits, 1), [[7, 9]])
    hits.add(2, 1, 1)
    assert.deepEqual(placesOf(hits, 2), [[1, 1]])
  }
})

test('an index beyond the matches gives −1', () => {
  const hits = listOf()
  assert.equal(hits.start(0, 0), -1)
  assert.equal(hits.length(0, 0), -1)
  hits.add(0, 4, 2)
  assert.deepEqual([hits.start(0, 0), hits.start(0, 1), hits.length(0, 1)], [4, -1, -1])
  hits.add(1, 4, 2)
  hits.add(1, 6, 2)
  assert.deepEqual([hits.start(1, 1), hits.start(1, 2), hits.length(1, 2)], [6, -1, -1])
})

test('touched patterns are told once, in the order of their first match', () => {
  const hits = listOf()
  hits.add(2, 1, 1)
  hits.add(0, 1, 1)
  hits.add(2, 5, 1)
  assert.deepEqual(hits.touched, [2, 0])
  assert.deepEqual([hits.has(0), hits.has(1), hits.has(2)], [true, false, true])
})

test('clearing forgets everything, and the list can be used again', () => {
  const hits = listOf()
  for (let start = 0; start < 5000; start++) hits.add(0, start, 1)
  assert.equal(hits.count(0), 5000)
  assert.equal(hits.start(0, 4999), 4999)
  hits.postpone([1], noSearch)
  hits.clear()
  assert.deepEqual([hits.count(0), hits.count(1), hits.has(0), hits.start(0, 0)], [0, 0, false, -1])
  assert.deepEqual([hits.touched, hits.postponed], [[], []])
  hits.add(0, 9, 9)
  assert.deepEqual(placesOf(hits, 0), [[9, 9]])
})

test('a postponed pattern is searched for once, before the first answer of any kind', () => {
  for (const ask of [
    (hits: HitList) => hits.has(1),
    (hits: HitList) => hits.count(1),
    (hits: HitList) => hits.start(1, 0),
    (hits: HitList) => hits.length(1, 0),
  ]) {
    const hits = listOf()
    const searched: number[] = []
    hits.postpone([1, 2], (pattern) => {
      searched.push(pattern)
      hits.add(pattern, 40, 4)
    })
    assert.deepEqual(hits.postponed, [1, 2])
    assert.equal(hits.has(0), false)
    assert.deepEqual(searched, [])
    ask(hits)
    ask(hits)
    assert.deepEqual(searched, [1])
    assert.deepEqual(placesOf(hits, 1), [[40, 4]])
  }
})

test('the first known match is told without a search', () => {
  const hits = listOf()
  hits.postpone([1], noSearch)
  assert.equal(hits.firstKnown(1), Infinity)
  hits.add(0, 30, 1)
  hits.add(0, 12, 1)
  assert.equal(hits.firstKnown(0), 12)
})

test('matches beyond a million are dropped', () => {
  const hits = listOf()
  for (let start = 0; start < 1_000_010; start++) hits.add(0, start, 2)
  assert.equal(hits.count(0), 1_000_000)
  assert.equal(hits.start(0, 999_999), 999_999)
})
