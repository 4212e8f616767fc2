// Signed 64-bit integers that wrap around, as YARA computes them. A value is a `number` where that is exact and a
// `bigint` elsewhere, never both: two values are equal when they are `===`, and `<` is exact between the two.

export type Int = number | bigint

type IntOperator = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'bitand' | 'bitor' | 'bitxor' | 'shl' | 'shr'

/** Computes two integers; undefined where YARA has no value (division by zero). */
export type IntOperation = (left: Int, right: Int) => Int | undefined

/** The low 64 bits of a whole number, in the one form that it has here. */
function wrap(value: bigint): Int {
  const wrapped = BigInt.asIntN(64, value)
  const near = Number(wrapped)
  return Number.isSafeInteger(near) ? near : wrapped
}

export const intOperations: Readonly<Record<IntOperator, IntOperation>> = {
  add,
  sub,
  mul,
  div,
  mod,
  bitand,
  bitor,
  bitxor,
  shl,
  shr,
}

/** Also for a constant written as decimal text. */
export function intOf(value: number | string | bigint): Int {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : wrap(BigInt(value))
}

function add(left: Int, right: Int): Int {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  return wrap(BigInt(left) + BigInt(right))
}

function sub(left: Int, right: Int): Int {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right
    if (Number.isSafeInteger(difference)) return difference
  }
  return wrap(BigInt(left) - BigInt(right))
}

function mul(left: Int, right: Int): Int {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right
    // A product that was rounded is beyond the safe integers. Adding 0 makes -0 an integer's only zero.
    if (Number.isSafeInteger(product)) return product + 0
  }
  return wrap(BigInt(left) * BigInt(right))
}

/** Towards zero. The one quotient that has no 64 bits, -2^63 / -1, wraps around. */
function div(left: Int, right: Int): Int | undefined {
  if (right === 0) return undefined
  // Without its remainder the dividend is a multiple of the divisor, so that the quotient is exact.
  if (typeof left === 'number' && typeof right === 'number') return (left - (left % right)) / right + 0
  return wrap(BigInt(left) / BigInt(right))
}

/** With the sign of the dividend. */
function mod(left: Int, right: Int): Int | undefined {
  if (right === 0) return undefined
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0
  return wrap(BigInt(left) % BigInt(right))
}

function isInt32(value: Int): value is number {
  return typeof value === 'number' && (value | 0) === value
}

function isUint32(value: Int): value is number {
  return typeof value === 'number' && value >>> 0 === value
}

function bitand(left: Int, right: Int): Int {
  if (isInt32(left) && isInt32(right)) return left & right
  if (isUint32(left) && isUint32(right)) return (left & right) >>> 0
  return wrap(BigInt(left) & BigInt(right))
}

function bitor(left: Int, right: Int): Int {
  if (isInt32(left) && isInt32(right)) return left | right
  if (isUint32(left) && isUint32(right)) return (left | right) >>> 0
  return wrap(BigInt(left) | BigInt(right))
}

function bitxor(left: Int, right: Int): Int {
  if (isInt32(left) && isInt32(right)) return left ^ right
  if (isUint32(left) && isUint32(right)) return (left ^ right) >>> 0
  return wrap(BigInt(left) ^ BigInt(right))
}

/** 64 and more shift everything out; a negative count counts modulo 64 (YARA-X computes so in WebAssembly). */
function shl(left: Int, right: Int): Int {
  if (right >= 64) return 0
  const count = countOf(right)
  if (typeof left === 'number') {
    const shifted = left * 2 ** count
    if (Number.isSafeInteger(shifted)) return shifted + 0
  }
  return wrap(BigInt(left) << BigInt(count))
}

/** Keeps the sign, but by 64 and more gives 0 for a negative number too. */
function shr(left: Int, right: Int): Int {
  if (right >= 64) return 0
  const count = countOf(right)
  if (typeof left === 'number') return Math.floor(left / 2 ** count)
  return wrap(left >> BigInt(count))
}

function countOf(right: Int): number {
  return typeof right === 'number' && right >= 0 ? right : Number(BigInt.asUintN(6, BigInt(right)))
}

export function negate(value: Int): Int {
  return typeof value === 'number' ? 0 - value : wrap(-value)
}

export function complement(value: Int): Int {
  return sub(-1, value)
}
