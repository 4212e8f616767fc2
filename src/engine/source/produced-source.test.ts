import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits, LimitReached } from '../limits.ts'
import { ProducedSource } from './produced-source.ts'

test('it is made once, when somebody looks, and again after it was given back', () => {
  const budget = new Budget(defaultLimits)
  let made = 0
  const source = new ProducedSource(() => {
    made++
    return Buffer.from('0123456789')
  }, budget)
  assert.equal(made, 0)
  assert.equal(Buffer.from(source.read(2, 3)).toString(), '234')
  assert.equal(source.size, 10)
  assert.deepEqual(
    [source.read(10, 1).length, source.read(-1, 1).length, source.read(8, 9).length],
    [0, 0, 2],
  )
  assert.equal(made, 1)
  source.release()
  assert.ok(budget.hold(defaultLimits.maxHeldBytes), 'all memory was given back')
  budget.release(defaultLimits.maxHeldBytes)
  assert.equal(source.size, 10)
  assert.equal(made, 2)
})

test('what it makes is charged', () => {
  const budget = new Budget({ ...defaultLimits, maxBytes: 5 })
  const source = new ProducedSource(() => new Uint8Array(6), budget)
  assert.throws(() => source.size, LimitReached)
})
