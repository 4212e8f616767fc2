// The values of literals: numbers, texts with escapes, the flags behind a regular expression.

import { fail } from './fault.ts'
import type { Lexer } from './lexer.ts'
import type { RegexLiteral, Span } from './syntax.ts'
import { token } from './token.ts'

const largest = 2n ** 63n - 1n

const simpleEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
  0: '\0',
}

const twoHexDigits = /^[0-9a-fA-F]{2}$/u

/** The token at hand as an integer; a bigint where a number is not exact. */
export function integerAt(lexer: Lexer): number | bigint {
  const written = lexer.text
  const factor = unitOf(written)
  const digits = (factor === 1 ? written : written.slice(0, -2)).replaceAll('_', '')
  const quick = Number(digits) * factor
  if (Number.isSafeInteger(quick)) return quick
  if (Number.isNaN(quick)) fail('invalid-number', `\`${written}\` is no number`, lexer)
  const exact = BigInt(digits) * BigInt(factor)
  if (exact > largest) fail('number-too-large', `${written} does not fit into 63 bits`, lexer)
  return exact
}

function unitOf(written: string): number {
  if (written.endsWith('KB')) return 1024
  return written.endsWith('MB') ? 1024 * 1024 : 1
}

export function floatAt(lexer: Lexer): number {
  return Number(lexer.text.replaceAll('_', ''))
}

/** The token at hand as text, one character for each byte, escapes replaced. */
export function textAt(lexer: Lexer): string {
  const { text } = lexer.source
  const quotes = lexer.end - lexer.start >= 6 && text.startsWith('"""', lexer.start) ? 3 : 1
  const inner = text.slice(lexer.start + quotes, lexer.end - quotes)
  const first = inner.indexOf('\\')
  return first < 0 ? inner : unescape(inner, { first, start: lexer.start + quotes })
}

function unescape(inner: string, { first, start }: { first: number; start: number }): string {
  let result = ''
  let from = 0
  for (let at = first; at >= 0; at = inner.indexOf('\\', from)) {
    const escaped = inner[at + 1] ?? ''
    const isHex = escaped === 'x'
    const length = isHex ? 4 : 2
    result += inner.slice(from, at)
    if (isHex) {
      const digits = inner.slice(at + 2, at + 4)
      const place: Span = { start: start + at, end: start + Math.min(at + 4, inner.length) }
      if (!twoHexDigits.test(digits)) fail('invalid-escape', '`\\x` needs two hex digits', place)
      result += String.fromCharCode(Number.parseInt(digits, 16))
    } else {
      const place: Span = { start: start + at, end: start + at + 2 }
      const value = Object.hasOwn(simpleEscapes, escaped) ? simpleEscapes[escaped] : undefined
      result += value ?? fail('invalid-escape', `the escape \`\\${escaped}\` does not exist`, place)
    }
    from = at + length
  }
  return result + inner.slice(from)
}

/** A text without escapes: names of modules and files, alphabets. */
export function plainTextAt(lexer: Lexer): string {
  const value = textAt(lexer)
  if (value.length + 2 !== lexer.end - lexer.start && lexer.text.includes('\\')) {
    fail('invalid-escape', 'no escapes can be used here', lexer)
  }
  return value
}

/**
 * Reads the regular expression at hand with its flags and goes on behind it. YARA lets a modifier follow without a
 * space (`/ab/wide`), so only `i` and `s` are taken.
 */
export function takeRegex(lexer: Lexer): RegexLiteral {
  const { start, end } = lexer
  const { text } = lexer.source
  if (end - start < 3) fail('empty-regex', 'the regular expression is empty', lexer)
  let flags = ''
  let at = end
  for (; at < end + 2; at++) {
    const flag = text[at]
    if (flag !== 'i' && flag !== 's') break
    if (!flags.includes(flag)) flags += flag
  }
  lexer.moveTo(at)
  if (lexer.start === at && lexer.kind === token.name) {
    fail('invalid-regex-flag', `a regular expression has no flag \`${text[at] ?? ''}\``, {
      start: at,
      end: at + 1,
    })
  }
  return { kind: 'regex', source: text.slice(start + 1, end - 1), flags, start, end: at }
}
