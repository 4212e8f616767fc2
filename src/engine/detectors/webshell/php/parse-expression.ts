// Expressions, by precedence climbing. Wrong syntax never ends the parse: what does not fit becomes an empty literal.

import type { Argument, Expression, Item } from './ast.ts'
import { Cursor } from './cursor.ts'
import { unescapeDouble } from './escapes.ts'
import { token, tokenize } from './lexer.ts'
import {
  assignments,
  assignStrength,
  choiceStrength,
  strengths,
  unaryStrength,
  wordOperators,
} from './operators.ts'
import { templatePiece } from './template-piece.ts'
import { made, textValue, unknown } from './value.ts'

export function parseExpression(cursor: Cursor, minimum = 0): Expression {
  if (cursor.isTooDeep) return skipNested(cursor)
  cursor.depth++
  let left = parseUnary(cursor)
  for (;;) {
    const operator = binaryOperator(cursor)
    if (operator === undefined) break
    if (operator === '?') {
      if (minimum > choiceStrength) break
      left = parseChoice(cursor, left)
      continue
    }
    const strength = strengths[operator]!
    if (strength < minimum) break
    const { offset } = cursor
    cursor.next()
    const isRight = operator === '??' || operator === '**'
    const right = parseExpression(cursor, isRight ? strength : strength + 1)
    left = { kind: 'binary', at: offset, operator, left, right }
  }
  cursor.depth--
  return left
}

/** Past the nesting that is not followed: to the closing bracket of this level. */
function skipNested(cursor: Cursor): Expression {
  let depth = 0
  while (!cursor.isAtEnd) {
    if (cursor.is('(') || cursor.is('[') || cursor.is('{')) depth++
    else if (cursor.is(')') || cursor.is(']') || cursor.is('}')) {
      if (depth === 0) break
      depth--
    } else if (cursor.is(';')) break
    cursor.next()
  }
  return nothing(cursor.offset)
}

function nothing(at: number): Expression {
  return { kind: 'literal', at, value: unknown }
}

function binaryOperator(cursor: Cursor): string | undefined {
  const { kind, value } = cursor
  if (kind === token.operator) return value === '?' || strengths[value] !== undefined ? value : undefined
  if (kind !== token.name || value.length > 10) return undefined
  const word = value.toLowerCase()
  return wordOperators.has(word) ? word : undefined
}

function parseChoice(cursor: Cursor, condition: Expression): Expression {
  const at = cursor.offset
  cursor.next()
  if (cursor.take(':'))
    return { kind: 'choice', at, condition, yes: undefined, no: parseExpression(cursor, choiceStrength + 1) }
  const yes = parseExpression(cursor, assignStrength)
  cursor.take(':')
  return { kind: 'choice', at, condition, yes, no: parseExpression(cursor, choiceStrength + 1) }
}

const prefixOperators = new Set(['!', '-', '+', '~', '@', '&'])

function parseUnary(cursor: Cursor): Expression {
  const { kind, value, offset: at } = cursor
  if (kind === token.operator) {
    if (value === '@' || value === '&') {
      cursor.next()
      return parseExpression(cursor, unaryStrength)
    }
    if (prefixOperators.has(value)) {
      cursor.next()
      return {
        kind: 'unary',
        at,
        operator: value,
        operand: parseExpression(cursor, value === '!' ? 18 : unaryStrength),
      }
    }
    if (value === '++' || value === '--') {
      cursor.next()
      const target = parseExpression(cursor, unaryStrength)
      return { kind: 'step', at, by: value === '++' ? 1 : -1, isPrefix: true, target }
    }
  }
  if (kind === token.cast) {
    cursor.next()
    return { kind: 'cast', at, to: value, operand: parseExpression(cursor, unaryStrength) }
  }
  const primary = parsePostfix(cursor, parsePrimary(cursor))
  if (cursor.kind !== token.operator || !assignments.has(cursor.value) || !isTarget(primary)) return primary
  const operator = cursor.value
  const place = cursor.offset
  cursor.next()
  cursor.take('&')
  return {
    kind: 'assign',
    at: place,
    operator,
    target: primary,
    value: parseExpression(cursor, assignStrength),
  }
}

