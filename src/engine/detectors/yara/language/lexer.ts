// Splits a rule file into tokens, one at a time and without allocating. Bytes, not characters: rule files are mostly
// ASCII, often not valid UTF-8, and anything may stand in comments and texts.

import type { SourceText } from './source-text.ts'
import { keywords, token, type TokenKind } from './token.ts'

const letter = 1
const digit = 2
const hexDigit = 4
const space = 8

const classes = new Uint8Array(256)
for (let c = 0x30; c <= 0x39; c++) classes[c] = digit | hexDigit
for (let c = 0x61; c <= 0x7a; c++) {
  classes[c] = letter
  classes[c - 32] = letter
}
for (let c = 0x61; c <= 0x66; c++) {
  classes[c]! |= hexDigit
  classes[c - 32]! |= hexDigit
}
classes[0x5f] = letter
for (const c of [0x20, 0x09, 0x0a, 0x0d]) classes[c] = space

const word = letter | digit

const singles = new Uint8Array(256)
for (const [char, kind] of [
  ['{', token.openBrace],
  ['}', token.closeBrace],
  ['(', token.openParen],
  [')', token.closeParen],
  ['[', token.openBracket],
  [']', token.closeBracket],
  [':', token.colon],
  [',', token.comma],
  ['.', token.dot],
  ['=', token.assign],
  ['~', token.tilde],
  ['+', token.plus],
  ['-', token.minus],
  ['*', token.star],
  ['\\', token.backslash],
  ['%', token.percent],
  ['&', token.ampersand],
  ['|', token.pipe],
  ['^', token.caret],
  ['<', token.less],
  ['>', token.greater],
  ['$', token.patternName],
  ['#', token.patternCount],
  ['@', token.patternOffset],
  ['!', token.patternLength],
] as const) {
  singles[char.charCodeAt(0)] = kind
}

/** Wide spaces that editors and web pages leave behind: U+00A0, U+2000–U+200A, U+202F, U+205F. Bytes, or 0. */
function unicodeSpace(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0xc2) return bytes[at + 1] === 0xa0 ? 2 : 0
  if (bytes[at] !== 0xe2) return 0
  const last = bytes[at + 2] ?? 0
  if (bytes[at + 1] === 0x80) return (last >= 0x80 && last <= 0x8a) || last === 0xaf ? 3 : 0
  return bytes[at + 1] === 0x81 && last === 0x9f ? 3 : 0
}

export class Lexer {
  readonly source: SourceText
  /** The token at hand. */
  kind: TokenKind = token.end
  start = 0
  end = 0
  /** What is wrong with a `bad` token. */
  fault = ''
  readonly #bytes: Uint8Array
  readonly #text: string
  readonly #absentFrom = new Map<string, number>()

  constructor(source: SourceText) {
    this.source = source
    this.#bytes = source.bytes
    this.#text = source.text
    const { bytes } = source
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.end = 3
  }

  /** The text of the token at hand. */
  get text(): string {
    return this.#text.slice(this.start, this.end)
  }

  /** Goes on at an offset: back to a token seen before, or behind something read in another way. */
  moveTo(offset: number): void {
    this.end = offset
    this.advance()
  }

