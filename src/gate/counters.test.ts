import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { counterNames, Counters } from './counters.ts'
import { guardianRow, maxWorkers } from './shared-state.ts'

const make = (): Counters => new Counters(Counters.allocate())

test('every counter of every worker has a word of its own, and the total is their sum', () => {
  const counters = make()
  const expected = Object.fromEntries(counterNames.map((name) => [name, 0]))
  for (const [index, name] of counterNames.entries()) {
    for (const worker of [0, 1, 7, guardianRow]) {
      for (let count = 0; count <= index + worker; count++) counters.add(worker, name)
      expected[name] = (expected[name] ?? 0) + index + worker + 1
    }
  }
  assert.deepEqual(counters.totals(), expected)
  for (let worker = 0; worker < maxWorkers; worker++) {
    assert.deepEqual([counters.pulse(worker), counters.isBusy(worker), counters.lane(worker)], [0, false, 0])
  }
  assert.deepEqual(counters.percentiles([1]), [0])
})

test('counts beyond 2³¹ stay positive', () => {
  const buffer = Counters.allocate()
  const counters = new Counters(buffer)
  const words = new Int32Array(buffer)
  counters.add(2, 'questions')
  words[words.indexOf(1)] = 0x7fffffff
  counters.add(2, 'questions')
  assert.equal(counters.total('questions'), 2 ** 31)
})

test('signs of life, business and lanes are those of one worker', () => {
  const counters = make()
  counters.beat(3)
  counters.setBusy(3, true)
  counters.setLane(4, 2)
  assert.deepEqual([counters.pulse(3), counters.pulse(2), counters.pulse(4)], [2, 0, 0])
  assert.deepEqual([counters.isBusy(3), counters.isBusy(4)], [true, false])
  assert.deepEqual([counters.lane(3), counters.lane(4)], [0, 2])
  counters.setBusy(3, false)
  assert.equal(counters.isBusy(3), false)
})

test('the word that a scan counts up is the pulse', () => {
  const counters = make()
  const { words, at } = counters.pulseOf(5)
  words[at] = 41
  counters.beat(5)
  assert.equal(counters.pulse(5), 42)
})

test('a percentile is an upper bound, at most 19 % above the exact one', () => {
  const us = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 10_000_000 }))
  fc.assert(
    fc.property(
      fc.array(us, { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (times, share) => {
        const counters = make()
        for (const [index, time] of times.entries()) counters.time(index % maxWorkers, time)
        const exact = times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? 0
        const [bound = 0] = counters.percentiles([share])
        // Printed to a tenth of a microsecond.
        assert.ok(bound >= exact - 0.05 && bound <= exact * 1.19 + 0.05, `${bound} for ${exact}`)
      },
    ),
  )
})

test('times below a microsecond and beyond the last bucket are counted', () => {
  const counters = make()
  for (const us of [0, 0.3, 1, 60e6, 1e12]) counters.time(0, us)
  const [low = 0, high = 0] = counters.percentiles([0.6, 1])
  assert.equal(low, 1)
  assert.ok(high > 10e6)
})

test('without an answer every percentile is 0', () => {
  assert.deepEqual(make().percentiles([0.5, 0.99, 1]), [0, 0, 0])
})
