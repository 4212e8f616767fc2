// Bracketed character classes of regular expressions, as https://docs.rs/regex-syntax defines them: nested classes,
// POSIX names, and the operators `&&`, `--` and `~~`, which bind weaker than standing side by side.

import {
  add,
  addRange,
  complement,
  emptySet,
  foldSet,
  intersection,
  rangeSet,
  setOf,
  union,
} from './byte-set.ts'
import type { Cursor } from './cursor.ts'
import { parseEscape, wordSet } from './parse-escape.ts'
import type { ByteSet } from './tree.ts'

export interface ClassOptions {
  readonly ignoreCase: boolean
  /** White space and `#` comments mean nothing. */
  readonly verbose: boolean
  /** How many classes may be inside each other. */
  readonly maxDepth: number
}

const posix: Readonly<Record<string, ByteSet>> = {
  alnum: ranges(0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a),
  alpha: ranges(0x41, 0x5a, 0x61, 0x7a),
  ascii: rangeSet(0, 0x7f),
  blank: setOf(0x09, 0x20),
  cntrl: ranges(0, 0x1f, 0x7f, 0x7f),
  digit: rangeSet(0x30, 0x39),
  graph: rangeSet(0x21, 0x7e),
  lower: rangeSet(0x61, 0x7a),
  print: rangeSet(0x20, 0x7e),
  punct: ranges(0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e),
  space: ranges(0x09, 0x0d, 0x20, 0x20),
  upper: rangeSet(0x41, 0x5a),
  word: wordSet,
  xdigit: ranges(0x30, 0x39, 0x41, 0x46, 0x61, 0x66),
}

/** Reads the class that begins at the cursor with `[`. */
export function parseClass(cursor: Cursor, options: ClassOptions): ByteSet {
  return parseNested(cursor, options, 1)
}

function parseNested(cursor: Cursor, options: ClassOptions, depth: number): ByteSet {
  const start = cursor.at
  if (depth > options.maxDepth) cursor.fail('classes are nested too deep')
  cursor.at++
  skip(cursor, options)
  const negated = cursor.take('^')
  const set = parseOperands(cursor, options, { start, depth })
  const folded = options.ignoreCase ? foldSet(set) : set
  return negated ? complement(folded) : folded
}

interface Place {
  /** Of the bracket that opened the class. */
  readonly start: number
  readonly depth: number
}

function parseOperands(cursor: Cursor, options: ClassOptions, place: Place): ByteSet {
  let left: ByteSet | undefined
  let operator = ''
  let set = emptySet()
  skip(cursor, options)
  // A bracket or hyphens at the very beginning stand for themselves.
  if (cursor.peek() === ']') add(set, next(cursor))
  else {
    while (cursor.take('-')) {
      add(set, 0x2d)
      skip(cursor, options)
    }
  }
  for (;;) {
    skip(cursor, options)
    if (cursor.ended) cursor.fail('the class is not closed', place.start)
    if (cursor.take(']')) return combine(left, operator, fold(set, options))
    const sign = ['&&', '--', '~~'].find((each) => cursor.take(each))
    if (sign !== undefined) {
      left = combine(left, operator, fold(set, options))
      operator = sign
      set = emptySet()
      continue
    }
    set = union(set, parseItem(cursor, options, place))
  }
}

function combine(left: ByteSet | undefined, operator: string, right: ByteSet): ByteSet {
  if (left === undefined) return right
  if (operator === '&&') return intersection(left, right)
  if (operator === '--') return intersection(left, complement(right))
  return intersection(union(left, right), complement(intersection(left, right)))
}

function fold(set: ByteSet, options: ClassOptions): ByteSet {
  return options.ignoreCase ? foldSet(set) : set
}

function parseItem(cursor: Cursor, options: ClassOptions, place: Place): ByteSet {
  if (cursor.peek() === '[') return parsePosix(cursor) ?? parseNested(cursor, options, place.depth + 1)
  const start = cursor.at
  const first = parseMember(cursor)
  skip(cursor, options)
  if (cursor.ended) cursor.fail('the class is not closed', place.start)
  const after = cursor.peek(1 + spaceAt(cursor, options))
  if (cursor.peek() !== '-' || after === ']' || after === '-') {
    return typeof first === 'number' ? setOf(first) : first
  }
  cursor.at++
  skip(cursor, options)
  if (cursor.ended) cursor.fail('the class is not closed', place.start)
  const last = parseMember(cursor)
  if (typeof first !== 'number' || typeof last !== 'number') {
    return cursor.fail('a range needs single bytes at both ends', start)
  }
  if (first > last) cursor.fail('the range ends before it begins', start)
  return rangeSet(first, last)
}

/** One byte, or a class of an escape. */
function parseMember(cursor: Cursor): number | ByteSet {
  const start = cursor.at
  if (cursor.peek() !== '\\') {
    const byte = next(cursor)
    return byte < 0x80 ? byte : cursor.fail('characters outside ASCII are not allowed in classes', start)
  }
  const escape = parseEscape(cursor)
  switch (escape.kind) {
    case 'byte':
      return escape.byte
    case 'class':
      return escape.set
    case 'bytes':
      return cursor.fail('characters outside ASCII are not allowed in classes', start)
    case 'assert':
      return cursor.fail('this escape sequence is not allowed in classes', start)
  }
}

/** `[:alpha:]` or `[:^alpha:]`; anything else is an ordinary nested class. */
function parsePosix(cursor: Cursor): ByteSet | undefined {
  const text = /^\[:\^?[a-z]+:\]/.exec(cursor.source.slice(cursor.at, cursor.at + 12))?.[0]
  if (text === undefined) return undefined
  const negated = text[2] === '^'
  const name = text.slice(negated ? 3 : 2, -2)
  if (!Object.hasOwn(posix, name)) return undefined
  const set = posix[name]!
  cursor.at += text.length
  return negated ? complement(set) : set
}

/** Moves past white space and comments if they mean nothing here. */
function skip(cursor: Cursor, options: ClassOptions): void {
  if (options.verbose) skipVerbose(cursor)
}

export function skipVerbose(cursor: Cursor): void {
  cursor.takeMatch(/(?:[\t-\r ]|#[^\n]*)+/y)
}

/** Characters without meaning after the one at the cursor. */
function spaceAt(cursor: Cursor, options: ClassOptions): number {
  if (!options.verbose) return 0
  const start = cursor.at
  cursor.at++
  skipVerbose(cursor)
  const length = cursor.at - start - 1
  cursor.at = start
  return length
}

function next(cursor: Cursor): number {
  return cursor.next().charCodeAt(0)
}

function ranges(...bounds: readonly number[]): ByteSet {
  const set = emptySet()
  for (let index = 0; index < bounds.length; index += 2) addRange(set, bounds[index]!, bounds[index + 1]!)
  return set
}
