// Which subsignatures must have been found for an expression to hold: never a wrong "cannot hold".

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { evaluateLogic, type Logic } from './database/index.ts'
import { countedIn, requirementOf } from './requirement.ts'
import * as fc from 'fast-check'

const leaf = (index: number, symbol?: '=' | '<' | '>', count = 0): Logic => ({
  kind: 'subsignature',
  index,
  ...(symbol && { condition: { symbol, count, distinct: 0 } }),
})

const single = { of: (index: number) => new Set([index]), rarity: (index: number) => index }

test('of two that are both needed the rarer one is asked for', () => {
  assert.deepEqual(requirementOf({ kind: 'and', left: leaf(0), right: leaf(3) }, single), new Set([3]))
})

test('of two that are enough both are asked for', () => {
  assert.deepEqual(requirementOf({ kind: 'or', left: leaf(0), right: leaf(3) }, single), new Set([0, 3]))
})

test('what may be missing needs nothing', () => {
  assert.equal(requirementOf(leaf(0, '=', 0), single), undefined)
  assert.equal(requirementOf(leaf(0, '<', 2), single), undefined)
  assert.equal(requirementOf({ kind: 'or', left: leaf(1), right: leaf(0, '=', 0) }, single), undefined)
  assert.deepEqual(
    requirementOf({ kind: 'and', left: leaf(1), right: leaf(0, '=', 0) }, single),
    new Set([1]),
  )
})

test('what can never match makes what needs it impossible', () => {
  const options = { ...single, of: (index: number) => new Set(index === 0 ? [] : [index]) }
  assert.deepEqual(requirementOf({ kind: 'and', left: leaf(0), right: leaf(1) }, options), new Set())
  assert.deepEqual(requirementOf({ kind: 'or', left: leaf(0), right: leaf(1) }, options), new Set([1]))
})

test('counts matter for what has a condition, also around it', () => {
  const group: Logic = {
    kind: 'or',
    left: leaf(0),
    right: leaf(1),
    condition: { symbol: '>', count: 2, distinct: 0 },
  }
  assert.deepEqual(countedIn({ kind: 'and', left: group, right: leaf(2) }), new Set([0, 1]))
})

test('an expression never holds without what it requires', () => {
  const { logic } = fc.letrec<{ logic: Logic }>((tie) => ({
    logic: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('subsignature' as const), index: fc.nat(3) }),
      fc.record({
        kind: fc.constant('subsignature' as const),
        index: fc.nat(3),
        condition: fc.record({
          symbol: fc.constantFrom('=', '<', '>'),
          count: fc.nat(3),
          distinct: fc.constant(0),
        }),
      }) as fc.Arbitrary<Logic>,
      fc.record({
        kind: fc.constantFrom('and', 'or'),
        left: tie('logic'),
        right: tie('logic'),
      }) as fc.Arbitrary<Logic>,
      fc.record({
        kind: fc.constantFrom('and', 'or'),
        left: tie('logic'),
        right: tie('logic'),
        condition: fc.record({
          symbol: fc.constantFrom('=', '<', '>'),
          count: fc.nat(4),
          distinct: fc.nat(2),
        }),
      }) as fc.Arbitrary<Logic>,
    ),
  }))
  fc.assert(
    fc.property(logic, fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }), (expression, counts) => {
      const required = requirementOf(expression, single)
      if (required === undefined) return
      const without = counts.map((count, index) => (required.has(index) ? 0 : count))
      assert.equal(
        evaluateLogic(expression, (index) => without[index] ?? 0),
        false,
      )
    }),
    { numRuns: 500 },
  )
})
