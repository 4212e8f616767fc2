// Statements, functions and classes. The parser never fails: what it does not understand it steps over.

import type { ClassNode, Expression, FunctionNode, Parameter, Statement, SwitchCase } from './ast.ts'
import { type BlockParser, Cursor } from './cursor.ts'
import { token, type Tokens } from './lexer.ts'
import { parseExpression } from './parse-expression.ts'

export interface Program {
  readonly body: readonly Statement[]
  readonly functions: ReadonlyMap<string, FunctionNode>
  readonly classes: readonly ClassNode[]
}

export function parse(tokens: Tokens): Program {
  const functions = new Map<string, FunctionNode>()
  const classes: ClassNode[] = []
  const cursor = new Cursor(tokens, new Blocks(functions, classes))
  const body = statementsUntil(cursor, [])
  return { body, functions, classes: [...classes, ...cursor.classes] }
}

class Blocks implements BlockParser {
  readonly functions: Map<string, FunctionNode>
  readonly classes: ClassNode[]
  className = ''

  constructor(functions: Map<string, FunctionNode>, classes: ClassNode[]) {
    this.functions = functions
    this.classes = classes
  }

  block(cursor: Cursor): readonly Statement[] {
    if (!cursor.take('{')) return [statement(cursor)]
    const body = statementsUntil(cursor, [])
    cursor.take('}')
    return body
  }

  /** From the parameters on; `=>` for an arrow function, whose body is an expression. */
  functionRest(cursor: Cursor, at: number, name: string): FunctionNode {
    cursor.take('&')
    const parameters = cursor.take('(') ? parameterList(cursor) : []
    const captured = capturedNames(cursor)
    while (!cursor.isAtEnd && !cursor.is('{') && !cursor.is(';') && !cursor.is('=>')) cursor.next()
    const node = { at, name, parameters, captured, className: this.className }
    if (name === '=>') {
      cursor.take('=>')
      const value = parseExpression(cursor, 4)
      return { ...node, body: [{ kind: 'return', at, value }] }
    }
    if (!cursor.is('{')) return { ...node, body: [] }
    return { ...node, body: this.block(cursor) }
  }

  classBody(cursor: Cursor, at: number, name: string): ClassNode {
    let parent = ''
    while (!cursor.isAtEnd && !cursor.is('{') && !cursor.is(';')) {
      if (cursor.takeWord('extends')) parent = cursor.value.toLowerCase()
      cursor.next()
    }
    const methods: FunctionNode[] = []
    const properties: { name: string; value: Expression | undefined }[] = []
    const outer = this.className
    this.className = name.toLowerCase()
    if (cursor.take('{')) this.#members(cursor, methods, properties)
    cursor.take('}')
    this.className = outer
    return { at, name: name.toLowerCase(), parent, methods, properties }
  }

  #members(
    cursor: Cursor,
    methods: FunctionNode[],
    properties: { name: string; value: Expression | undefined }[],
  ): void {
    while (!cursor.isAtEnd && !cursor.is('}')) {
      const at = cursor.offset
      if (cursor.takeWord('function')) {
        cursor.take('&')
        const name = cursor.value
        cursor.next()
        methods.push(this.functionRest(cursor, at, name))
      } else if (
        cursor.kind === token.variable ||
        (cursor.kind === token.name && cursor.ahead(1, token.operator, '='))
      ) {
        const name = cursor.value
        cursor.next()
        properties.push({ name, value: cursor.take('=') ? parseExpression(cursor) : undefined })
      } else cursor.next()
    }
  }
}

function parameterList(cursor: Cursor): Parameter[] {
  const parameters: Parameter[] = []
  let byReference = false
  let isVariadic = false
  let isProperty = false
  while (!cursor.isAtEnd && !cursor.is(')')) {
    if (cursor.is('&')) byReference = true
    else if (cursor.is('...')) isVariadic = true
    else if (cursor.isWord('public') || cursor.isWord('private') || cursor.isWord('protected'))
      isProperty = true
    if (cursor.kind !== token.variable) {
      cursor.next()
      continue
    }
    const name = cursor.value
    cursor.next()
    const fallback = cursor.take('=') ? parseExpression(cursor) : undefined
    parameters.push({ name, byReference, isVariadic, fallback, isProperty })
    byReference = false
    isVariadic = false
    isProperty = false
    if (!cursor.take(',') && !cursor.is(')')) cursor.next()
  }
  cursor.take(')')
  return parameters
}

