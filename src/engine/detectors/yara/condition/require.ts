// Whether a condition may hold, told from what is known of an object before it is searched: by abstract interpretation
// with three truth values and intervals. A rule that certainly does not match is skipped.

import {
  type Abstract,
  allOf,
  anyOf,
  anythingFrom,
  between,
  canBeDefined,
  canBeFalse,
  canBeTrue,
  canBeUndefined,
  compareInts,
  computeInt,
  constantBounds,
  join,
  never,
  notOf,
  truthOfInt,
  truthValue,
  unknown,
} from './abstract.ts'
import { constantOf } from './compile-arithmetic.ts'
import type { NodeOf } from './compiler.ts'
import { type Facts, isDenied, isPatternAbsent, readHead } from './facts.ts'
import type { Node, PatternRef, Range, RegexNode, Where } from './node.ts'
import { type Holding, type Iterations, quantified } from './require-quantifier.ts'

/** False only where the condition certainly does not hold in any object of which the facts are true. */
export function possible(node: Node, facts: Facts): boolean {
  return (weigh(node, { facts, slots: new Map(), currentAbsent: false }).mask & canBeTrue) !== 0
}

interface State {
  readonly facts: Facts
  readonly slots: Map<number, Abstract>
  /** Whether the pattern at hand in the innermost `for … of` does not match. */
  readonly currentAbsent: boolean
}

type Weigh<Op extends Node['op']> = (node: NodeOf<Op>, state: State) => Abstract

function weigh(node: Node, state: State): Abstract {
  return (weighers[node.op] as Weigh<Node['op']>)(node, state)
}

const weighers: { readonly [Op in Node['op']]: Weigh<Op> } = {
  const: weighConst,
  filesize: (_node, { facts }) => between(facts.size.least, facts.size.most),
  entrypoint: () => unknown,
  external: () => unknown,
  rule: weighRule,
  pattern: weighPattern,
  count: weighCount,
  offset: weighMatchPart,
  length: weighMatchPart,
  module: () => unknown,
  field: weighField,
  element: weighElement,
  call: weighCall,
  local: ({ slot }, { slots }) => slots.get(slot) ?? unknown,
  not: ({ of }, state) => notOf(weigh(of, state)),
  defined: weighDefined,
  neg: weighNegation,
  bitnot: ({ of }, state) => computeInt('sub', between(-1, -1), weigh(of, state)),
  and: ({ items }, state) => allOf(items.map((item) => weigh(item, state))),
  or: ({ items }, state) => anyOf(items.map((item) => weigh(item, state))),
  add: weighArithmetic,
  sub: weighArithmetic,
  mul: weighArithmetic,
  div: weighArithmetic,
  mod: weighArithmetic,
  bitand: weighBits,
  bitor: weighBits,
  bitxor: weighBits,
  shl: weighBits,
  shr: weighBits,
  eq: weighComparison,
  ne: weighComparison,
  lt: weighComparison,
  le: weighComparison,
  gt: weighComparison,
  ge: weighComparison,
  contains: weighPair,
  icontains: weighPair,
  startswith: weighPair,
  istartswith: weighPair,
  endswith: weighPair,
  iendswith: weighPair,
  iequals: weighPair,
  matches: ({ left }, state) => anythingFrom(weigh(left, state)),
  truth: weighTruth,
  read: weighRead,
  'of-patterns': weighOfPatterns,
  'of-conditions': weighOfConditions,
  'for-patterns': weighForPatterns,
  'for-in': weighForIn,
  with: weighWith,
}

function weighConst(node: NodeOf<'const'>): Abstract {
  const value = constantOf(node)
  if (typeof value === 'boolean') return truthValue(value ? canBeTrue : canBeFalse)
  if (node.type !== 'int' || typeof value === 'string') return truthValue(canBeDefined)
  return constantBounds(value)
}

function weighRule({ rule }: NodeOf<'rule'>, { facts }: State): Abstract {
  const known = facts.rule?.(rule)
  if (known === undefined) return truthValue(canBeDefined)
  return truthValue(known ? canBeTrue : canBeFalse)
}

function isAbsent(pattern: PatternRef, { facts, currentAbsent }: State): boolean {
  return pattern === 'current' ? currentAbsent : isPatternAbsent(facts, pattern)
}

/** What a place costs in definedness: anything defined, or undefined as its operands are. */
function weighWhere(where: Where, state: State): Abstract {
  return where.kind === 'at' ? anythingFrom(weigh(where.offset, state)) : weighRange(where.range, state)
}

function weighRange(range: Range, state: State): Abstract {
  return anythingFrom(weigh(range.low, state), weigh(range.high, state))
}

function weighPattern({ pattern, where }: NodeOf<'pattern'>, state: State): Abstract {
  const place = where === undefined ? truthValue(canBeDefined) : weighWhere(where, state)
  return isAbsent(pattern, state) ? truthValue(place.mask & ~canBeTrue) : place
}

