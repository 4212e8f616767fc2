import assert from 'node:assert/strict'
import { test } from 'node:test'

import { CleanCache, CleanTexts } from './clean-cache.ts'

test('a pair of texts is remembered as that pair only', () => {
  const cache = new CleanCache()
  assert.equal(cache.has('a', 'bc'), false)
  cache.add()
  assert.equal(cache.has('a', 'bc'), true)
  for (const [first, second] of [
    ['ab', 'c'],
    ['abc', ''],
    ['', 'abc'],
    ['a', 'bd'],
  ] as const) {
    assert.equal(cache.has(first, second), false)
  }
})

test('no text of 300,000 is taken for one of a thousand others', () => {
  const cache = new CleanCache()
  for (let index = 0; index < 1000; index += 1) {
    if (!cache.has(`/page/${index}`)) cache.add()
  }
  let mistaken = 0
  for (let index = 1000; index < 300_000; index += 1) if (cache.has(`/page/${index}`)) mistaken += 1
  assert.equal(mistaken, 0)
})

test('texts that are asked for again and again outlive those that are not', () => {
  const texts = new CleanTexts()
  texts.add('often')
  texts.add('once')
  for (let index = 0; index < 30_000; index += 1) {
    texts.add(`agent ${index}`)
    assert.ok(index % 1000 !== 0 || texts.has('often'))
  }
  assert.equal(texts.has('once'), false)
})
