// Words, strings and signs of the filter language.

import { whereError } from './where-error.ts'

export type Sign = '(' | ')' | ',' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~' | '!'

interface At {
  readonly at: number
  /** Characters of the source. */
  readonly length: number
}

export type Token = At &
  (
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'string'; readonly text: string }
    | { readonly kind: 'sign'; readonly sign: Sign }
    | { readonly kind: 'end' }
  )

const signs: Readonly<Record<string, Sign>> = {
  '(': '(',
  ')': ')',
  ',': ',',
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '~': '~',
  '!~': '!~',
  '!': '!',
}
const endsWord = /[\s()=!<>~,"']/
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' }

/** Throws AppError (`usage`) with the place of the mistake. The last token is `end`. */
export function lex(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const char = source.charAt(at)
    if (/\s/.test(char)) {
      at++
      continue
    }
    const token = tokenAt(source, at)
    tokens.push(token)
    at += token.length
  }
  tokens.push({ kind: 'end', at, length: 1 })
  return tokens
}

function tokenAt(source: string, at: number): Token {
  const char = source.charAt(at)
  if (char === '"' || char === "'") return stringAt(source, at)
  const two = source.slice(at, at + 2)
  const double = signs[two]
  if (two.length === 2 && double !== undefined) return { kind: 'sign', sign: double, at, length: 2 }
  const single = signs[char]
  if (single !== undefined) return { kind: 'sign', sign: single, at, length: 1 }
  let end = at + 1
  while (end < source.length && !endsWord.test(source.charAt(end))) end++
  return { kind: 'word', text: source.slice(at, end), at, length: end - at }
}

/** `"…"` with `\"`, `\\`, `\n`, `\t`, `\r`; `'…'` as it stands. */
function stringAt(source: string, start: number): Token {
  const quote = source.charAt(start)
  let text = ''
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charAt(at)
    if (char === quote) return { kind: 'string', text, at: start, length: at + 1 - start }
    if (char !== '\\' || quote === "'") {
      text += char
      continue
    }
    at++
    const meant = escapes[source.charAt(at)]
    if (meant === undefined) {
      throw whereError(
        source,
        { at: at - 1, length: 2 },
        { what: 'this escape is unknown', hint: String.raw`Write \\ for a backslash, or use '…'.` },
      )
    }
    text += meant
  }
  throw whereError(
    source,
    { at: start, length: 1 },
    { what: 'this string does not end', hint: `Close it with ${quote}.` },
  )
}
