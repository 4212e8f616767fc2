// Conditions. One pass without going back: a quantifier is recognised by the `of` behind it, and a condition in
// brackets by what was in them. As in YARA, conditions are no operands: `(a == b) == c` is a mistake.

import { fail } from './fault.ts'
import { floatAt, integerAt, takeRegex, textAt } from './literals.ts'
import type { Parser } from './parser.ts'
import type {
  ConditionListSyntax,
  Expression,
  IteratedSyntax,
  NameExpression,
  PatternSetSyntax,
  QuantifierSyntax,
  RangeSyntax,
  RulePrefix,
  SetItem,
  WhereSyntax,
} from './syntax.ts'
import { binaryName, binaryPower, comparisonPower, token } from './token.ts'

const anExpression = 'an expression'

/** `a and b or c`. */
export function parseCondition(parser: Parser): Expression {
  const first = parseTerm(parser)
  if (parser.kind !== token.and && parser.kind !== token.or) return first
  let highest = parser.height
  const either: Expression[] = []
  let both = [first]
  for (;;) {
    if (parser.take(token.and)) both.push(parseTerm(parser))
    else if (parser.take(token.or)) {
      either.push(joined('and', both))
      both = [parseTerm(parser)]
    } else break
    highest = Math.max(highest, parser.height)
  }
  either.push(joined('and', both))
  parser.grow(highest + 1)
  return joined('or', either)
}

function joined(op: 'and' | 'or', items: readonly Expression[]): Expression {
  const first = items[0]!
  if (items.length === 1) return first
  return { kind: 'logic', op, items, start: first.start, end: items.at(-1)!.end }
}

function parseTerm(parser: Parser): Expression {
  const { start, end } = parser
  switch (parser.kind) {
    case token.patternName:
      return parsePattern(parser)
    case token.true:
    case token.false: {
      const value = parser.kind === token.true
      parser.advance()
      parser.height = 0
      return { kind: 'bool', value, start, end }
    }
    case token.not:
    case token.defined: {
      const op = parser.kind === token.not ? 'not' : 'defined'
      parser.enter()
      parser.advance()
      const of = parseTerm(parser)
      parser.leave(parser.height)
      return { kind: 'unary', op, of, start, end: of.end }
    }
    case token.for:
      return parseFor(parser)
    case token.with:
      return parseWith(parser)
    case token.all:
    case token.any:
    case token.none: {
      const quantifier = parseQuantifier(parser)
      if (!parser.is(token.of)) parser.unexpected('`of`')
      return parseOf(parser, quantifier)
    }
    default:
      return parseComparison(parser)
  }
}

function parsePattern(parser: Parser): Expression {
  const { start, text: name } = parser
  let { end } = parser
  parser.advance()
  parser.height = 0
  const where = parseWhere(parser)
  if (where !== undefined) end = where.kind === 'at' ? where.offset.end : where.range.end
  return { kind: 'pattern', name, where, start, end }
}

function parseWhere(parser: Parser): WhereSyntax | undefined {
  const { start } = parser
  if (parser.take(token.at)) return { kind: 'at', offset: parseOperand(parser), start }
  return parser.take(token.in) ? { kind: 'in', range: parseRange(parser) } : undefined
}

/** `a + 1 == b`, or the quantifier of an `of`. */
function parseComparison(parser: Parser): Expression {
  const first = parseUnary(parser)
  const startsWithPercent = parser.kind === token.percent
  if (startsWithPercent) {
    const { start } = parser
    parser.advance()
    if (parser.is(token.of)) return parseOf(parser, percentOf(first, start + 1))
    parser.moveTo(start)
  }
  const left = parseBinary(parser, first, 0)
  if (parser.kind !== token.of || startsWithPercent || isCondition(left)) return left
  return parseOf(parser, { kind: 'count', value: left, start: left.start, end: left.end })
}

function percentOf(value: Expression, end: number): QuantifierSyntax {
  return { kind: 'percent', value, start: value.start, end }
}

/** Everything that has a value: arithmetic, but no comparison. */
function parseOperand(parser: Parser): Expression {
  const first = parseUnary(parser)
  if (isCondition(first)) notAnOperand(first)
  return parseBinary(parser, first, comparisonPower)
}

