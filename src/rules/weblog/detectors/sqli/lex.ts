// The tokeniser of SQL: a value, as a database would read it in one context, becomes a sequence of kinds. It accepts what any of the
// usual databases accepts (comments that are white space, version comments, quoted names, prefixed strings, numbers that run into words).

import { isDigit, isSpace, isWordStart } from './characters.ts'
import { type Cursor, endOfInnerString, push, type Tokens } from './cursor.ts'
import { maxWordLength, readBracket, readNumber, readVariable, readWord } from './lex-name.ts'
import { type Kind, systemNames } from './words.ts'

/** The most tokens of a value that are looked at; a value has at most 8 KiB. */
const maxTokens = 8192
export type Quote = "'" | '"' | '`' | ']' | ''

/** Reads `text` as it continues a string in `quote`, or as code where `quote` is ''. Linear; never throws. */
export function tokenise(text: string, quote: Quote): Tokens {
  const cursor: Cursor = {
    text,
    at: 0,
    kinds: [],
    versioned: 0,
    hasVersionComment: false,
    hasInlineComment: false,
    open: '',
    comment: '',
    previousWord: '',
  }
  let closed = ''
  if (quote !== '') {
    const end = endOfString(text, 0, quote)
    closed = text.slice(0, end)
    cursor.kinds.push('Q')
    cursor.at = end + 1
  }
  while (cursor.at < text.length && cursor.kinds.length < maxTokens) step(cursor)
  const { kinds, hasVersionComment, hasInlineComment, open, comment } = cursor
  return { kinds, hasVersionComment, hasInlineComment, open, comment, closed }
}

/** Where the string that starts at `from` ends (the position of its quote), or the text's end. Doubled quotes belong to it. */
function endOfString(text: string, from: number, quote: string): number {
  let at = from
  for (;;) {
    const found = text.indexOf(quote, at)
    if (found < 0) return text.length
    if (text[found + 1] !== quote) return found
    at = found + 2
  }
}

function step(cursor: Cursor): void {
  const { text } = cursor
  const c = text[cursor.at] ?? ''
  if (isSpace(c)) {
    cursor.at++
    return
  }
  if (readComment(cursor, c)) return
  if (c === "'" || c === '"' || c === '`') {
    readString(cursor, c)
    return
  }
  const next = text[cursor.at + 1] ?? ''
  if (isDigit(c) || (c === '.' && isDigit(next))) readNumber(cursor)
  else if (isWordStart(c)) readWord(cursor)
  else if (c === '@' || (c === '\\' && next === 'N')) readVariable(cursor)
  else readSign(cursor, c, next)
}

/** Comments are white space; one that runs to the end of the value cuts off what the application wrote behind it. */
function readComment(cursor: Cursor, c: string): boolean {
  const { text, at } = cursor
  if (c === '/' && text[at + 1] === '*') {
    if (text[at + 2] === '!') {
      let skip = at + 3
      while (skip < at + 9 && isDigit(text[skip] ?? '')) skip++
      cursor.at = skip
      cursor.versioned++
      cursor.hasVersionComment = true
      return true
    }
    const end = text.indexOf('*/', at + 2)
    if (end < 0) return endsInComment(cursor, at + 2, 'C')
    cursor.at = end + 2
    cursor.hasInlineComment = true
    return true
  }
  if (c === '*' && cursor.versioned > 0 && text[at + 1] === '/') {
    cursor.versioned--
    cursor.at += 2
    return true
  }
  const isDashes = c === '-' && text[at + 1] === '-'
  if (!isDashes && c !== '#') return false
  if (isDashes && /[\d(]/.test(text[at + 2] ?? '')) return false
  const end = text.indexOf('\n', at)
  if (end < 0 || end === text.length - 1) return endsInComment(cursor, at + (isDashes ? 2 : 1), 'c')
  cursor.hasInlineComment = true
  cursor.at = end + 1
  return true
}

function endsInComment(cursor: Cursor, from: number, kind: Kind): true {
  push(cursor, kind)
  cursor.comment = cursor.text.slice(from)
  cursor.at = cursor.text.length
  return true
}

function readString(cursor: Cursor, quote: string): void {
  const from = cursor.at + 1
  const end = endOfInnerString(cursor.text, from, quote)
  if (end >= cursor.text.length) {
    cursor.open = cursor.text.slice(from)
    push(cursor, 'R')
  } else if (quote !== '`') push(cursor, 's')
  else
    push(
      cursor,
      systemNames.test(cursor.text.slice(from, Math.min(end, from + maxWordLength)).toLowerCase())
        ? 'z'
        : 'w',
    )
  cursor.at = end + 1
}

const signs: Readonly<Record<string, Kind>> = {
  '=': '=',
  '<': '=',
  '>': '=',
  '!': '!',
  '+': 'o',
  '-': 'o',
  '*': 'o',
  '/': 'o',
  '%': 'o',
  '^': 'o',
  '~': 'o',
  '&': 'o',
  '|': 'o',
  '(': '(',
  ')': ')',
  ',': ',',
  ';': ';',
  '{': '(',
  '}': ')',
}

function readSign(cursor: Cursor, c: string, next: string): void {
  const two = c + next
  if (two === '||' || two === '&&') {
    push(cursor, two === '||' ? 'P' : '&')
    cursor.at += 2
    return
  }
  if (two === '::' || two === ':=') {
    push(cursor, two === '::' ? 'o' : '=')
    cursor.at += 2
    return
  }
  if (two === '<<' || two === '>>') {
    push(cursor, 'o')
    cursor.at += 2
    return
  }
  const length = lengthOfComparison(c, next, cursor.text[cursor.at + 2])
  if (length > 0) {
    push(cursor, '=')
    cursor.at += length
    return
  }
  if (c === '[') {
    readBracket(cursor)
    return
  }
  push(cursor, signs[c] ?? '~')
  cursor.at++
}

/** = <> != !== < > <= >= == <=> !< !> */
function lengthOfComparison(c: string, next: string, third: string | undefined): number {
  if (c === '!') {
    if (next === '=') return third === '=' ? 3 : 2
    return next === '<' || next === '>' ? 2 : 0
  }
  if (c !== '<' && c !== '>' && c !== '=') return 0
  if (c === '<' && next === '=' && third === '>') return 3
  return next === '=' || (c === '<' && next === '>') ? 2 : 1
}
