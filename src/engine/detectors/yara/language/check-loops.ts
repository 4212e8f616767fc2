// Variables: `for … in` over ranges, lists, arrays and maps, and `with`.

import type { Iterated, Node } from '../condition/node.ts'
import { checkQuantifier } from './check-patterns.ts'
import { type Checking, range, scalar, wrongType } from './checking.ts'
import { fail } from './fault.ts'
import type { ForInExpression, IteratedSyntax, WithExpression } from './syntax.ts'
import { type CheckedType, constantInt, nameOfType, type TypedNode } from './typed.ts'

interface Iteration {
  readonly over: Iterated
  /** Of what each step yields. */
  readonly types: readonly CheckedType[]
}

export function checkForIn(checking: Checking, expression: ForInExpression): TypedNode {
  const { variables, body: bodySyntax } = expression
  const { scope } = checking
  const quantifier = checkQuantifier(checking, expression.quantifier)
  const { over, types } = iteration(checking, expression.over)
  if (types.length !== variables.length) {
    const place = { start: variables[0]!.start, end: variables.at(-1)!.end }
    fail(
      'variable-count',
      `each step yields ${types.length}, but there are ${variables.length} variables`,
      place,
    )
  }
  const slots = variables.map(({ name }, index) => scope.declare(name, types[index]!))
  const body = checking.condition(bodySyntax)
  scope.forget(variables)
  return { node: { op: 'for-in', quantifier, slots, over, body }, type: 'bool' }
}

function iteration(checking: Checking, syntax: IteratedSyntax): Iteration {
  switch (syntax.kind) {
    case 'range': {
      const numbers = range(checking, syntax.range)
      if (numbers.high.op === 'filesize' && constantInt(numbers.low) !== undefined) {
        checking.warn('slow-loop', 'this loop makes a step for every byte of the file', syntax.range)
      }
      return { over: { kind: 'range', range: numbers }, types: ['int'] }
    }
    case 'list':
      return listIteration(checking, syntax)
    case 'structure': {
      const { node, type } = checking.value(syntax.of)
      if (node.op === 'regex' || typeof type !== 'object') wrongType('an array or a map', type, syntax.of)
      const over: Iterated = { kind: 'structure', of: node }
      if (type.kind === 'array') return { over, types: [type.item] }
      if (type.kind === 'map') return { over, types: [type.key, type.value] }
      return wrongType('an array or a map', type, syntax.of)
    }
  }
}

function listIteration(checking: Checking, { items }: IteratedSyntax & { kind: 'list' }): Iteration {
  const nodes: Node[] = []
  let first: CheckedType | undefined
  for (const item of items) {
    const { node, type } = scalar(checking, item)
    first ??= type
    if (type !== first) {
      fail('type-mismatch', `this is ${nameOfType(type)}, but the first one is ${nameOfType(first)}`, item)
    }
    nodes.push(node)
  }
  return { over: { kind: 'list', items: nodes }, types: [first ?? 'int'] }
}

export function checkWith(
  checking: Checking,
  { bindings: syntax, body: bodySyntax }: WithExpression,
): TypedNode {
  const { scope } = checking
  const bindings: { slot: number; value: Node }[] = []
  for (const { variable, value } of syntax) {
    const typed = checking.value(value)
    const { node, type } = typed
    const isFunction = typeof type === 'object' && type.kind === 'function'
    if (node.op === 'regex' || node.op === 'const' || isFunction) scope.declareAs(variable.name, typed)
    else bindings.push({ slot: scope.declare(variable.name, type), value: node })
  }
  const body = checking.condition(bodySyntax)
  for (const { name, start, end } of scope.forget(syntax.map(({ variable }) => variable))) {
    checking.warn('unused-variable', `\`${name}\` is never used`, { start, end })
  }
  return { node: bindings.length === 0 ? body : { op: 'with', bindings, body }, type: 'bool' }
}
