// Expected values are those of YARA-X 1.7, asked for the same expressions. (1.20 differs where `of` asks for none or a
// negative number of patterns: it then holds always.)

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits, LimitReached } from '../../../limits.ts'
import {
  all,
  and,
  any,
  calc,
  defined,
  filesize,
  forRange,
  holds,
  int,
  is,
  no,
  none,
  not,
  or,
  pattern,
  patternAt,
  percent,
  sceneOf,
  slot,
  times,
  undef,
  valueOf,
  yes,
} from './fixture.ts'
import type { Node, Quantifier } from './node.ts'

const scene = sceneOf(Buffer.from('ABCABC'), { matches: [[0, 3], [], [1], []] })
const value = (node: Node): unknown => valueOf(node, scene)
const below = (limit: number): Node => is(slot(0), 'lt', int(limit))
const ofPatterns = (quantifier: Quantifier, patterns: readonly number[]): Node => ({
  op: 'of-patterns',
  quantifier,
  patterns,
})
const forPatterns = (quantifier: Quantifier, patterns: readonly number[], body: Node): Node => ({
  op: 'for-patterns',
  quantifier,
  patterns,
  body,
})

test('a loop over a range holds as often as its quantifier asks', () => {
  const over = (quantifier: Quantifier, body: Node): unknown =>
    value(forRange(quantifier, [int(1), int(3)], body))
  assert.equal(over(all, below(4)), true)
  assert.equal(over(all, below(3)), false)
  assert.equal(over(any, below(2)), true)
  assert.equal(over(any, below(1)), false)
  assert.equal(over(none, below(1)), true)
  assert.equal(over(none, below(2)), false)
  assert.equal(over(times(int(2)), below(3)), true)
  assert.equal(over(times(int(3)), below(3)), false)
  assert.equal(over(times(int(9)), yes), false)
  assert.equal(over(percent(50), below(2)), false)
  assert.equal(over(percent(50), below(3)), true)
  assert.equal(over(percent(34), below(2)), false)
  assert.equal(over(percent(33), below(2)), true)
})

test('none of them is asked for by 0, any by a negative number', () => {
  const over = (count: Node, body: Node): unknown => value(forRange(times(count), [int(1), int(3)], body))
  assert.equal(over(int(0), no), true)
  assert.equal(over(int(0), yes), false)
  assert.equal(over(int(-1), yes), true)
  assert.equal(over(int(-1), no), false)
  assert.equal(over(undef, yes), undefined)
})

test('an empty range and an undefined one are false whatever is asked', () => {
  for (const quantifier of [all, any, none, times(int(0)), times(undef)]) {
    assert.equal(value(forRange(quantifier, [int(2), int(1)], yes)), false)
    assert.equal(value(forRange(quantifier, [int(1), undef], yes)), false)
    assert.equal(value(forRange(quantifier, [undef, int(1)], yes)), false)
  }
})

test('a range whose length has no 64 bits is empty, another is gone through as far as needed', () => {
  const greatest = int('9223372036854775807')
  assert.equal(value(forRange(any, [int(1), greatest], is(slot(0), 'eq', int(3)))), true)
  assert.equal(value(forRange(any, [int(0), greatest], yes)), false)
  assert.equal(value(forRange(any, [int(-1), greatest], yes)), false)
  const last = forRange(any, [int('9223372036854775805'), greatest], is(slot(0), 'eq', greatest))
  assert.equal(value(last), true)
  const edge = 2 ** 53 - 1
  assert.equal(value(forRange(all, [int(edge), int('9007199254740993')], is(slot(0), 'ge', int(edge)))), true)
  assert.equal(
    value(forRange(any, [int(edge), int('9007199254740993')], is(slot(0), 'eq', int('9007199254740992')))),
    true,
  )
})

test('an undefined iteration counts as false', () => {
  const body = is(slot(0), 'eq', undef)
  assert.equal(value(forRange(all, [int(1), int(3)], body)), false)
  assert.equal(value(forRange(none, [int(1), int(3)], body)), true)
})

test('a list is gone through with its undefined items', () => {
  const over = (quantifier: Quantifier, body: Node): unknown =>
    value({
      op: 'for-in',
      quantifier,
      slots: [0],
      over: { kind: 'list', items: [undef, int(1)] },
      body,
    })
  assert.equal(over(any, is(slot(0), 'eq', int(1))), true)
  assert.equal(over(all, is(slot(0), 'eq', int(1))), false)
  assert.equal(over(any, not(defined(slot(0)))), true)
})