/** Operators that bind stronger than `power`, from the left. */
function parseBinary(parser: Parser, first: Expression, power: number): Expression {
  let left = first
  if (binaryPower[parser.kind]! > power && isCondition(first)) notAnOperand(first)
  for (;;) {
    const strength = binaryPower[parser.kind]!
    if (strength <= power) return left
    const op = binaryName(parser.kind)
    const leftHeight = parser.height
    parser.enter()
    parser.advance()
    const start = parseUnary(parser)
    if (isCondition(start)) notAnOperand(start)
    const right = parseBinary(parser, start, strength)
    parser.leave(Math.max(leftHeight, parser.height))
    left = { kind: 'binary', op, left, right, start: left.start, end: right.end }
  }
}

function notAnOperand(expression: Expression): never {
  fail('syntax', 'a condition cannot be an operand here: it has no value to compute with', expression)
}

function isCondition(expression: Expression): boolean {
  switch (expression.kind) {
    case 'bool':
    case 'pattern':
    case 'logic':
    case 'of':
    case 'for-of':
    case 'for-in':
    case 'with':
      return true
    case 'unary':
      return expression.op === 'not' || expression.op === 'defined'
    case 'binary':
      return !isArithmetic.has(expression.op)
    default:
      return false
  }
}

const isArithmetic: ReadonlySet<string> = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'bitand',
  'bitor',
  'bitxor',
  'shl',
  'shr',
])

function parseUnary(parser: Parser): Expression {
  const { kind, start } = parser
  if (kind !== token.minus && kind !== token.tilde) return parsePrimary(parser)
  parser.enter()
  parser.advance()
  const of = parseUnary(parser)
  if (isCondition(of)) notAnOperand(of)
  parser.leave(parser.height)
  return { kind: 'unary', op: kind === token.minus ? 'neg' : 'bitnot', of, start, end: of.end }
}

function parsePrimary(parser: Parser): Expression {
  const { kind, start, end } = parser
  parser.height = 0
  switch (kind) {
    case token.name:
      return parseName(parser)
    case token.int:
      return finished(parser, { kind: 'int', value: integerAt(parser), start, end })
    case token.float:
      return finished(parser, { kind: 'float', value: floatAt(parser), start, end })
    case token.text:
      return finished(parser, { kind: 'text', value: textAt(parser), start, end })
    case token.filesize:
      return finished(parser, { kind: 'filesize', start, end })
    case token.entrypoint:
      return finished(parser, { kind: 'entrypoint', start, end })
    case token.regex:
      return takeRegex(parser)
    case token.patternCount:
      return parseCount(parser)
    case token.patternOffset:
    case token.patternLength:
      return parsePlace(parser)
    case token.openParen: {
      parser.enter()
      parser.advance()
      const inner = parseCondition(parser)
      parser.expect(token.closeParen, 'an operator or `)`')
      parser.leave(parser.height)
      return inner
    }
    default:
      return parser.unexpected(anExpression)
  }
}

function finished(parser: Parser, expression: Expression): Expression {
  parser.advance()
  return expression
}

function patternNameAt(parser: Parser): string {
  return `$${parser.source.text.slice(parser.start + 1, parser.end)}`
}

/** `#a in (x..y)`. */
function parseCount(parser: Parser): Expression {
  const { start, end } = parser
  const name = patternNameAt(parser)
  parser.advance()
  const range = parser.take(token.in) ? parseRange(parser) : undefined
  return { kind: 'count', name, range, start, end: range?.end ?? end }
}

/** `@a[i]`, `!a[i]`. */
function parsePlace(parser: Parser): Expression {
  const { start } = parser
  let { end } = parser
  const kind = parser.kind === token.patternOffset ? 'offset' : 'length'
  const name = patternNameAt(parser)
  parser.advance()
  let index: Expression | undefined
  if (parser.kind === token.openBracket) {
    index = parseKey(parser)
    end = index.end + 1
  }
  return { kind, name, index, start, end }
}

function parseKey(parser: Parser): Expression {
  parser.enter()
  parser.advance()
  const key = parseOperand(parser)
  parser.expect(token.closeBracket, '`]`')
  parser.leave(parser.height)
  return key
}

