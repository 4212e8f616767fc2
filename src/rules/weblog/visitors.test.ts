import assert from 'node:assert/strict'
import { test } from 'node:test'

import { bucket, field, Visitors } from './visitors.ts'

test('an address keeps its numbers while the table grows', () => {
  const visitors = new Visitors(1_000_000)
  for (let index = 0; index < 20_000; index += 1) {
    const slot = visitors.slotOf(`10.${index}`)
    visitors.set(slot, field.requests, index)
    visitors.setLevel(slot, bucket.login, index / 2)
  }
  assert.equal(visitors.size, 20_000)
  for (let index = 0; index < 20_000; index += 1) {
    const slot = visitors.slotOf(`10.${index}`)
    assert.equal(visitors.get(slot, field.requests), index)
    assert.equal(visitors.level(slot, bucket.login), index / 2)
  }
  assert.equal(visitors.size, 20_000)
})

test('of too many those that were quiet longest are forgotten', () => {
  const visitors = new Visitors(1000)
  for (let index = 0; index < 1500; index += 1)
    visitors.set(visitors.slotOf(`a${index}`), field.last, index + 1)
  assert.ok(visitors.size <= 1000)
  assert.equal(visitors.size + visitors.forgotten, 1500)
  assert.equal(visitors.get(visitors.slotOf('a1499'), field.last), 1500)
  assert.equal(visitors.get(visitors.slotOf('a0'), field.last), 0)
})

test('addresses of one second are forgotten too when there are too many', () => {
  const visitors = new Visitors(100)
  for (let index = 0; index < 10_000; index += 1) visitors.set(visitors.slotOf(`a${index}`), field.last, 7)
  assert.ok(visitors.size <= 100)
})
