// The `strings` section: values and modifiers as written. Which of them go together is checked in make-pattern.ts.

import { fail } from './fault.ts'
import { integerAt, plainTextAt, takeRegex, textAt } from './literals.ts'
import type { Parser } from './parser.ts'
import type { Base64Modifier, Span, StringDeclaration, StringModifiers, StringValue } from './syntax.ts'
import { token } from './token.ts'

const maxStrings = 10_000

const modifierNames: ReadonlyMap<number, string> = new Map([
  [token.nocase, 'nocase'],
  [token.ascii, 'ascii'],
  [token.wide, 'wide'],
  [token.fullword, 'fullword'],
  [token.private, 'private'],
  [token.xor, 'xor'],
  [token.base64, 'base64'],
  [token.base64wide, 'base64wide'],
])

const none: StringModifiers = {
  nocase: false,
  ascii: false,
  wide: false,
  fullword: false,
  private: false,
  xor: undefined,
  base64: undefined,
  base64wide: undefined,
  places: new Map(),
}

/** Behind `strings:`. */
export function parseStrings(parser: Parser): StringDeclaration[] {
  const strings: StringDeclaration[] = []
  const known = new Set<string>()
  if (parser.kind !== token.patternName) parser.unexpected('a string like `$a = "…"`')
  while (parser.kind === token.patternName) {
    const declaration = parseString(parser)
    const { identifier, place } = declaration
    if (strings.length === maxStrings) {
      fail('too-many-strings', `a rule can have at most ${maxStrings} strings`, place)
    }
    if (identifier !== '$' && known.has(identifier)) {
      fail('duplicate-string', `the string \`${identifier}\` is declared twice`, place)
    }
    known.add(identifier)
    strings.push(declaration)
  }
  return strings
}

function parseString(parser: Parser): StringDeclaration {
  const { start, end, text: identifier } = parser
  const place = { start, end }
  parser.advance()
  parser.expect(token.assign, '`=`')
  const valueStart = parser.start
  const value = parseValue(parser)
  const valuePlace = { start: valueStart, end: value.end }
  return { identifier, place, value: value.value, valuePlace, modifiers: parseModifiers(parser) }
}

function parseValue(parser: Parser): { value: StringValue; end: number } {
  const { kind, start, end, source } = parser
  switch (kind) {
    case token.text: {
      const bytes = bytesAt(parser)
      parser.advance()
      return { value: { kind: 'text', bytes }, end }
    }
    case token.regex: {
      const value = takeRegex(parser)
      return { value, end: value.end }
    }
    case token.openBrace: {
      const close = hexEnd(parser, end)
      if (close < 0) fail('syntax', 'this hex string is not closed', { start, end })
      parser.moveTo(close + 1)
      return { value: { kind: 'hex', body: source.text.slice(end, close) }, end: close + 1 }
    }
    default:
      return parser.unexpected('a text, a hex string or a regular expression')
  }
}

function bytesAt(parser: Parser): Uint8Array {
  const value = textAt(parser)
  const { start, end, source } = parser
  if (value.length === end - start - 2) return source.bytes.slice(start + 1, end - 1)
  return new Uint8Array(Buffer.from(value, 'latin1'))
}

/** Where the `}` is that ends a hex string; one in a comment does not. -1: nowhere. */
function hexEnd(parser: Parser, from: number): number {
  const { text } = parser.source
  let at = from
  for (;;) {
    const close = parser.find('}', at)
    if (close < 0) return -1
    const slash = text.slice(at, close).indexOf('/')
    if (slash < 0) return close
    const comment = at + slash
    const end = text[comment + 1] === '*' ? parser.find('*/', comment + 2) : text.indexOf('\n', comment)
    if (end < 0) return -1
    at = end + 1
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function parseModifiers(parser: Parser): StringModifiers {
  if (!modifierNames.has(parser.kind)) return none
  const places = new Map<string, Span>()
  const modifiers: Mutable<StringModifiers> = { ...none, places }
  for (;;) {
    const name = modifierNames.get(parser.kind)
    if (name === undefined) return modifiers
    const place = { start: parser.start, end: parser.end }
    if (places.has(name)) fail('duplicate-modifier', `\`${name}\` is written twice`, place)
    places.set(name, place)
    parseModifier(parser, modifiers)
  }
}

function parseModifier(parser: Parser, modifiers: Mutable<StringModifiers>): void {
  const { kind, start, end } = parser
  parser.advance()
  switch (kind) {
    case token.nocase:
      modifiers.nocase = true
      break
    case token.ascii:
      modifiers.ascii = true
      break
    case token.wide:
      modifiers.wide = true
      break
    case token.fullword:
      modifiers.fullword = true
      break
    case token.private:
      modifiers.private = true
      break
    case token.xor:
      modifiers.xor = parseXor(parser)
      break
    case token.base64:
      modifiers.base64 = parseBase64(parser, { start, end })
      break
    default:
      modifiers.base64wide = parseBase64(parser, { start, end })
  }
}

function parseXor(parser: Parser): { least: number; most: number } {
  if (!parser.take(token.openParen)) return { least: 0, most: 255 }
  const { start } = parser
  const least = parseKey(parser)
  const most = parser.take(token.minus) ? parseKey(parser) : least
  const { end } = parser
  parser.expect(token.closeParen, '`)`')
  if (least > most) fail('invalid-range', `the lower key ${least} is greater than ${most}`, { start, end })
  return { least, most }
}

function parseKey(parser: Parser): number {
  if (parser.kind !== token.int) parser.unexpected('a key (0–255)')
  const key = Number(integerAt(parser))
  if (key > 255)
    fail('invalid-range', 'a key of `xor` is at most 255', { start: parser.start, end: parser.end })
  parser.advance()
  return key
}

function parseBase64(parser: Parser, place: Span): Base64Modifier {
  if (!parser.take(token.openParen)) return { ...place, alphabet: undefined }
  if (parser.kind !== token.text) parser.unexpected('an alphabet of 64 characters')
  const alphabet = plainTextAt(parser)
  const { start, end } = parser
  parser.advance()
  parser.expect(token.closeParen, '`)`')
  return { start, end, alphabet }
}