test('of patterns, so many match', () => {
  for (const [quantifier, expected] of [
    [all, false],
    [any, true],
    [none, false],
    [times(int(1)), true],
    [times(int(2)), true],
    [times(int(3)), false],
    [times(int(9)), false],
    [times(int(0)), false],
    [times(int(-1)), true],
    [times(calc(filesize, 'sub', int(4))), true],
    [times(undef), undefined],
    [percent(50), true],
    [percent(51), false],
    [percent(0), false],
  ] as const) {
    assert.equal(value(ofPatterns(quantifier, [0, 1, 2, 3])), expected, JSON.stringify(quantifier))
    const each = value(forPatterns(quantifier, [0, 1, 2, 3], pattern('current')))
    assert.equal(each, expected, JSON.stringify(quantifier))
  }
  assert.equal(value(ofPatterns(all, [0, 2])), true)
  assert.equal(value(ofPatterns(none, [1, 3])), true)
  assert.equal(value(ofPatterns(times(int(0)), [1, 3])), true)
  assert.equal(value(ofPatterns(times(int(-1)), [1, 3])), false)
})

test('of patterns, so many match at a place; an undefined place is nowhere', () => {
  const at = (quantifier: Quantifier, offset: Node): unknown =>
    value({ op: 'of-patterns', quantifier, patterns: [0, 1, 2], where: { kind: 'at', offset } })
  assert.equal(at(any, int(3)), true)
  assert.equal(at(any, int(2)), false)
  assert.equal(at(times(int(2)), int(3)), false)
  assert.equal(at(none, undef), true)
  assert.equal(at(any, undef), false)
  const within = (quantifier: Quantifier, high: Node): unknown =>
    value({
      op: 'of-patterns',
      quantifier,
      patterns: [0, 2],
      where: { kind: 'in', range: { low: int(1), high } },
    })
  assert.equal(within(all, int(3)), true)
  assert.equal(within(all, int(2)), false)
})

test('of conditions, an undefined one is undefined unless all is certain before', () => {
  const of = (quantifier: Quantifier, ...items: readonly Node[]): unknown =>
    value({ op: 'of-conditions', quantifier, items })
  const unclear = is(undef, 'eq', int(0))
  assert.equal(of(any, unclear, yes), undefined)
  assert.equal(of(any, yes, unclear), true)
  assert.equal(of(all, yes, unclear), undefined)
  assert.equal(of(all, no, unclear), false)
  assert.equal(of(none, no, unclear), undefined)
  assert.equal(of(times(int(2)), yes, no, yes), true)
  assert.equal(of(times(int(0)), no, no), true)
})

test('the pattern at hand is that of the innermost loop, and again that of the outer one after it', () => {
  const inner = forPatterns(any, [1, 3], pattern('current'))
  assert.equal(value(forPatterns(all, [0, 2], or(inner, pattern('current')))), true)
  assert.equal(value(forPatterns(any, [1], or(forPatterns(any, [0], pattern('current')), no))), true)
  assert.equal(value(forPatterns(all, [0, 2], and(not(inner), patternAt('current', int(1))))), false)
  const counts = forPatterns(times(int(1)), [0, 1, 2], is({ op: 'count', pattern: 'current' }, 'eq', int(2)))
  assert.equal(value(counts), true)
})

test('loops inside loops have variables of their own', () => {
  const inner: Node = {
    op: 'for-in',
    quantifier: any,
    slots: [1],
    over: { kind: 'range', range: { low: int(1), high: slot(0) } },
    body: is(calc(slot(0), 'mul', slot(1)), 'eq', int(6)),
  }
  assert.equal(value(forRange(times(int(2)), [int(1), int(6)], inner)), true)
  assert.equal(value(forRange(times(int(3)), [int(1), int(6)], inner)), false)
})

test('with binds values, undefined ones too', () => {
  const bound = (first: Node, body: Node): unknown =>
    value({
      op: 'with',
      bindings: [
        { slot: 0, value: first },
        { slot: 1, value: calc(slot(0), 'add', int(1)) },
      ],
      body,
    })
  assert.equal(bound(filesize, is(slot(1), 'eq', int(7))), true)
  assert.equal(bound(undef, yes), true)
  assert.equal(bound(undef, not(defined(slot(1)))), true)
})

test('a loop that would not end is ended by the budget', () => {
  const billion = int(1_000_000_000)
  const inner: Node = {
    op: 'for-in',
    quantifier: all,
    slots: [1],
    over: { kind: 'range', range: { low: int(0), high: int(2) } },
    body: yes,
  }
  const forever = forRange(all, [int(0), billion], inner)
  const budget = new Budget({ ...defaultLimits, maxMs: 50 })
  assert.throws(
    () => holds(forever, sceneOf(new Uint8Array(), { budget })),
    (error) => error instanceof LimitReached && error.code === 'time',
  )
})
