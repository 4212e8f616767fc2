// Operators: which types they take, what mixed types become, and what can be computed now.

import type { Node, RegexNode, ScalarType } from '../condition/node.ts'
import { type Checking, scalar, wrongType } from './checking.ts'
import { fail } from './fault.ts'
import { fits, foldBits, foldFloat, foldInt } from './fold.ts'
import type {
  ArithmeticOperator,
  BinaryExpression,
  BitOperator,
  ComparisonOperator,
  Expression,
  LogicExpression,
  Span,
  TextOperator,
  UnaryExpression,
} from './syntax.ts'
import { constant, constantInt, constantTruth, intNode, nameOfType, type TypedNode } from './typed.ts'

export function checkBinary(checking: Checking, expression: BinaryExpression): TypedNode {
  const { op } = expression
  switch (op) {
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return checkComparison(checking, expression, op)
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'mod':
      return checkArithmetic(checking, expression, op)
    case 'bitand':
    case 'bitor':
    case 'bitxor':
    case 'shl':
    case 'shr':
      return checkBits(checking, expression, op)
    case 'matches':
      return checkMatches(checking, expression)
    default:
      return checkText(checking, expression, op)
  }
}

function bool(node: Node): TypedNode {
  return { node, type: 'bool' }
}

function mismatch(left: TypedNode, right: TypedNode, place: Span): never {
  const both = `${nameOfType(left.type)} and ${nameOfType(right.type)}`
  fail('type-mismatch', `${both} cannot be compared or combined`, place)
}

function checkComparison(
  checking: Checking,
  expression: BinaryExpression,
  op: ComparisonOperator,
): TypedNode {
  const left = scalar(checking, expression.left)
  const right = scalar(checking, expression.right)
  if (op !== 'eq') {
    if (left.type === 'bool') wrongType('a number or a text', left.type, expression.left)
    if (right.type === 'bool') wrongType('a number or a text', right.type, expression.right)
  }
  const type = commonType(left.type as ScalarType, right.type as ScalarType)
  if (type === 'bool-int') return checkTruthAsNumber(checking, expression, { left, right })
  if (type === undefined) mismatch(left, right, expression)
  if (op === 'eq' && type === 'text') warnOfHash(checking, expression, [left.node, right.node])
  return bool({ op, type, left: left.node, right: right.node })
}

function commonType(left: ScalarType, right: ScalarType): ScalarType | 'bool-int' | undefined {
  if (left === right) return left
  const other = left === 'int' ? right : left
  if (left !== 'int' && right !== 'int') return undefined
  if (other === 'float') return 'float'
  return other === 'bool' ? 'bool-int' : undefined
}

/** `pe.is_signed == 1`: usual, but it says `pe.is_signed`. */
function checkTruthAsNumber(
  checking: Checking,
  expression: BinaryExpression,
  { left, right }: { left: TypedNode; right: TypedNode },
): TypedNode {
  const [truth, number] = left.type === 'bool' ? [left.node, right.node] : [right.node, left.node]
  const known = constantInt(number)
  checking.warn('condition-as-number', 'a condition is compared with a number', expression)
  if (known === 1n) return bool(truth)
  if (known === 0n) return bool(negated(truth))
  const equals = (value: number): Node => ({
    op: 'eq',
    type: 'int',
    left: number,
    right: constant('int', value).node,
  })
  const whenTrue: Node = { op: 'and', items: [truth, equals(1)] }
  const whenFalse: Node = { op: 'and', items: [negated(truth), equals(0)] }
  return bool({ op: 'or', items: [whenTrue, whenFalse] })
}

const hashLengths: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64 }

/** A hash is written in lower case by its module: other texts never equal it. */
function warnOfHash(checking: Checking, place: Span, [left, right]: readonly [Node, Node]): void {
  const [call, text] = left.op === 'call' ? [left, right] : [right, left]
  if (call.op !== 'call' || call.of.op !== 'module' || call.of.module !== 'hash') return
  const length = Object.hasOwn(hashLengths, call.name) ? hashLengths[call.name] : undefined
  if (length === undefined || text.op !== 'const' || typeof text.value !== 'string') return
  if (text.value.length !== length) {
    checking.warn(
      'never-true',
      `\`hash.${call.name}\` has ${length} digits, this text ${text.value.length}`,
      place,
    )
  } else if (/[A-Z]/u.test(text.value)) {
    checking.warn('never-true', `\`hash.${call.name}\` is in lower case, this text is not`, place)
  }
}

function numberOperand(checking: Checking, expression: Expression): TypedNode {
  const typed = scalar(checking, expression)
  if (typed.type !== 'int' && typed.type !== 'float') wrongType('a number', typed.type, expression)
  return typed
}

function integerOperand(checking: Checking, expression: Expression): TypedNode {
  const typed = scalar(checking, expression)
  if (typed.type !== 'int') wrongType('an integer', typed.type, expression)
  return typed
}