function capturedNames(cursor: Cursor): string[] {
  const names: string[] = []
  if (!cursor.isWord('use')) return names
  cursor.next()
  while (!cursor.isAtEnd && !cursor.is(')') && !cursor.is('{')) {
    if (cursor.kind === token.variable) names.push(cursor.value)
    cursor.next()
  }
  cursor.take(')')
  return names
}

function statementsUntil(cursor: Cursor, words: readonly string[]): Statement[] {
  const body: Statement[] = []
  while (!cursor.isAtEnd && !cursor.is('}')) {
    if (words.length > 0 && cursor.kind === token.name && words.includes(cursor.value.toLowerCase())) break
    const before = cursor.at
    body.push(statement(cursor))
    if (cursor.at === before) cursor.next()
  }
  return body
}

/** The body of a control structure: a block, one statement, or the form with a colon and `end…`. */
function controlled(cursor: Cursor, ends: readonly string[]): readonly Statement[] {
  if (cursor.take(':')) return statementsUntil(cursor, ends)
  return cursor.blocks.block(cursor)
}

function inParentheses(cursor: Cursor): Expression {
  cursor.take('(')
  const inner = parseExpression(cursor)
  cursor.take(')')
  return inner
}

function statement(cursor: Cursor): Statement {
  const { kind, offset: at, value } = cursor
  if (cursor.isTooDeep) {
    cursor.next()
    return { kind: 'nothing', at }
  }
  if (kind === token.html) {
    cursor.next()
    return { kind: 'html', at, text: value }
  }
  cursor.depth++
  const parsed = kind === token.echo ? echo(cursor, at) : nested(cursor)
  cursor.depth--
  return parsed
}

function nested(cursor: Cursor): Statement {
  const { kind, offset: at } = cursor
  if (cursor.is('{')) return { kind: 'block', at, body: cursor.blocks.block(cursor) }
  if (cursor.take(';')) return { kind: 'nothing', at }
  if (kind === token.name) {
    const word = cursor.value.toLowerCase()
    const special = wordStatement(cursor, word) ?? declaration(cursor, word)
    if (special !== undefined) return special
  }
  const expression = parseExpression(cursor)
  cursor.take(';')
  return { kind: 'expression', at, expression }
}

function echo(cursor: Cursor, at: number): Statement {
  cursor.next()
  const values = [parseExpression(cursor)]
  while (cursor.take(',')) values.push(parseExpression(cursor))
  cursor.take(';')
  return { kind: 'echo', at, values }
}

function wordStatement(cursor: Cursor, word: string): Statement | undefined {
  const at = cursor.offset
  switch (word) {
    case 'echo':
      return echo(cursor, at)
    case 'if':
      cursor.next()
      return ifRest(cursor, at)
    case 'while':
      cursor.next()
      return { ...loop(at), conditions: [inParentheses(cursor)], body: controlled(cursor, ['endwhile']) }
    case 'for':
      cursor.next()
      return forRest(cursor, at)
    case 'foreach':
      cursor.next()
      return foreachRest(cursor, at)
    case 'do':
      cursor.next()
      return doRest(cursor, at)
    case 'switch':
      cursor.next()
      return switchRest(cursor, at)
    case 'try':
      cursor.next()
      return tryRest(cursor, at)
    case 'return': {
      cursor.next()
      const value = cursor.is(';') ? undefined : parseExpression(cursor)
      cursor.take(';')
      return { kind: 'return', at, value }
    }
    case 'break':
    case 'continue':
      cursor.next()
      while (!cursor.isAtEnd && !cursor.is(';') && !cursor.is('}')) cursor.next()
      return { kind: 'jump', at, word }
    case 'throw':
      parseExpression(cursor)
      return { kind: 'jump', at, word }
    case 'goto': {
      cursor.next()
      const label = cursor.value
      cursor.next()
      cursor.take(';')
      return { kind: 'goto', at, label }
    }
    default:
      return undefined
  }
}

