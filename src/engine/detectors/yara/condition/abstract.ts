// What can be said about a value before it is known: whether it may be true, false or undefined, and between which
// bounds an integer lies. Every operation here may say too much is possible, never too little.

import { type IntOperation, intOperations } from './integer.ts'

export const canBeTrue = 1
export const canBeFalse = 2
export const canBeUndefined = 4
export const canBeDefined = canBeTrue | canBeFalse

/** Of a truth value, `mask` says all. Of any other value, it says whether it may be defined (either bit) or undefined. */
export interface Abstract {
  readonly mask: number
  /** Bounds of an int, both included; infinite where it may be any. Others are not bounded. */
  readonly low: number
  readonly high: number
}

export function truthValue(mask: number): Abstract {
  return { mask, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
}

export const unknown = truthValue(canBeDefined | canBeUndefined)
export const never = truthValue(canBeUndefined)

/** `undefinedToo`: the mask whose `canBeUndefined` is taken over. */
export function between(low: number, high: number, undefinedToo = 0): Abstract {
  return { mask: canBeDefined | (undefinedToo & canBeUndefined), low, high }
}

/** Any defined value, or undefined as the operands may be; nothing but undefined where one of them is. */
export function anythingFrom(...operands: readonly Abstract[]): Abstract {
  if (operands.some(({ mask }) => (mask & canBeDefined) === 0)) return never
  return truthValue(canBeDefined | undefinedBit(operands))
}

function undefinedBit(operands: readonly Abstract[]): number {
  return operands.some(({ mask }) => (mask & canBeUndefined) !== 0) ? canBeUndefined : 0
}

export function join(left: Abstract, right: Abstract): Abstract {
  const isBounded = (value: Abstract): boolean => (value.mask & canBeDefined) !== 0
  if (!isBounded(left)) return { ...right, mask: left.mask | right.mask }
  if (!isBounded(right)) return { ...left, mask: left.mask | right.mask }
  return {
    mask: left.mask | right.mask,
    low: Math.min(left.low, right.low),
    high: Math.max(left.high, right.high),
  }
}

/** An int constant. One that is no safe integer is only known to lie beyond those. */
export function constantBounds(value: number | bigint): Abstract {
  if (typeof value === 'number') return between(value, value)
  return value < 0
    ? between(Number.NEGATIVE_INFINITY, Number.MIN_SAFE_INTEGER)
    : between(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY)
}

function isExact({ low, high }: Abstract): boolean {
  return low === high
}

type Bounds = readonly [number, number]

/** Bounds of the results, as if integers had no end; they are given up where a result may wrap around. */
const boundsOf: Readonly<Partial<Record<keyof typeof intOperations, (a: Abstract, b: Abstract) => Bounds>>> =
  {
    add: (a, b) => [a.low + b.low, a.high + b.high],
    sub: (a, b) => [a.low - b.high, a.high - b.low],
    mul(a, b) {
      const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
      return [Math.min(...corners), Math.max(...corners)]
    },
    bitand(a, b) {
      const masks = [a, b].filter(({ low }) => low >= 0).map(({ high }) => high)
      return masks.length === 0 ? [Number.NEGATIVE_INFINITY, 0] : [0, Math.min(...masks)]
    },
  }

export function computeInt(op: keyof typeof intOperations, left: Abstract, right: Abstract): Abstract {
  const anything = anythingFrom(left, right)
  if (anything === never) return never
  if (isExact(left) && isExact(right)) return computeExact(intOperations[op], left, right)
  if ((op === 'div' || op === 'mod') && right.low <= 0 && right.high >= 0) return unknown
  const [low, high] = boundsOf[op]?.(left, right) ?? []
  // Not a number, from an infinity times 0, is no safe integer either.
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) return anything
  return between(low ?? 0, high ?? 0, anything.mask)
}

function computeExact(operation: IntOperation, left: Abstract, right: Abstract): Abstract {
  const value = operation(left.low, right.low)
  if (value === undefined) return never
  const { low, high } = constantBounds(value)
  return between(low, high, left.mask | right.mask)
}

type Relation = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'

/** Of two ints. */
export function compareInts(op: Relation, left: Abstract, right: Abstract): Abstract {
  const anything = anythingFrom(left, right)
  if (anything === never) return never
  const [holds, fails] = relations[op](left, right)
  return truthValue((anything.mask & canBeUndefined) | (holds ? canBeTrue : 0) | (fails ? canBeFalse : 0))
}

/** Whether some pair of values is in the relation, and whether some pair is not. */
type Possibilities = readonly [holds: boolean, fails: boolean]

const relations: Readonly<Record<Relation, (left: Abstract, right: Abstract) => Possibilities>> = {
  eq: (left, right) => [overlap(left, right), !areSame(left, right)],
  ne: (left, right) => [!areSame(left, right), overlap(left, right)],
  lt: (left, right) => [left.low < right.high, left.high >= right.low],
  le: (left, right) => [left.low <= right.high, left.high > right.low],
  gt: (left, right) => [left.high > right.low, left.low <= right.high],
  ge: (left, right) => [left.high >= right.low, left.low < right.high],
}

function overlap(left: Abstract, right: Abstract): boolean {
  return left.low <= right.high && right.low <= left.high
}

function areSame(left: Abstract, right: Abstract): boolean {
  return isExact(left) && isExact(right) && left.low === right.low
}

/** An int used as a condition. */
export function truthOfInt({ mask, low, high }: Abstract): Abstract {
  if ((mask & canBeDefined) === 0) return never
  const isTrue = low < 0 || high > 0 ? canBeTrue : 0
  const isFalse = low <= 0 && high >= 0 ? canBeFalse : 0
  return truthValue((mask & canBeUndefined) | isTrue | isFalse)
}

export function notOf({ mask }: Abstract): Abstract {
  const isTrue = (mask & canBeFalse) === 0 ? 0 : canBeTrue
  const isFalse = (mask & canBeTrue) === 0 ? 0 : canBeFalse
  return truthValue((mask & canBeUndefined) | isTrue | isFalse)
}

/** Undefined counts as false. */
export function allOf(items: readonly Abstract[]): Abstract {
  const isTrue = items.every(({ mask }) => (mask & canBeTrue) !== 0)
  const isFalse = items.some(({ mask }) => (mask & (canBeFalse | canBeUndefined)) !== 0)
  return truthValue((isTrue ? canBeTrue : 0) | (isFalse ? canBeFalse : 0))
}

/** Undefined counts as false. */
export function anyOf(items: readonly Abstract[]): Abstract {
  const isTrue = items.some(({ mask }) => (mask & canBeTrue) !== 0)
  const isFalse = items.every(({ mask }) => (mask & (canBeFalse | canBeUndefined)) !== 0)
  return truthValue((isTrue ? canBeTrue : 0) | (isFalse ? canBeFalse : 0))
}