function weighCount({ pattern, range }: NodeOf<'count'>, state: State): Abstract {
  const place = range === undefined ? truthValue(canBeDefined) : weighRange(range, state)
  if (place === never) return never
  return between(0, isAbsent(pattern, state) ? 0 : Number.POSITIVE_INFINITY, place.mask)
}

function weighMatchPart({ pattern }: NodeOf<'offset' | 'length'>, state: State): Abstract {
  return isAbsent(pattern, state) ? never : between(0, state.facts.size.most, canBeUndefined)
}

/** Whether a chain of fields, elements and calls starts from a module that has nothing to say of the object. */
function isOfAbsentModule(node: Node, facts: Facts): boolean {
  let root = node
  while (root.op === 'field' || root.op === 'element' || root.op === 'call') root = root.of
  return root.op === 'module' && facts.modulesAbsent?.includes(root.module) === true
}

function weighField(node: NodeOf<'field'>, { facts }: State): Abstract {
  if (!isOfAbsentModule(node, facts)) return unknown
  return node.name.startsWith('is_') ? truthValue(canBeFalse | canBeUndefined) : never
}

function weighElement(node: NodeOf<'element'>, { facts }: State): Abstract {
  return isOfAbsentModule(node, facts) ? never : unknown
}

/** A function of an absent module is not true; what else it returns, a count of 0 or nothing, differs. */
function weighCall(node: NodeOf<'call'>, state: State): Abstract {
  const args = node.args.map((arg) => weighArgument(arg, state))
  if (args.some(({ mask }) => (mask & canBeDefined) === 0)) return never
  return isOfAbsentModule(node.of, state.facts) ? truthValue(canBeFalse | canBeUndefined) : unknown
}

function weighArgument(arg: Node | RegexNode, state: State): Abstract {
  return arg.op === 'regex' ? truthValue(canBeDefined) : weigh(arg, state)
}

function weighDefined({ of }: NodeOf<'defined'>, state: State): Abstract {
  const { mask } = weigh(of, state)
  const isTrue = (mask & canBeDefined) === 0 ? 0 : canBeTrue
  return truthValue(isTrue | ((mask & canBeUndefined) === 0 ? 0 : canBeFalse))
}

function weighNegation({ type, of }: NodeOf<'neg'>, state: State): Abstract {
  const value = weigh(of, state)
  return type === 'int' ? computeInt('sub', between(0, 0), value) : anythingFrom(value)
}

function weighArithmetic(node: NodeOf<'add' | 'sub' | 'mul' | 'div' | 'mod'>, state: State): Abstract {
  const left = weigh(node.left, state)
  const right = weigh(node.right, state)
  return node.type === 'int' ? computeInt(node.op, left, right) : anythingFrom(left, right)
}

function weighBits(node: NodeOf<'bitand' | 'bitor' | 'bitxor' | 'shl' | 'shr'>, state: State): Abstract {
  return computeInt(node.op, weigh(node.left, state), weigh(node.right, state))
}

type ComparisonNode = NodeOf<'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'>

function weighComparison(node: ComparisonNode, state: State): Abstract {
  const left = weigh(node.left, state)
  const right = weigh(node.right, state)
  if (node.type !== 'int') return anythingFrom(left, right)
  const weighed = compareInts(node.op, left, right)
  if ((node.op !== 'eq' && node.op !== 'ne') || !isDeniedComparison(node, [left, right], state))
    return weighed
  // The two are never equal.
  return truthValue(weighed.mask & ~(node.op === 'eq' ? canBeTrue : canBeFalse))
}

/** Whether an integer of the object's first bytes is compared with what those bytes are known not to be. */
function isDeniedComparison(
  { left, right }: ComparisonNode,
  [leftValue, rightValue]: readonly [Abstract, Abstract],
  state: State,
): boolean {
  return isDeniedRead(left, rightValue, state) || isDeniedRead(right, leftValue, state)
}

function isDeniedRead(read: Node, value: Abstract, state: State): boolean {
  if (read.op !== 'read' || value.low !== value.high) return false
  const offset = weigh(read.offset, state)
  return offset.low === offset.high && isDenied(read, offset.low, value.low, state.facts)
}

function weighPair({ left, right }: { readonly left: Node; readonly right: Node }, state: State): Abstract {
  return anythingFrom(weigh(left, state), weigh(right, state))
}

function weighTruth({ type, of }: NodeOf<'truth'>, state: State): Abstract {
  const value = weigh(of, state)
  if (type === 'bool') return value
  return type === 'int' ? truthOfInt(value) : anythingFrom(value)
}

