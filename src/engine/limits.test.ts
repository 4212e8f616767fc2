import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits, LimitReached, type Limits, type Slice } from './limits.ts'

const budgetOf = (limits: Partial<Limits> = {}, slice?: Slice): Budget =>
  new Budget({ ...defaultLimits, ...limits }, slice)
const isCode = (code: string) => (thrown: unknown) =>
  thrown instanceof LimitReached && thrown.code === code && thrown.message !== ''

/** Lets the clock go on. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('the last member that is allowed passes, one more ends the scan', () => {
  const budget = budgetOf({ maxMembers: 3 })
  for (let count = 0; count < 3; count++) budget.countMember()
  assert.throws(() => {
    budget.countMember()
  }, isCode('members'))
})

test('bytes add up over all calls, the last that is allowed passes', () => {
  const budget = budgetOf({ maxBytes: 100 })
  budget.charge(60)
  budget.charge(40)
  assert.throws(() => {
    budget.charge(1)
  }, isCode('bytes'))
})

test('the ratio is judged from ratioFromBytes on, and only above maxRatio', () => {
  const budget = budgetOf({ maxRatio: 10, ratioFromBytes: 1000 })
  budget.checkRatio(1000, 1)
  budget.checkRatio(5000, 500)
  assert.throws(() => {
    budget.checkRatio(5001, 500)
  }, isCode('ratio'))
  assert.throws(() => {
    budget.checkRatio(1001, 0)
  }, isCode('ratio'))
})

test('time ends the scan at every place that costs something', () => {
  for (const spend of ['checkTime', 'countMember', 'charge'] as const) {
    const budget = budgetOf({ maxMs: 5 })
    budget.checkTime()
    work(6)
    assert.throws(
      () => {
        budget[spend](1)
      },
      isCode('time'),
      spend,
    )
  }
})

test('held memory is lent up to the limit, refused beyond it without a throw, and comes back', () => {
  const budget = budgetOf({ maxHeldBytes: 100 })
  assert.equal(budget.hold(100), true)
  assert.equal(budget.hold(1), false)
  budget.release(40)
  assert.equal(budget.hold(41), false)
  assert.equal(budget.hold(40), true)
})

test('a slice is looked at after its time, then after what it said, and ends with a negative answer', () => {
  const looks: number[] = []
  const answers = [15, Number.POSITIVE_INFINITY]
  const started = performance.now()
  const budget = budgetOf(
    {},
    {
      afterMs: 10,
      look: () => {
        looks.push(performance.now() - started)
        return answers[looks.length - 1] ?? -1
      },
    },
  )
  while (performance.now() - started < 60) budget.checkTime()
  assert.equal(looks.length, 2, looks.join())
  assert.ok((looks[0] ?? 0) >= 10)
  assert.ok((looks[1] ?? 0) >= 10 + 15)
  const given = budgetOf({}, { afterMs: 0, look: () => -1 })
  assert.throws(() => {
    given.checkTime()
  }, isCode('preempted'))
})

test('a slice never looks past the end of the time: the limit comes first', () => {
  const budget = budgetOf({ maxMs: 5 }, { afterMs: 1000, look: () => 1000 })
  work(6)
  assert.throws(() => {
    budget.checkTime()
  }, isCode('time'))
  const later = budgetOf({ maxMs: 10 }, { afterMs: 0, look: () => Number.POSITIVE_INFINITY })
  later.checkTime()
  work(11)
  assert.throws(() => {
    later.checkTime()
  }, isCode('time'))
})

test('the pulse moves with every check, in its own word only', () => {
  const words = new Int32Array(3)
  const budget = new Budget(defaultLimits, undefined, { words, at: 1 })
  budget.checkTime()
  budget.charge(1)
  budget.countMember()
  assert.deepEqual([...words], [0, 3, 0])
})

test('every limit of the defaults is a positive number, and held memory is far below the host', () => {
  for (const [name, value] of Object.entries(defaultLimits)) assert.ok(value > 0, name)
  assert.ok(defaultLimits.maxHeldBytes <= 64 * 1024 ** 2)
  assert.ok(defaultLimits.maxDepth <= 32)
})
