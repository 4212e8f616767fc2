// Checks one condition: every expression is handed to the file that knows its kind.

import type { Node } from '../condition/node.ts'
import { parseCondition as parseRegexCondition } from '../../../matcher/regex/parse-regex.ts'
import { checkForIn, checkWith } from './check-loops.ts'
import { asCondition, checkBinary, checkLogic, checkUnary } from './check-operators.ts'
import { checkCount, checkForOf, checkOf, checkPattern, checkPlace } from './check-patterns.ts'
import { checkCall, checkElement, checkField, checkName } from './check-structures.ts'
import type { Checking } from './checking.ts'
import { inPlace } from './make-pattern.ts'
import type { RuleScope } from './scope.ts'
import type { Expression, RegexLiteral, Span } from './syntax.ts'
import { constant, intNode, type Typed } from './typed.ts'

type Warn = (code: string, message: string, place: Span) => void

/** Throws a Fault at the first mistake. */
export function checkCondition(expression: Expression, scope: RuleScope, warn: Warn): Node {
  const checking: Checking = {
    scope,
    value: (part) => checkValue(checking, part),
    condition: (part) => asCondition(checking, part),
    warn,
  }
  return checking.condition(expression)
}

function checkValue(checking: Checking, expression: Expression): Typed {
  switch (expression.kind) {
    case 'bool':
    case 'float':
    case 'text':
      return constant(expression.kind, expression.value)
    case 'int':
      return intNode(expression.value)
    case 'regex':
      return checkRegex(expression)
    case 'filesize':
    case 'entrypoint':
      return { node: { op: expression.kind }, type: 'int' }
    case 'pattern':
      return checkPattern(checking, expression)
    case 'count':
      return checkCount(checking, expression)
    case 'offset':
    case 'length':
      return checkPlace(checking, expression)
    case 'name':
      return checkName(checking, expression)
    case 'field':
      return checkField(checking, expression)
    case 'element':
      return checkElement(checking, expression)
    case 'call':
      return checkCall(checking, expression)
    case 'unary':
      return checkUnary(checking, expression)
    case 'logic':
      return checkLogic(checking, expression)
    case 'binary':
      return checkBinary(checking, expression)
    case 'of':
      return checkOf(checking, expression)
    case 'for-of':
      return checkForOf(checking, expression)
    case 'for-in':
      return checkForIn(checking, expression)
    case 'with':
      return checkWith(checking, expression)
  }
}

function checkRegex({ source, flags, start, end }: RegexLiteral): Typed {
  inPlace({ start, end }, () => parseRegexCondition(source, flags))
  return { node: { op: 'regex', source, flags }, type: 'regex' }
}
