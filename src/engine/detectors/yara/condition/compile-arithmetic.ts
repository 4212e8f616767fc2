// Constants, arithmetic and the integer readers. Each shape that rules often have gets a closure of its own.

import type { Compiler, Evaluate, EvaluateInt, NodeOf } from './compiler.ts'
import { complement, type Int, intOf, type IntOperation, intOperations, negate } from './integer.ts'
import type { Node } from './node.ts'
import type { Scene } from './scene.ts'

/** The value of a constant node. */
export function constantOf(node: NodeOf<'const'>): Int | boolean | string {
  const { type, value } = node
  if (type === 'int' && typeof value !== 'boolean') return intOf(value)
  return type === 'float' ? Number(value) : value
}

/** The value of a node that is an int constant and exact as a number. */
export function constantNumber(node: Node): number | undefined {
  if (node.op !== 'const' || node.type !== 'int') return undefined
  const value = constantOf(node)
  return typeof value === 'number' ? value : undefined
}

export function compileConst(node: NodeOf<'const'>): Evaluate<unknown> {
  const value = constantOf(node)
  return () => value
}

export function compileFilesize(): EvaluateInt {
  return (scene) => scene.bytes.length
}

type ArithmeticNode = NodeOf<'add' | 'sub' | 'mul' | 'div' | 'mod'>
type BitNode = NodeOf<'bitand' | 'bitor' | 'bitxor' | 'shl' | 'shr'>

export function compileArithmetic(node: ArithmeticNode, compiler: Compiler): Evaluate<Int> {
  if (node.type === 'float') return compileFloat(node, compiler)
  const left = compiler.int(node.left)
  const right = compiler.int(node.right)
  if (node.op === 'add') return compileAdd(left, right)
  if (node.op === 'sub') return compileSub(left, right)
  return compileInt(left, right, intOperations[node.op])
}

export function compileBits(node: BitNode, compiler: Compiler): EvaluateInt {
  return compileInt(compiler.int(node.left), compiler.int(node.right), intOperations[node.op])
}

function compileInt(left: EvaluateInt, right: EvaluateInt, operation: IntOperation): EvaluateInt {
  return (scene) => {
    const a = left(scene)
    if (a === undefined) return undefined
    const b = right(scene)
    return b === undefined ? undefined : operation(a, b)
  }
}

/** Sums of small numbers, the inner part of most expressions, without a call. */
function compileAdd(left: EvaluateInt, right: EvaluateInt): EvaluateInt {
  return (scene) => {
    const a = left(scene)
    if (a === undefined) return undefined
    const b = right(scene)
    if (typeof a === 'number' && typeof b === 'number') {
      const sum = a + b
      if (Number.isSafeInteger(sum)) return sum
    }
    return b === undefined ? undefined : intOperations.add(a, b)
  }
}

function compileSub(left: EvaluateInt, right: EvaluateInt): EvaluateInt {
  return (scene) => {
    const a = left(scene)
    if (a === undefined) return undefined
    const b = right(scene)
    if (typeof a === 'number' && typeof b === 'number') {
      const difference = a - b
      if (Number.isSafeInteger(difference)) return difference
    }
    return b === undefined ? undefined : intOperations.sub(a, b)
  }
}

/** Division by zero is infinite or not a number, as IEEE 754 has it, and so defined. */
const floatOperations: Readonly<Record<ArithmeticNode['op'], (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  mod: (a, b) => a % b,
}

function compileFloat(node: ArithmeticNode, compiler: Compiler): Evaluate<number> {
  const left = compiler.float(node.left)
  const right = compiler.float(node.right)
  const operation = floatOperations[node.op]
  return (scene) => {
    const a = left(scene)
    if (a === undefined) return undefined
    const b = right(scene)
    return b === undefined ? undefined : operation(a, b)
  }
}

export function compileNegation(node: NodeOf<'neg'>, compiler: Compiler): Evaluate<Int> {
  if (node.type === 'float') {
    const of = compiler.float(node.of)
    return (scene) => {
      const value = of(scene)
      return value === undefined ? undefined : -value
    }
  }
  return compileUnary(compiler.int(node.of), negate)
}

export function compileComplement(node: NodeOf<'bitnot'>, compiler: Compiler): EvaluateInt {
  return compileUnary(compiler.int(node.of), complement)
}

function compileUnary(of: EvaluateInt, operation: (value: Int) => Int): EvaluateInt {
  return (scene) => {
    const value = of(scene)
    return value === undefined ? undefined : operation(value)
  }
}

type Read = (bytes: Uint8Array, offset: number) => number

/** A reader of bytes that are there, by bits, sign and byte order. */
export function readerOf({ bits, signed, bigEndian }: NodeOf<'read'>): Read {
  if (bits === 8) return signed ? (bytes, at) => (bytes[at]! << 24) >> 24 : (bytes, at) => bytes[at]!
  if (bits === 16) {
    const unsigned: Read = bigEndian
      ? (bytes, at) => (bytes[at]! << 8) | bytes[at + 1]!
      : (bytes, at) => bytes[at]! | (bytes[at + 1]! << 8)
    return signed ? (bytes, at) => (unsigned(bytes, at) << 16) >> 16 : unsigned
  }
  const word: Read = bigEndian
    ? (bytes, at) => (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    : (bytes, at) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  return signed ? word : (bytes, at) => word(bytes, at) >>> 0
}

/** Undefined where not all of the integer's bytes are inside the object. */
export function compileRead(node: NodeOf<'read'>, compiler: Compiler): Evaluate<number> {
  const read = readerOf(node)
  const width = node.bits / 8
  const fixed = constantNumber(node.offset)
  if (fixed !== undefined && fixed >= 0) {
    const end = fixed + width
    return (scene) => (end <= scene.bytes.length ? read(scene.bytes, fixed) : undefined)
  }
  const offset = compiler.int(node.offset)
  return (scene: Scene) => {
    const at = offset(scene)
    if (typeof at !== 'number' || at < 0 || at + width > scene.bytes.length) return undefined
    return read(scene.bytes, at)
  }
}
