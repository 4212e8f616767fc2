// What follows a backslash in a regular expression: https://docs.rs/regex-syntax (as configured by YARA-X: bytes, not
// Unicode; no octal), with YARA's `\<` and `\>` for the characters themselves.

import { addRange, complement, rangeSet, setOf } from './byte-set.ts'
import type { Cursor } from './cursor.ts'
import type { Assertion, ByteSet } from './tree.ts'

type Escape =
  | { readonly kind: 'byte'; readonly byte: number }
  /** A character outside ASCII: its UTF-8 form. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'class'; readonly set: ByteSet }
  | { readonly kind: 'assert'; readonly that: Assertion }

/** `[0-9A-Za-z_]`: what `\w` and the word boundaries mean. */
export const wordSet: ByteSet = setOf(0x5f)
addRange(wordSet, 0x30, 0x39)
addRange(wordSet, 0x41, 0x5a)
addRange(wordSet, 0x61, 0x7a)

const digitSet = rangeSet(0x30, 0x39)
const spaceSet = setOf(0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20)

const classes: Readonly<Record<string, ByteSet>> = {
  d: digitSet,
  D: complement(digitSet),
  s: spaceSet,
  S: complement(spaceSet),
  w: wordSet,
  W: complement(wordSet),
}

const controls: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 }

const assertions: Readonly<Record<string, Assertion>> = {
  A: 'start',
  z: 'end',
  b: 'word-boundary',
  B: 'not-word-boundary',
}

const digitsAfter: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** Reads the escape that begins at the cursor with a backslash. */
export function parseEscape(cursor: Cursor): Escape {
  const start = cursor.at
  cursor.at++
  if (cursor.ended) cursor.fail('the pattern ends inside an escape sequence')
  const letter = cursor.next()
  const set = classes[letter]
  if (set !== undefined) return { kind: 'class', set }
  const control = controls[letter]
  if (control !== undefined) return { kind: 'byte', byte: control }
  const that = assertions[letter]
  if (that !== undefined) {
    if (that === 'word-boundary' && cursor.startsWith('{')) {
      cursor.fail('`\\b{` is not supported; write `\\b\\{` for a brace', start)
    }
    return { kind: 'assert', that }
  }
  const digits = digitsAfter[letter]
  if (digits !== undefined) return parseHexEscape(cursor, digits, letter === 'x')
  if (/[!-/:-@[-`{-~\s]/.test(letter)) return { kind: 'byte', byte: letter.charCodeAt(0) }
  if (/\d/.test(letter)) cursor.fail('back references are not supported', start)
  if (/[pP]/.test(letter)) cursor.fail('Unicode classes are not supported', start)
  return cursor.fail(`unknown escape sequence \`\\${letter}\``, start)
}

function parseHexEscape(cursor: Cursor, digits: number, isByte: boolean): Escape {
  const start = cursor.at - 2
  const braced = cursor.take('{')
  const text = braced ? cursor.takeMatch(/[0-9A-Fa-f]{1,8}(?=\})/y) : fixedDigits(cursor, digits)
  if (text === undefined) return cursor.fail('hexadecimal digits are missing', start)
  if (braced) cursor.at++
  const value = Number.parseInt(text, 16)
  if (value < 0x80 || (isByte && !braced)) return { kind: 'byte', byte: value }
  if (value > 0x10_ffff || (value >= 0xd800 && value < 0xe000)) {
    cursor.fail('not a Unicode character', start)
  }
  return { kind: 'bytes', bytes: new TextEncoder().encode(String.fromCodePoint(value)) }
}

function fixedDigits(cursor: Cursor, digits: number): string | undefined {
  const text = cursor.source.slice(cursor.at, cursor.at + digits)
  if (text.length < digits || !/^[0-9A-Fa-f]+$/.test(text)) return undefined
  cursor.at += digits
  return text
}