function loop(at: number): Extract<Statement, { kind: 'loop' }> {
  return { kind: 'loop', at, before: [], conditions: [], after: [], body: [], bodyFirst: false }
}

const elseWords = ['elseif', 'else', 'endif']

function ifRest(cursor: Cursor, at: number): Statement {
  const condition = inParentheses(cursor)
  const hasColon = cursor.take(':')
  const yes = hasColon ? statementsUntil(cursor, elseWords) : cursor.blocks.block(cursor)
  let no: readonly Statement[] = []
  const here = cursor.offset
  if (cursor.takeWord('elseif')) no = [deeper(cursor, () => ifRest(cursor, here))]
  else if (
    cursor.isWord('else') &&
    cursor.ahead(1, token.name) &&
    cursor.tokens.values[cursor.at + 1]?.toLowerCase() === 'if'
  ) {
    cursor.at += 2
    no = [deeper(cursor, () => ifRest(cursor, here))]
  } else if (cursor.takeWord('else')) {
    cursor.take(':')
    no = hasColon ? statementsUntil(cursor, elseWords) : cursor.blocks.block(cursor)
  }
  cursor.takeWord('endif')
  return { kind: 'if', at, condition, yes, no }
}

function deeper(cursor: Cursor, run: () => Statement): Statement {
  if (cursor.isTooDeep) return { kind: 'nothing', at: cursor.offset }
  cursor.depth++
  const made = run()
  cursor.depth--
  return made
}

function forRest(cursor: Cursor, at: number): Statement {
  cursor.take('(')
  const before = commaList(cursor)
  cursor.take(';')
  const conditions = commaList(cursor)
  cursor.take(';')
  const after = commaList(cursor)
  cursor.take(')')
  return {
    kind: 'loop',
    at,
    before,
    conditions,
    after,
    body: controlled(cursor, ['endfor']),
    bodyFirst: false,
  }
}

function commaList(cursor: Cursor): Expression[] {
  const list: Expression[] = []
  while (!cursor.isAtEnd && !cursor.is(';') && !cursor.is(')')) {
    const start = cursor.at
    list.push(parseExpression(cursor))
    if (!cursor.take(',') && cursor.at === start) break
  }
  return list
}

function foreachRest(cursor: Cursor, at: number): Statement {
  cursor.take('(')
  const subject = parseExpression(cursor)
  cursor.takeWord('as')
  let value = parseExpression(cursor)
  let key: Expression | undefined
  if (cursor.take('=>')) {
    key = value
    value = parseExpression(cursor)
  }
  cursor.take(')')
  return { kind: 'foreach', at, subject, key, value, body: controlled(cursor, ['endforeach']) }
}

function doRest(cursor: Cursor, at: number): Statement {
  const body = cursor.blocks.block(cursor)
  const conditions = cursor.takeWord('while') ? [inParentheses(cursor)] : []
  return { ...loop(at), conditions, body, bodyFirst: true }
}

function switchRest(cursor: Cursor, at: number): Statement {
  const subject = inParentheses(cursor)
  const cases: SwitchCase[] = []
  if (!cursor.take('{')) cursor.take(':')
  while (!cursor.isAtEnd && !cursor.is('}') && !cursor.isWord('endswitch')) {
    let test: Expression | undefined
    if (cursor.takeWord('case')) test = parseExpression(cursor)
    else if (!cursor.takeWord('default')) {
      cursor.next()
      continue
    }
    if (!cursor.take(':')) cursor.take(';')
    cases.push({ test, body: statementsUntil(cursor, ['case', 'default', 'endswitch']) })
  }
  cursor.take('}')
  return { kind: 'switch', at, subject, cases }
}