function checkArithmetic(
  checking: Checking,
  expression: BinaryExpression,
  op: ArithmeticOperator,
): TypedNode {
  const operand = op === 'mod' ? integerOperand : numberOperand
  const left = operand(checking, expression.left)
  const right = operand(checking, expression.right)
  const type = left.type === 'int' && right.type === 'int' ? 'int' : 'float'
  const folded = (type === 'int' ? foldInt : foldFloat)(op, left.node, right.node)
  if (folded === 'overflow') fail('number-too-large', 'the result does not fit into 64 bits', expression)
  if (folded !== undefined) return folded
  if ((op === 'div' || op === 'mod') && constantInt(right.node) === 0n) {
    checking.warn('division-by-zero', 'a division by zero is undefined', expression)
  }
  return { node: { op, type, left: left.node, right: right.node }, type }
}

function checkBits(checking: Checking, expression: BinaryExpression, op: BitOperator): TypedNode {
  const { node: left } = integerOperand(checking, expression.left)
  const { node: right } = integerOperand(checking, expression.right)
  if (op === 'shl' || op === 'shr') {
    const distance = constantInt(right)
    if (distance !== undefined && distance < 0n) {
      fail('number-out-of-range', 'a shift cannot be negative', expression.right)
    }
  }
  return foldBits(op, left, right) ?? { node: { op, left, right }, type: 'int' }
}

function textOperand(checking: Checking, expression: Expression): Node {
  const { node, type } = checking.value(expression)
  if (type !== 'text' || node.op === 'regex') wrongType('a text', type, expression)
  return node
}

function checkText(checking: Checking, expression: BinaryExpression, op: TextOperator): TypedNode {
  return bool({
    op,
    left: textOperand(checking, expression.left),
    right: textOperand(checking, expression.right),
  })
}

function checkMatches(checking: Checking, expression: BinaryExpression): TypedNode {
  const left = textOperand(checking, expression.left)
  const { node: regex, type } = checking.value(expression.right)
  if (regex.op !== 'regex') wrongType('a regular expression', type, expression.right)
  return bool({ op: 'matches', left, regex })
}

export function checkUnary(checking: Checking, { op, of, start, end }: UnaryExpression): TypedNode {
  switch (op) {
    case 'not':
      return bool(negated(checking.condition(of)))
    case 'defined':
      return bool({ op: 'defined', of: scalar(checking, of).node })
    case 'neg': {
      const { node, type } = numberOperand(checking, of)
      const known = constantInt(node)
      if (known !== undefined && !fits(-known)) fail('number-too-large', 'this does not fit', { start, end })
      if (known !== undefined) return intNode(-known)
      if (node.op === 'const') return constant('float', -Number(node.value))
      return { node: { op: 'neg', type: type as 'int' | 'float', of: node }, type }
    }
    case 'bitnot': {
      const { node } = integerOperand(checking, of)
      const known = constantInt(node)
      return known === undefined ? { node: { op: 'bitnot', of: node }, type: 'int' } : intNode(~known)
    }
  }
}

function negated(of: Node): Node {
  const known = constantTruth(of)
  return known === undefined ? { op: 'not', of } : constant('bool', !known).node
}

/** Constants that change nothing are left out; one that decides makes a constant of the whole. */
export function checkLogic(checking: Checking, { op, items }: LogicExpression): TypedNode {
  const decisive = op === 'or'
  const rest: Node[] = []
  let isDecided = false
  for (const item of items) {
    const node = checking.condition(item)
    const known = constantTruth(node)
    if (known === undefined) rest.push(node)
    else if (known === decisive) isDecided = true
  }
  if (isDecided) return constant('bool', decisive)
  return rest.length === 0 ? constant('bool', !decisive) : bool({ op, items: rest })
}

/** Anything in the place of a condition: numbers but 0 and texts but the empty one are true. */
export function asCondition(checking: Checking, expression: Expression): Node {
  const typed = checking.value(expression)
  if (typed.type === 'bool' && typed.node.op !== 'regex') return typed.node
  if (typeof typed.type === 'object' && typed.type.kind === 'function') {
    fail('wrong-type', 'this is a function: it must be called, with `(…)` behind it', expression)
  }
  const { node, type } = requireScalar(typed, expression)
  checking.warn('value-as-condition', `${nameOfType(type)} stands here as a condition`, expression)
  const known = constantTruth(node)
  return known === undefined ? { op: 'truth', type, of: node } : constant('bool', known).node
}

function requireScalar(
  { node, type }: { node: Node | RegexNode; type: TypedNode['type'] },
  place: Span,
): { node: Node; type: ScalarType } {
  const isValue = type === 'int' || type === 'float' || type === 'text' || type === 'bool'
  if (!isValue || node.op === 'regex') wrongType('a condition', type, place)
  return { node, type }
}