function isTarget({ kind }: Expression): boolean {
  return (
    kind === 'variable' ||
    kind === 'dynamic-variable' ||
    kind === 'index' ||
    kind === 'property' ||
    kind === 'static-property' ||
    kind === 'array'
  )
}

function parsePrimary(cursor: Cursor): Expression {
  const { kind, value, offset: at } = cursor
  switch (kind) {
    case token.variable:
      cursor.next()
      return { kind: 'variable', at, name: value }
    case token.text: {
      const how = cursor.tokens.escaped.has(at) ? made.escapes : 0
      cursor.next()
      return { kind: 'literal', at, value: textValue(value, how) }
    }
    case token.number:
      cursor.next()
      return { kind: 'literal', at, value: textValue(numberText(value)) }
    case token.template:
      cursor.next()
      return { kind: 'template', at, parts: templateParts(value, at, cursor) }
    case token.command:
      cursor.next()
      return {
        kind: 'command',
        at,
        operand: { kind: 'template', at, parts: templateParts(value, at, cursor) },
      }
    case token.name:
      return parseName(cursor)
    case token.operator:
      return parseBracket(cursor)
    default:
      // Markup between two parts of an expression.
      if (kind === token.html || kind === token.echo) cursor.next()
      return nothing(at)
  }
}

function numberText(written: string): string {
  const text = written.replaceAll('_', '')
  if (/^0[0-7]+$/.test(text)) return String(Number.parseInt(text, 8))
  const number = Number(text)
  return Number.isNaN(number) ? text : String(number)
}

function parseBracket(cursor: Cursor): Expression {
  const at = cursor.offset
  switch (cursor.value) {
    case '(': {
      cursor.next()
      const inner = parseExpression(cursor)
      while (!cursor.isAtEnd && !cursor.is(')') && !cursor.is(';') && !cursor.is('}')) cursor.next()
      cursor.take(')')
      return inner
    }
    case '[':
      cursor.next()
      return { kind: 'array', at, items: parseItems(cursor, ']') }
    case '$':
      cursor.next()
      if (cursor.take('{')) {
        const name = parseExpression(cursor)
        cursor.take('}')
        return { kind: 'dynamic-variable', at, name }
      }
      return { kind: 'dynamic-variable', at, name: parsePrimary(cursor) }
    default:
      if (!';)]},:?'.includes(cursor.value)) cursor.next()
      return nothing(at)
  }
}

function parseItems(cursor: Cursor, end: string): Item[] {
  const items: Item[] = []
  while (!cursor.isAtEnd && !cursor.is(end)) {
    if (cursor.take(',')) continue
    const isSpread = cursor.take('...')
    let value = parseExpression(cursor)
    let key: Expression | undefined
    if (cursor.take('=>')) {
      key = value
      value = parseExpression(cursor)
    }
    items.push({ key, value, isSpread })
    if (!cursor.take(',')) break
  }
  cursor.take(end)
  return items
}

function parseArguments(cursor: Cursor): Argument[] {
  const args: Argument[] = []
  while (!cursor.isAtEnd && !cursor.is(')')) {
    const isSpread = cursor.take('...')
    // A named argument.
    if (cursor.kind === token.name && cursor.ahead(1, token.operator, ':')) cursor.at += 2
    if (isSpread && cursor.is(')')) break
    const before = cursor.at
    args.push({ value: parseExpression(cursor), isSpread })
    if (!cursor.take(',') && (cursor.is(')') || cursor.is(';') || before === cursor.at)) break
  }
  cursor.take(')')
  return args
}

function parseName(cursor: Cursor): Expression {
  const { offset: at, value } = cursor
  const word = value.toLowerCase()
  const special = value.length <= 12 ? parseKeyword(cursor, word) : undefined
  if (special !== undefined) return special
  cursor.next()
  return { kind: 'constant', at, name: value }
}

