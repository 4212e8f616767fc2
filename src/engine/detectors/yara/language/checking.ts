// What the parts of the checker need of one another, and the checks that most of them make.

import type { Node, Range, Where } from '../condition/node.ts'
import { fail } from './fault.ts'
import type { RuleScope } from './scope.ts'
import type { Expression, RangeSyntax, Span, WhereSyntax } from './syntax.ts'
import { type CheckedType, constantInt, isScalar, nameOfType, type Typed, type TypedNode } from './typed.ts'

export interface Checking {
  readonly scope: RuleScope
  /** Any expression. */
  value(expression: Expression): Typed
  /** An expression in the place of a condition. */
  condition(expression: Expression): Node
  warn(code: string, message: string, place: Span): void
}

export function wrongType(expected: string, type: CheckedType, place: Span): never {
  fail('wrong-type', `this should be ${expected}, but it is ${nameOfType(type)}`, place)
}

/** Integer, float, condition or text. */
export function scalar(checking: Checking, expression: Expression): TypedNode {
  const { node, type } = checking.value(expression)
  if (!isScalar(type) || node.op === 'regex') wrongType('a condition, a number or a text', type, expression)
  return { node, type }
}

export function integer(checking: Checking, expression: Expression): Node {
  const { node, type } = checking.value(expression)
  if (type !== 'int' || node.op === 'regex') wrongType('an integer', type, expression)
  return node
}

/** An integer that, if it is known now, is not less than `least`. */
export function integerFrom(checking: Checking, expression: Expression, least: number): Node {
  const node = integer(checking, expression)
  const known = constantInt(node)
  if (known !== undefined && known < least) {
    fail('number-out-of-range', `this number is ${known}; it must be at least ${least}`, expression)
  }
  return node
}

export function range(checking: Checking, { low, high, start, end }: RangeSyntax): Range {
  const result = { low: integerFrom(checking, low, 0), high: integerFrom(checking, high, 0) }
  const least = constantInt(result.low)
  const most = constantInt(result.high)
  if (least !== undefined && most !== undefined && least > most) {
    fail('invalid-range', `the lower end ${least} is greater than the upper end ${most}`, { start, end })
  }
  return result
}

export function where(checking: Checking, syntax: WhereSyntax): Where {
  if (syntax.kind === 'in') return { kind: 'in', range: range(checking, syntax.range) }
  return { kind: 'at', offset: integerFrom(checking, syntax.offset, 0) }
}