function weighRead(node: NodeOf<'read'>, state: State): Abstract {
  const { facts } = state
  const offset = weigh(node.offset, state)
  const width = node.bits / 8
  if ((offset.mask & canBeDefined) === 0 || offset.high < 0 || offset.low + width > facts.size.most)
    return never
  if (offset.low === offset.high) {
    const value = readHead(node, offset.low, facts)
    if (value !== undefined) return between(value, value, offset.mask)
  }
  const isInside = offset.low >= 0 && offset.high + width <= facts.size.least
  const least = node.signed ? -(2 ** (node.bits - 1)) : 0
  return between(least, least + 2 ** node.bits - 1, isInside ? offset.mask : canBeUndefined)
}

function weighOfPatterns(node: NodeOf<'of-patterns'>, state: State): Abstract {
  const { patterns, where, quantifier } = node
  const place = where === undefined ? truthValue(canBeDefined) : weighWhere(where, state)
  const present = patterns.filter((pattern) => !isAbsent(pattern, state)).length
  const holding: Holding = { least: 0, most: (place.mask & canBeDefined) === 0 ? 0 : present }
  return quantified(quantifier, exactly(patterns.length, holding), (value) => weigh(value, state))
}

function exactly(count: number, holding: Holding): Iterations {
  return { least: count, most: count, holding }
}

/** How many of these hold: those that must, those that may. */
function holdingOf(items: readonly Abstract[]): Holding {
  return {
    least: items.filter(({ mask }) => mask === canBeTrue).length,
    most: items.filter(({ mask }) => (mask & canBeTrue) !== 0).length,
  }
}

function weighOfConditions(node: NodeOf<'of-conditions'>, state: State): Abstract {
  const items = node.items.map((item) => weigh(item, state))
  const value = quantified(node.quantifier, exactly(items.length, holdingOf(items)), (count) =>
    weigh(count, state),
  )
  const isUndefined = items.some(({ mask }) => (mask & canBeUndefined) !== 0)
  return truthValue(value.mask | (isUndefined ? canBeUndefined : 0))
}

function weighForPatterns(node: NodeOf<'for-patterns'>, state: State): Abstract {
  const { patterns, body, quantifier } = node
  const absent = weigh(body, { ...state, currentAbsent: true })
  const present = weigh(body, { ...state, currentAbsent: false })
  const items = patterns.map((pattern) => (isAbsent(pattern, state) ? absent : present))
  return quantified(quantifier, exactly(items.length, holdingOf(items)), (value) => weigh(value, state))
}

function weighForIn(node: NodeOf<'for-in'>, state: State): Abstract {
  const iterations = weighIterated(node, state)
  if (iterations.most <= 0) return truthValue(iterations.emptyMask)
  const body = weigh(node.body, state)
  for (const slot of node.slots) state.slots.delete(slot)
  const least = Math.max(1, iterations.least)
  const holding: Holding = {
    least: body.mask === canBeTrue ? least : 0,
    most: (body.mask & canBeTrue) === 0 ? 0 : iterations.most,
  }
  const value = quantified(node.quantifier, { least, most: iterations.most, holding }, (count) =>
    weigh(count, state),
  )
  return truthValue(value.mask | (iterations.least <= 0 ? iterations.emptyMask : 0))
}

interface Iterated {
  readonly least: number
  readonly most: number
  /** The value of the loop when nothing is gone through. */
  readonly emptyMask: number
}

/** Binds the loop's variables. */
function weighIterated({ over, slots }: NodeOf<'for-in'>, state: State): Iterated {
  const bind = (value: Abstract): void => {
    for (const slot of slots) state.slots.set(slot, value)
  }
  switch (over.kind) {
    case 'range':
      return weighIteratedRange(over.range, state, bind)
    case 'list': {
      const [first = unknown, ...others] = over.items.map((item) => weigh(item, state))
      bind(others.reduce(join, first))
      return { least: over.items.length, most: over.items.length, emptyMask: canBeFalse }
    }
    case 'structure': {
      bind(unknown)
      const most = isOfAbsentModule(over.of, state.facts) ? 0 : Number.POSITIVE_INFINITY
      return { least: 0, most, emptyMask: canBeFalse | canBeUndefined }
    }
  }
}

function weighIteratedRange(range: Range, state: State, bind: (value: Abstract) => void): Iterated {
  const low = weigh(range.low, state)
  const high = weigh(range.high, state)
  const either = anythingFrom(low, high)
  if (either === never) return { least: 0, most: 0, emptyMask: canBeFalse }
  bind(between(low.low, high.high))
  const isUndefined = (either.mask & canBeUndefined) !== 0
  const least = high.low - low.high + 1
  const most = high.high - low.low + 1
  // The number of iterations is computed in 64 bits too, and a range that is too long wraps around to none.
  const isWrapping = !Number.isSafeInteger(most)
  return { least: isUndefined || isWrapping ? 0 : least, most, emptyMask: canBeFalse }
}

function weighWith({ bindings, body }: NodeOf<'with'>, state: State): Abstract {
  for (const { slot, value } of bindings) state.slots.set(slot, weigh(value, state))
  const weighed = weigh(body, state)
  for (const { slot } of bindings) state.slots.delete(slot)
  return weighed
}