function parseKeyword(cursor: Cursor, word: string): Expression | undefined {
  const at = cursor.offset
  switch (word) {
    case 'array':
    case 'list':
      if (!cursor.ahead(1, token.operator, '(')) return undefined
      cursor.at += 2
      return { kind: 'array', at, items: parseItems(cursor, ')') }
    case 'isset':
    case 'empty':
      if (!cursor.ahead(1, token.operator, '(')) return undefined
      cursor.at += 2
      return { kind: 'ask', at, operands: parseArguments(cursor).map((argument) => argument.value) }
    case 'new':
      return parseNew(cursor)
    case 'include':
    case 'include_once':
    case 'require':
    case 'require_once':
      cursor.next()
      return { kind: 'include', at, operand: parseExpression(cursor, assignStrength) }
    case 'exit':
    case 'die':
      cursor.next()
      return {
        kind: 'exit',
        at,
        operand: cursor.is('(') ? parseExpression(cursor, unaryStrength) : undefined,
      }
    case 'print':
    case 'clone':
    case 'throw':
    case 'yield':
      cursor.next()
      cursor.takeWord('from')
      return { kind: 'unary', at, operator: word, operand: parseExpression(cursor, assignStrength) }
    case 'function':
    case 'fn':
    case 'static':
      return parseClosure(cursor)
    case 'match':
      return parseMatch(cursor)
    default:
      return undefined
  }
}

function parseClosure(cursor: Cursor): Expression | undefined {
  const { at: start, offset: at } = cursor
  cursor.takeWord('static')
  const isArrow = cursor.isWord('fn')
  if (!isArrow && !cursor.isWord('function')) {
    cursor.at = start
    return undefined
  }
  cursor.next()
  if (!cursor.is('(') && !cursor.is('&')) {
    cursor.at = start
    return undefined
  }
  return { kind: 'closure', at, closure: cursor.blocks.functionRest(cursor, at, isArrow ? '=>' : '') }
}

function parseNew(cursor: Cursor): Expression {
  const at = cursor.offset
  cursor.next()
  if (cursor.isWord('class')) {
    cursor.next()
    const args = cursor.take('(') ? parseArguments(cursor) : []
    const name = `class@${at}`
    cursor.classes.push(cursor.blocks.classBody(cursor, at, name))
    return { kind: 'new', at, callee: { kind: 'constant', at, name }, args }
  }
  let callee = parsePrimary(cursor)
  // `new $this->class(…)`, `new $names[0](…)`: properties and elements, but no call.
  while (cursor.is('->') || cursor.is('[') || cursor.is('::')) callee = parseAccess(cursor, callee)
  const args = cursor.take('(') ? parseArguments(cursor) : []
  return { kind: 'new', at, callee, args }
}

function parseAccess(cursor: Cursor, base: Expression): Expression {
  const at = cursor.offset
  if (cursor.take('[')) {
    const index = cursor.is(']') ? undefined : parseExpression(cursor)
    cursor.take(']')
    return { kind: 'index', at, base, index }
  }
  const isStatic = cursor.is('::')
  cursor.next()
  if (isStatic && cursor.kind === token.variable) {
    const name = cursor.value
    cursor.next()
    return { kind: 'static-property', at, base, name }
  }
  return { kind: 'property', at, base, name: memberName(cursor) }
}

function memberName(cursor: Cursor): string | Expression {
  if (cursor.kind === token.name) {
    const name = cursor.value
    cursor.next()
    return name
  }
  if (cursor.take('{')) {
    const name = parseExpression(cursor)
    cursor.take('}')
    return name
  }
  return parsePrimary(cursor)
}

function parseMatch(cursor: Cursor): Expression | undefined {
  if (!cursor.ahead(1, token.operator, '(')) return undefined
  const { at: start, offset: at } = cursor
  cursor.at += 2
  const subject = parseExpression(cursor)
  if (!cursor.take(')') || !cursor.take('{')) {
    cursor.at = start
    return undefined
  }
  const arms: Expression[] = []
  while (!cursor.isAtEnd && !cursor.take('}')) {
    const before = cursor.at
    if (cursor.take('=>')) arms.push(parseExpression(cursor))
    else parseExpression(cursor)
    if (cursor.at === before) cursor.next()
  }
  return { kind: 'match', at, subject, arms }
}