function tryRest(cursor: Cursor, at: number): Statement {
  const parts = [cursor.blocks.block(cursor)]
  for (;;) {
    if (cursor.takeWord('catch')) inParentheses(cursor)
    else if (!cursor.takeWord('finally')) break
    while (!cursor.isAtEnd && !cursor.is('{') && !cursor.is(';')) cursor.next()
    parts.push(cursor.blocks.block(cursor))
  }
  return { kind: 'try', at, parts }
}

const classWords = new Set(['class', 'interface', 'trait', 'enum', 'abstract', 'final', 'readonly'])

function declaration(cursor: Cursor, word: string): Statement | undefined {
  const at = cursor.offset
  if (word === 'function') return functionDeclaration(cursor, at)
  if (classWords.has(word) && cursor.ahead(1, token.name)) return classDeclaration(cursor, at)
  switch (word) {
    case 'namespace':
    case 'use':
      while (!cursor.isAtEnd && !cursor.is(';') && !cursor.is('{')) cursor.next()
      // `use a\{b, c};` is no block.
      if (word === 'use') while (!cursor.isAtEnd && !cursor.is(';')) cursor.next()
      return { kind: 'nothing', at }
    case 'global':
    case 'static':
      return variableDeclaration(cursor, word)
    case 'unset':
      cursor.next()
      return { kind: 'unset', at, targets: [inParentheses(cursor)] }
    case 'const': {
      cursor.next()
      const name = cursor.value
      cursor.next()
      cursor.take('=')
      const value = parseExpression(cursor)
      return { kind: 'expression', at, expression: definition(at, name, value) }
    }
    default:
      if (!cursor.ahead(1, token.operator, ':') || cursor.ahead(1, token.operator, '::')) return undefined
      cursor.at += 2
      return { kind: 'label', at, label: word === '' ? '' : cursor.tokens.values[cursor.at - 2]! }
  }
}

function definition(at: number, name: string, value: Expression): Expression {
  const callee: Expression = { kind: 'constant', at, name: 'define' }
  const literal: Expression = { kind: 'template', at, parts: [{ kind: 'constant', at, name }] }
  return {
    kind: 'call',
    at,
    callee,
    args: [
      { value: literal, isSpread: false },
      { value, isSpread: false },
    ],
  }
}

function functionDeclaration(cursor: Cursor, at: number): Statement | undefined {
  const isNamed =
    cursor.ahead(1, token.name) || (cursor.ahead(1, token.operator, '&') && cursor.ahead(2, token.name))
  if (!isNamed) return undefined
  cursor.next()
  cursor.take('&')
  const name = cursor.value
  cursor.next()
  const blocks = cursor.blocks as Blocks
  const declared = blocks.functionRest(cursor, at, name)
  const key = name.toLowerCase()
  if (!blocks.functions.has(key)) blocks.functions.set(key, declared)
  return { kind: 'function', at, declared }
}

function classDeclaration(cursor: Cursor, at: number): Statement | undefined {
  const start = cursor.at
  while (cursor.kind === token.name && !/^(?:class|interface|trait|enum)$/i.test(cursor.value)) cursor.next()
  cursor.next()
  if (cursor.kind !== token.name) {
    cursor.at = start
    return undefined
  }
  const name = cursor.value
  cursor.next()
  const blocks = cursor.blocks as Blocks
  const declared = blocks.classBody(cursor, at, name)
  blocks.classes.push(declared)
  return { kind: 'class', at, declared }
}

function variableDeclaration(cursor: Cursor, word: 'global' | 'static'): Statement | undefined {
  const at = cursor.offset
  if (!cursor.ahead(1, token.variable) && !cursor.ahead(1, token.operator, '$')) return undefined
  cursor.next()
  const names: string[] = []
  const body: Statement[] = []
  while (!cursor.isAtEnd && !cursor.is(';') && !cursor.is('}')) {
    if (cursor.kind === token.variable) names.push(cursor.value)
    const start = cursor.at
    body.push({ kind: 'expression', at, expression: parseExpression(cursor) })
    if (!cursor.take(',') && cursor.at === start) cursor.next()
  }
  return word === 'global' ? { kind: 'global', at, names } : { kind: 'block', at, body }
}
