// The parts of a rule file in the order they are written. A fault costs the rule it is in: the next thing that looks
// like a rule, an import or an include is looked for and reading goes on there.

import { Fault, fail } from './fault.ts'
import { floatAt, integerAt, plainTextAt, textAt } from './literals.ts'
import { parseCondition } from './parse-condition.ts'
import { parseStrings } from './parse-strings.ts'
import { Parser } from './parser.ts'
import { readable, type SourceText } from './source-text.ts'
import type { NameExpression, Reference, RuleDeclaration, Span } from './syntax.ts'
import { token, type TokenKind } from './token.ts'

export interface RuleName extends Span {
  readonly name: string
}

/** A rule that could not be read; its name if that much was readable. */
interface Unreadable {
  readonly kind: 'unreadable'
  readonly fault: Fault
  readonly name: RuleName | undefined
}

type FilePart = RuleDeclaration | Reference | Unreadable

/** What was read of a rule before its fault. */
interface Seen {
  name: RuleName | undefined
}

export function* partsOf(source: SourceText): Generator<FilePart, void> {
  const parser = new Parser(source)
  parser.advance()
  while (parser.kind !== token.end) {
    const { start } = parser
    const seen: Seen = { name: undefined }
    try {
      yield parsePart(parser, seen)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      recover(parser, start)
      yield { kind: 'unreadable', fault: error, name: seen.name }
    }
  }
}

/** Goes to where the next part seems to begin, at any rate behind `start`. */
function recover(parser: Parser, start: number): void {
  parser.resetDepth()
  if (parser.start <= start) parser.advance()
  for (;;) {
    const { kind, start: here } = parser
    if (kind === token.end) return
    if (startsPart(parser)) {
      parser.moveTo(here)
      return
    }
    if (parser.start === here) parser.advance()
  }
}

/** `rule name {`, `private rule`, `import "`: one of these words alone may as well be a slip. Reads ahead. */
function startsPart(parser: Parser): boolean {
  if (parser.kind === token.import || parser.kind === token.include) return follows(parser, token.text)
  if (parser.kind === token.private || parser.kind === token.global) {
    parser.advance()
    return parser.take(token.private) || parser.take(token.global) || parser.is(token.rule)
  }
  return parser.kind === token.rule && follows(parser, token.name)
}

function follows(parser: Parser, kind: TokenKind): boolean {
  parser.advance()
  return parser.is(kind)
}

function parsePart(parser: Parser, seen: Seen): RuleDeclaration | Reference {
  switch (parser.kind) {
    case token.import:
      return parseReference(parser, 'import')
    case token.include:
      return parseReference(parser, 'include')
    case token.rule:
    case token.private:
    case token.global:
      return parseRule(parser, seen)
    default:
      return parser.unexpected('`rule`, `import` or `include`')
  }
}

function parseReference(parser: Parser, kind: 'import' | 'include'): Reference {
  parser.advance()
  const { start, end } = parser
  if (parser.kind !== token.text)
    parser.unexpected(kind === 'import' ? 'the name of a module' : 'the path of a file')
  const target = readable(plainTextAt(parser))
  parser.advance()
  return { kind, target, start, end }
}

function parseRule(parser: Parser, seen: Seen): RuleDeclaration {
  parser.resetDepth()
  const { start } = parser
  const { repeated, ...flags } = parseFlags(parser)
  parser.expect(token.rule, '`rule`')
  const { name, ...place } = parseName(parser, 'the name of the rule')
  const namePlace: Span = { start: place.start, end: place.end }
  seen.name = { name, ...namePlace }
  if (repeated !== undefined)
    fail('duplicate-modifier', 'a rule is `private` or `global` only once', repeated)
  const tags = parser.take(token.colon) ? parseTags(parser) : []
  parser.expect(token.openBrace, '`{`')
  const meta = section(parser, token.meta) ? parseMeta(parser) : []
  const strings = section(parser, token.strings) ? parseStrings(parser) : []
  if (!section(parser, token.condition)) parser.unexpected('`condition`')
  const condition = parseCondition(parser)
  const { end } = parser
  parser.expect(token.closeBrace, 'an operator or `}`')
  return { kind: 'rule', start, end, name, namePlace, ...flags, tags, meta, strings, condition }
}

interface Flags {
  private: boolean
  global: boolean
  repeated: Span | undefined
}

function parseFlags(parser: Parser): Flags {
  const flags: Flags = { private: false, global: false, repeated: undefined }
  for (;;) {
    const { kind, start, end } = parser
    if (kind !== token.private && kind !== token.global) return flags
    const flag = kind === token.private ? 'private' : 'global'
    if (flags[flag]) flags.repeated = { start, end }
    flags[flag] = true
    parser.advance()
  }
}

function parseName(parser: Parser, expected: string): NameExpression {
  const { start, end, text: name } = parser
  if (parser.kind !== token.name) parser.unexpected(expected)
  parser.advance()
  return { kind: 'name', name, start, end }
}

type SectionToken = typeof token.meta | typeof token.strings | typeof token.condition

function section(parser: Parser, kind: SectionToken): boolean {
  if (!parser.take(kind)) return false
  parser.expect(token.colon, '`:`')
  return true
}

function parseTags(parser: Parser): NameExpression[] {
  const tags = [parseName(parser, 'a tag')]
  while (parser.kind === token.name) {
    const tag = parseName(parser, 'a tag')
    if (tags.some((other) => other.name === tag.name)) {
      fail('duplicate-tag', `the tag \`${tag.name}\` is written twice`, tag)
    }
    tags.push(tag)
  }
  return tags
}

function parseMeta(parser: Parser): (readonly [string, string | number | boolean])[] {
  const meta: (readonly [string, string | number | boolean])[] = []
  if (parser.kind !== token.name) parser.unexpected('a name like `author`')
  while (parser.kind === token.name) {
    const { text: name } = parser
    parser.advance()
    parser.expect(token.assign, '`=`')
    meta.push([name, parseMetaValue(parser)])
  }
  return meta
}

function parseMetaValue(parser: Parser): string | number | boolean {
  const isNegative = parser.take(token.minus)
  const value = metaValueAt(parser)
  if (isNegative && parser.kind !== token.int && parser.kind !== token.float) parser.unexpected('a number')
  parser.advance()
  if (!isNegative) return value
  return typeof value === 'number' ? -value : `-${value}`
}

function metaValueAt(parser: Parser): string | number | boolean {
  switch (parser.kind) {
    case token.text:
      return readable(textAt(parser))
    case token.int: {
      const value = integerAt(parser)
      // Exact, like the integers of a condition.
      return typeof value === 'bigint' ? String(value) : value
    }
    case token.float:
      return floatAt(parser)
    case token.true:
      return true
    case token.false:
      return false
    default:
      return parser.unexpected('a text, a number, `true` or `false`')
  }
}