function parsePostfix(cursor: Cursor, primary: Expression): Expression {
  let left = primary
  for (;;) {
    if (cursor.kind !== token.operator) return left
    const at = cursor.offset
    switch (cursor.value) {
      case '[':
        left = parseAccess(cursor, left)
        break
      case '{':
        // `$text{0}`, as PHP had it until version 8.
        if (!isOldIndex(cursor, left)) return left
        left = parseOldIndex(cursor, left)
        break
      case '->':
      case '?->':
      case '::':
        left = parseMember(cursor, left)
        break
      case '(':
        cursor.next()
        left = { kind: 'call', at: calleeAt(left, at), callee: left, args: parseArguments(cursor) }
        break
      case '++':
      case '--':
        left = { kind: 'step', at, by: cursor.value === '++' ? 1 : -1, isPrefix: false, target: left }
        cursor.next()
        return left
      default:
        return left
    }
  }
}

function calleeAt(callee: Expression, at: number): number {
  return callee.kind === 'constant' || callee.kind === 'variable' ? callee.at : at
}

function isOldIndex(cursor: Cursor, left: Expression): boolean {
  if (
    left.kind !== 'variable' &&
    left.kind !== 'index' &&
    left.kind !== 'dynamic-variable' &&
    left.kind !== 'property'
  )
    return false
  const end = (by: number): boolean => cursor.ahead(by, token.operator, '}')
  // Only where it cannot be a block: `{number}`, `{$variable}`, `{'text'}`, `{-1}`.
  return end(2) || (cursor.ahead(1, token.operator, '-') && end(3)) || cursor.depth > 2
}

function parseOldIndex(cursor: Cursor, base: Expression): Expression {
  const at = cursor.offset
  cursor.next()
  const index = parseExpression(cursor)
  cursor.take('}')
  return { kind: 'index', at, base, index }
}

function parseMember(cursor: Cursor, base: Expression): Expression {
  const at = cursor.offset
  const isStatic = cursor.is('::')
  cursor.next()
  if (isStatic && cursor.kind === token.variable && !cursor.ahead(1, token.operator, '(')) {
    const name = cursor.value
    cursor.next()
    return { kind: 'static-property', at, base, name }
  }
  const name = memberName(cursor)
  if (cursor.take('(')) return { kind: 'method', at, base, name, args: parseArguments(cursor), isStatic }
  if (isStatic && typeof name === 'string') return { kind: 'class-constant', at, base, name }
  return { kind: 'property', at, base, name }
}

/** The parts of `"text $a text {$b['c']} text"`. */
function templateParts(raw: string, at: number, cursor: Cursor): Expression[] {
  const parts: Expression[] = []
  let literal = 0
  const flush = (end: number): void => {
    if (end <= literal) return
    const { value, spellsLetters } = unescapeDouble(raw.slice(literal, end))
    parts.push({ kind: 'literal', at, value: textValue(value, spellsLetters ? made.escapes : 0) })
  }
  for (let here = raw.indexOf('$'); here >= 0; here = raw.indexOf('$', here)) {
    const isEscaped = raw[here - 1] === '\\' && raw[here - 2] !== '\\'
    const piece = isEscaped ? undefined : templatePiece(raw, here)
    if (piece === undefined) {
      here++
      continue
    }
    flush(piece.start)
    parts.push(relocated(parseInner(piece.code, cursor), at))
    literal = piece.end
    here = piece.end
  }
  flush(raw.length)
  return parts
}

function parseInner(code: string, outer: Cursor): Expression {
  if (/^[$]\w+$/.test(code)) return { kind: 'variable', at: 0, name: code.slice(1) }
  if (outer.isTooDeep) return nothing(0)
  const inner = new Cursor(tokenize(code, { isCode: true }), outer.blocks)
  inner.depth = outer.depth + 10
  return parseExpression(inner)
}

/** Inside a template, lines are those of the string: good enough, and tokens need no second counting. */
function relocated(expression: Expression, at: number): Expression {
  return { ...expression, at }
}
