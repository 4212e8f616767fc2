// Random conditions for this folder's tests: over four patterns, the object's bytes, other rules, one variable, and no
// modules.

import * as fc from 'fast-check'

import {
  all,
  and,
  any,
  type BitOp,
  calc,
  type CompareOp,
  defined,
  filesize,
  forRange,
  int,
  type IntOp,
  is,
  no,
  none,
  not,
  or,
  pattern,
  percent,
  slot,
  times,
  undef,
  yes,
} from './fixture.ts'
import type { Node, Quantifier, Where } from './node.ts'

type Some = fc.Arbitrary<Node>

interface Nodes {
  readonly bool: Node
  readonly int: Node
}

const edges = [0, 1, 2, 3, 4, 8, 63, 64, 255, 0x5a4d, 0xffff, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -2, -64]
const wide = ['9007199254740993', '9223372036854775807', '-9223372036854775807']
const constant: Some = fc.constantFrom(...[...edges, ...wide].map(int))
const ref = fc.oneof(fc.nat({ max: 3 }), fc.constant('current' as const))
const patterns = fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 })
const rangeEnd: Some = fc.constantFrom(int(-2), int(0), int(2), int(5), undef, filesize)
const compareOp = fc.constantFrom<CompareOp>('eq', 'ne', 'lt', 'le', 'gt', 'ge')
const intOp = fc.constantFrom<IntOp | BitOp>(
  ...(['add', 'sub', 'mul', 'div', 'mod'] as const),
  ...(['bitand', 'bitor', 'bitxor', 'shl', 'shr'] as const),
)
const quantifier: fc.Arbitrary<Quantifier> = fc.oneof(
  fc.constantFrom(all, any, none),
  fc.oneof(fc.integer({ min: -1, max: 4 }).map(int), rangeEnd).map(times),
  fc.constantFrom(0, 1, 50, 67, 100).map(percent),
)

function readers(number: Some): Some {
  return fc.record({
    op: fc.constant('read' as const),
    bits: fc.constantFrom<8 | 16 | 32>(8, 16, 32),
    signed: fc.boolean(),
    bigEndian: fc.boolean(),
    offset: fc.oneof({ maxDepth: 2 }, fc.nat({ max: 6 }).map(int), number),
  })
}

function numbers(number: Some): Some {
  const range = fc.record({ low: number, high: number })
  return fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    constant,
    fc.constantFrom(filesize, slot(0), undef),
    readers(number),
    ref.map((at): Node => ({ op: 'count', pattern: at })),
    fc.record({ op: fc.constant('count' as const), pattern: ref, range }),
    fc.record({ op: fc.constantFrom('offset' as const, 'length' as const), pattern: ref, index: number }),
    number.map((of): Node => ({ op: 'neg', type: 'int', of })),
    number.map((of): Node => ({ op: 'bitnot', of })),
    fc.tuple(number, intOp, number).map(([left, op, right]) => calc(left, op, right)),
  )
}

function places(number: Some): fc.Arbitrary<Where> {
  return fc.oneof(
    number.map((offset): Where => ({ kind: 'at', offset })),
    fc.tuple(number, number).map(([low, high]): Where => ({ kind: 'in', range: { low, high } })),
  )
}

function tests(number: Some): Some {
  return fc.oneof(
    fc.tuple(number, compareOp, number).map(([left, op, right]) => is(left, op, right)),
    fc.tuple(readers(number), compareOp, constant).map(([left, op, right]) => is(left, op, right)),
    fc.record({ op: fc.constant('pattern' as const), pattern: ref, where: places(number) }),
    fc.record({ op: fc.constant('of-patterns' as const), quantifier, patterns }),
    fc.record({ op: fc.constant('of-patterns' as const), quantifier, patterns, where: places(number) }),
    number.map((of): Node => ({ op: 'truth', type: 'int', of })),
    number.map(defined),
  )
}

function loops(bool: Some, number: Some): Some {
  const list = fc.array(number, { minLength: 1, maxLength: 3 })
  return fc.oneof(
    fc.record({ op: fc.constant('for-patterns' as const), quantifier, patterns, body: bool }),
    fc
      .tuple(quantifier, fc.tuple(rangeEnd, rangeEnd), bool)
      .map(([each, ends, body]) => forRange(each, ends, body)),
    fc.tuple(quantifier, list, bool).map(([each, items, body]): Node => ({
      op: 'for-in',
      quantifier: each,
      slots: [0],
      over: { kind: 'list', items },
      body,
    })),
    fc
      .tuple(number, bool)
      .map(([value, body]): Node => ({ op: 'with', bindings: [{ slot: 0, value }], body })),
  )
}

export const conditions: Some = fc.letrec((tie: fc.LetrecTypedTie<Nodes>) => {
  const bool = tie('bool')
  const number = tie('int')
  const list = fc.array(bool, { minLength: 1, maxLength: 4 })
  return {
    int: numbers(number),
    bool: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom(yes, no),
      ref.map(pattern),
      fc.nat({ max: 2 }).map((rule): Node => ({ op: 'rule', rule })),
      tests(number),
      bool.map(not),
      bool.map(defined),
      list.map((items) => and(...items)),
      list.map((items) => or(...items)),
      fc
        .tuple(quantifier, list)
        .map(([each, items]): Node => ({ op: 'of-conditions', quantifier: each, items })),
      loops(bool, number),
    ),
  }
}).bool
