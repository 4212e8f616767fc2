// Arithmetic on constants, done once: 64-bit two's complement integers and doubles, as when a condition runs.

import type { Node } from '../condition/node.ts'
import type { ArithmeticOperator, BitOperator } from './syntax.ts'
import { constant, constantInt, intNode, type TypedNode } from './typed.ts'

export function fits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

/** Undefined: not constant, or (a division by zero) undefined when it runs. `overflow`: no 64-bit integer. */
export function foldInt(op: ArithmeticOperator, left: Node, right: Node): TypedNode | 'overflow' | undefined {
  const a = constantInt(left)
  const b = constantInt(right)
  if (a === undefined || b === undefined) return undefined
  if ((op === 'div' || op === 'mod') && b === 0n) return undefined
  const value = computed(op, a, b)
  return fits(value) ? intNode(value) : 'overflow'
}

function computed(op: ArithmeticOperator, a: bigint, b: bigint): bigint {
  switch (op) {
    case 'add':
      return a + b
    case 'sub':
      return a - b
    case 'mul':
      return a * b
    case 'div':
      return a / b
    case 'mod':
      return a % b
  }
}

export function foldFloat(op: ArithmeticOperator, left: Node, right: Node): TypedNode | undefined {
  const a = constantNumber(left)
  const b = constantNumber(right)
  if (a === undefined || b === undefined || (op === 'div' && b === 0)) return undefined
  switch (op) {
    case 'add':
      return constant('float', a + b)
    case 'sub':
      return constant('float', a - b)
    case 'mul':
      return constant('float', a * b)
    case 'div':
      return constant('float', a / b)
    case 'mod':
      return undefined
  }
}

function constantNumber(node: Node): number | undefined {
  if (node.op !== 'const' || (node.type !== 'int' && node.type !== 'float')) return undefined
  return Number(node.value)
}

/** Shifts by 64 and more are left to the run time. */
export function foldBits(op: BitOperator, left: Node, right: Node): TypedNode | undefined {
  const a = constantInt(left)
  const b = constantInt(right)
  if (a === undefined || b === undefined) return undefined
  switch (op) {
    case 'bitand':
      return intNode(a & b)
    case 'bitor':
      return intNode(a | b)
    case 'bitxor':
      return intNode(a ^ b)
    case 'shl':
      return b < 0n || b > 63n ? undefined : intNode(BigInt.asIntN(64, a << b))
    case 'shr':
      return b < 0n || b > 63n ? undefined : intNode(a >> b)
  }
}