/** `a`, `a.b`, `a.b[i]`, `a.b(x)` and so on. */
function parseName(parser: Parser): Expression {
  let expression: Expression = takeName(parser)
  let height = 0
  for (;;) {
    if (parser.kind === token.dot) {
      const dot = parser.start
      parser.advance()
      if (!parser.is(token.name)) {
        // `(a..b)`
        parser.moveTo(dot)
        break
      }
      const { text: name, start: nameStart, end } = parser
      parser.advance()
      expression = { kind: 'field', of: expression, name, nameStart, start: expression.start, end }
    } else if (parser.kind === token.openBracket) {
      const key = parseKey(parser)
      height = Math.max(height, parser.height)
      expression = { kind: 'element', of: expression, key, start: expression.start, end: key.end + 1 }
    } else if (
      parser.kind === token.openParen &&
      (expression.kind === 'name' || expression.kind === 'field')
    ) {
      expression = parseCall(parser, expression)
      height = Math.max(height, parser.height)
    } else break
    parser.grow(height)
    ;({ height } = parser)
  }
  parser.height = height
  return expression
}

function takeName(parser: Parser): NameExpression {
  const { start, end, text: name } = parser
  if (parser.kind !== token.name) parser.unexpected('a name')
  parser.advance()
  return { kind: 'name', name, start, end }
}

function parseCall(parser: Parser, callee: Expression): Expression {
  const argsStart = parser.start
  const args: Expression[] = []
  let highest = 0
  parser.enter()
  parser.advance()
  if (parser.kind !== token.closeParen) {
    do {
      args.push(parseCondition(parser))
      highest = Math.max(highest, parser.height)
    } while (parser.take(token.comma))
  }
  const { end } = parser
  parser.expect(token.closeParen, '`,` or `)`')
  parser.leave(highest)
  return { kind: 'call', callee, args, argsStart, start: callee.start, end }
}

/** `(low..high)`. */
function parseRange(parser: Parser): RangeSyntax {
  const { start } = parser
  parser.enter()
  parser.expect(token.openParen, '`(`')
  const low = parseOperand(parser)
  return parseRangeEnd(parser, low, start)
}

function parseRangeEnd(parser: Parser, low: Expression, start: number): RangeSyntax {
  const lowHeight = parser.height
  parser.expect(token.dot, 'an operator or `..`')
  parser.expect(token.dot, '`..`')
  const high = parseOperand(parser)
  const { end } = parser
  parser.expect(token.closeParen, 'an operator or `)`')
  parser.leave(Math.max(lowHeight, parser.height))
  return { low, high, start, end }
}

function parseQuantifier(parser: Parser): QuantifierSyntax {
  const { kind, start, end } = parser
  switch (kind) {
    case token.all:
    case token.any:
    case token.none:
      parser.advance()
      parser.height = 0
      return { kind: quantifierNames[kind], start, end }
    default: {
      const first = parseUnary(parser)
      if (isCondition(first)) notAnOperand(first)
      if (parser.kind === token.percent) {
        parser.advance()
        return percentOf(first, parser.start)
      }
      const value = parseBinary(parser, first, comparisonPower)
      return { kind: 'count', value, start: value.start, end: value.end }
    }
  }
}

const quantifierNames = {
  [token.all]: 'all',
  [token.any]: 'any',
  [token.none]: 'none',
} as const

function parseOf(parser: Parser, quantifier: QuantifierSyntax): Expression {
  const quantifierHeight = parser.height
  parser.enter()
  parser.advance()
  const set = parsePatternSet(parser) ?? parseConditionList(parser)
  const setHeight = parser.height
  parser.height = 0
  const where = set.kind === 'patterns' ? parseWhere(parser) : undefined
  if (set.kind === 'conditions' && (parser.kind === token.at || parser.kind === token.in)) {
    parser.unexpected('the end of this condition (places can only be asked of patterns)')
  }
  parser.leave(Math.max(quantifierHeight, setHeight, parser.height))
  return { kind: 'of', quantifier, set, where, start: quantifier.start, end: set.end }
}