  /** Where `text` comes next; -1: nowhere. What is not there is looked for only once. */
  find(text: '*/' | '}', from: number): number {
    if (from >= (this.#absentFrom.get(text) ?? Number.POSITIVE_INFINITY)) return -1
    const at = this.#text.indexOf(text, from)
    if (at < 0) this.#absentFrom.set(text, from)
    return at
  }

  advance(): void {
    const at = this.#skip(this.end)
    this.start = at
    if (at >= this.#bytes.length) {
      this.end = at
      this.kind = token.end
      return
    }
    const c = this.#bytes[at]!
    const kind = classes[c]!
    if ((kind & letter) !== 0) this.#name(at)
    else if ((kind & digit) !== 0) this.#number(at)
    else if (c === 0x22) this.#quoted(at)
    else if (c === 0x2f) this.#regex(at)
    else this.#symbol(at, c)
  }

  /** Behind spaces and comments. A comment that does not end is left for `#regex` to complain about. */
  #skip(from: number): number {
    const bytes = this.#bytes
    let at = from
    for (;;) {
      while ((classes[bytes[at]!]! & space) !== 0) at++
      const c = bytes[at]
      if (c === 0x2f && bytes[at + 1] === 0x2f) {
        const feed = this.#text.indexOf('\n', at)
        at = feed < 0 ? bytes.length : feed + 1
      } else if (c === 0x2f && bytes[at + 1] === 0x2a) {
        const close = this.find('*/', at + 2)
        if (close < 0) return at
        at = close + 2
      } else {
        const wide = c !== undefined && c > 0x7f ? unicodeSpace(bytes, at) : 0
        if (wide === 0) return at
        at += wide
      }
    }
  }

  #wordEnd(from: number): number {
    let at = from
    while ((classes[this.#bytes[at]!]! & word) !== 0) at++
    return at
  }

  #name(at: number): void {
    this.end = this.#wordEnd(at + 1)
    this.kind = keywords.get(this.#text.slice(at, this.end)) ?? token.name
  }

  /** `0x1f`, `0o17`, `1_000`, `10KB`, `1.5`. */
  #number(at: number): void {
    const bytes = this.#bytes
    const isPrefixed = bytes[at] === 0x30 && (bytes[at + 1] === 0x78 || bytes[at + 1] === 0x6f)
    this.kind = token.int
    if (isPrefixed) {
      const digits = bytes[at + 1] === 0x78 ? hexDigit : digit
      this.end = this.#digitsEnd(at + 2, digits)
      if (this.end > at + 2) return
    }
    this.end = this.#digitsEnd(at, digit)
    if (bytes[this.end] === 0x2e && (classes[bytes[this.end + 1]!]! & digit) !== 0) {
      this.kind = token.float
      this.end = this.#digitsEnd(this.end + 1, digit)
      return
    }
    const unit = bytes[this.end]
    if ((unit === 0x4b || unit === 0x4d) && bytes[this.end + 1] === 0x42) this.end += 2
  }

  #digitsEnd(from: number, digits: number): number {
    let at = from
    while ((classes[this.#bytes[at]!]! & digits) !== 0 || (this.#bytes[at] === 0x5f && at > from)) at++
    return at
  }

  /** `"one line"`; between three quotes a text of several lines without quotes (YARA-X). */
  #quoted(at: number): void {
    const bytes = this.#bytes
    if (bytes[at + 1] === 0x22 && bytes[at + 2] === 0x22 && this.#block(at)) return
    let end = at + 1
    for (;;) {
      const c = bytes[end]
      if (c === 0x22) break
      if (c === undefined || c === 0x0a) return this.#badLine(at, end, 'this text is not closed')
      end += c === 0x5c && bytes[end + 1] !== 0x0a ? 2 : 1
    }
    this.kind = token.text
    this.end = end + 1
  }

  #block(at: number): boolean {
    const bytes = this.#bytes
    let end = at + 3
    while (end < bytes.length && bytes[end] !== 0x22) end += bytes[end] === 0x5c ? 2 : 1
    if (bytes[end] !== 0x22 || bytes[end + 1] !== 0x22 || bytes[end + 2] !== 0x22) return false
    this.kind = token.text
    this.end = end + 3
    return true
  }

  /** The slashes and what is between them; the flags behind are read by the parser. */
  #regex(at: number): void {
    const bytes = this.#bytes
    if (bytes[at + 1] === 0x2a) return this.#bad(at, 'this comment is not closed')
    let end = at + 1
    for (;;) {
      const c = bytes[end]
      if (c === 0x2f) break
      if (c === undefined || c === 0x0a)
        return this.#badLine(at, end, 'this regular expression is not closed')
      end += c === 0x5c && bytes[end + 1] !== 0x0a ? 2 : 1
    }
    this.kind = token.regex
    this.end = end + 1
  }

  #symbol(at: number, c: number): void {
    const next = this.#bytes[at + 1]
    const kind = singles[c]! as TokenKind
    if (kind === 0) return this.#bad(at, c > 0x7f ? 'this character cannot stand here' : '')
    this.kind = kind
    this.end = at + 1
    const pair = next === 0x3d || next === c ? this.#pair(c, next) : undefined
    if (pair !== undefined) {
      this.kind = pair
      this.end = at + 2
    } else if (kind >= token.patternName && kind <= token.patternLength) this.end = this.#wordEnd(at + 1)
  }

  #pair(first: number, second: number): TokenKind | undefined {
    if (second === 0x3d) {
      if (first === 0x3d) return token.equal
      if (first === 0x21) return token.notEqual
      if (first === 0x3c) return token.lessEqual
      return first === 0x3e ? token.greaterEqual : undefined
    }
    if (first === 0x3c) return token.shiftLeft
    return first === 0x3e ? token.shiftRight : undefined
  }

  /** The rest of the line: going on inside it would read it again and again. */
  #badLine(at: number, end: number, fault: string): void {
    this.kind = token.bad
    this.fault = fault
    this.end = Math.min(end, this.#bytes.length)
  }

  #bad(at: number, fault: string): void {
    this.kind = token.bad
    this.fault = fault
    let end = at + 1
    // Not in the middle of a character.
    while ((this.#bytes[end]! & 0xc0) === 0x80) end++
    this.end = end
  }
}