/** `them` or `($a, $b*)`; undefined (and nothing read) if it is something else in brackets. */
function parsePatternSet(parser: Parser): PatternSetSyntax | undefined {
  const { start, end } = parser
  parser.height = 0
  if (parser.take(token.them)) return { kind: 'patterns', items: undefined, start, end }
  parser.expect(token.openParen, '`them` or `(`')
  const items: SetItem[] = []
  do {
    const item = { name: parser.text, start: parser.start, end: parser.end }
    if (!parser.take(token.patternName)) return notAPatternSet(parser, start)
    const starEnd = parser.end
    const isPrefix = parser.take(token.star)
    items.push({ ...item, isPrefix, end: isPrefix ? starEnd : item.end })
  } while (parser.take(token.comma))
  const setEnd = parser.end
  if (!parser.take(token.closeParen)) return notAPatternSet(parser, start)
  return { kind: 'patterns', items, start, end: setEnd }
}

function notAPatternSet(parser: Parser, start: number): undefined {
  parser.moveTo(start)
}

/** `(rule1, rule_*, $a at 0, filesize > 1)`. */
function parseConditionList(parser: Parser): ConditionListSyntax {
  const { start } = parser
  const items: (Expression | RulePrefix)[] = []
  let highest = 0
  parser.expect(token.openParen, '`(`')
  do {
    items.push(parseRulePrefix(parser) ?? parseCondition(parser))
    highest = Math.max(highest, parser.height)
  } while (parser.take(token.comma))
  const { end } = parser
  parser.expect(token.closeParen, '`,` or `)`')
  parser.height = highest
  return { kind: 'conditions', items, start, end }
}

function parseRulePrefix(parser: Parser): RulePrefix | undefined {
  if (parser.kind !== token.name) return undefined
  const { start, text: prefix } = parser
  parser.advance()
  if (parser.is(token.star)) {
    const { end } = parser
    parser.advance()
    parser.height = 0
    if (parser.is(token.comma) || parser.is(token.closeParen)) {
      return { kind: 'rule-prefix', prefix, start, end }
    }
  }
  parser.moveTo(start)
  return undefined
}

function parseFor(parser: Parser): Expression {
  const { start } = parser
  parser.enter()
  parser.advance()
  const quantifier = parseQuantifier(parser)
  let highest = parser.height
  if (parser.take(token.of)) {
    const set = parsePatternSet(parser) ?? parser.unexpected('patterns')
    const { body, end } = parseBody(parser, highest)
    return { kind: 'for-of', quantifier, set, body, start, end }
  }
  const variables: NameExpression[] = []
  do variables.push(takeName(parser))
  while (parser.take(token.comma))
  parser.expect(token.in, '`in`')
  const over = parseIterated(parser)
  highest = Math.max(highest, parser.height)
  const { body, end } = parseBody(parser, highest)
  return { kind: 'for-in', quantifier, variables, over, body, start, end }
}

/** `: ( condition )`; ends what `enter` began. */
function parseBody(parser: Parser, height: number): { body: Expression; end: number } {
  parser.expect(token.colon, '`:`')
  parser.expect(token.openParen, '`(`')
  const body = parseCondition(parser)
  const { end } = parser
  parser.expect(token.closeParen, 'an operator or `)`')
  parser.leave(Math.max(height, parser.height))
  return { body, end }
}

function parseIterated(parser: Parser): IteratedSyntax {
  if (parser.kind !== token.openParen) return { kind: 'structure', of: parseOperand(parser) }
  const { start } = parser
  parser.enter()
  parser.advance()
  const first = parseOperand(parser)
  if (parser.is(token.dot)) return { kind: 'range', range: parseRangeEnd(parser, first, start) }
  const items = [first]
  let highest = parser.height
  while (parser.take(token.comma)) {
    items.push(parseOperand(parser))
    highest = Math.max(highest, parser.height)
  }
  parser.expect(token.closeParen, 'an operator, `..`, `,` or `)`')
  parser.leave(highest)
  return { kind: 'list', items }
}

/** `with a = 1, b = a + 1 : ( condition )`. */
function parseWith(parser: Parser): Expression {
  const { start } = parser
  const bindings: { variable: NameExpression; value: Expression }[] = []
  let highest = 0
  parser.enter()
  parser.advance()
  do {
    const variable = takeName(parser)
    parser.expect(token.assign, '`=`')
    bindings.push({ variable, value: parseOperand(parser) })
    highest = Math.max(highest, parser.height)
  } while (parser.take(token.comma))
  const { body, end } = parseBody(parser, highest)
  return { kind: 'with', bindings, body, start, end }
}
