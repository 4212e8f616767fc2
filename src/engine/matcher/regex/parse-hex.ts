// Hex strings of YARA rules: https://virustotal.github.io/yara-x/docs/writing_rules/patterns/, with YARA-X's errors.

import { add, complement, emptySet, fullSet } from './byte-set.ts'
import { Cursor } from './cursor.ts'
import { simplify } from './transform.ts'
import type { ByteSet, Tree } from './tree.ts'

const maxDepth = 250

const maxJump = 0xffff_ffff

/** `body` is the text between the braces. Throws PatternError. */
export function parseHex(body: string): Tree {
  const cursor = new Cursor(body)
  const tree = parseSequence(cursor, 0)
  if (!cursor.ended) cursor.fail('neither a byte nor a jump nor an alternative')
  return simplify(tree)
}

function parseSequence(cursor: Cursor, depth: number): Tree {
  const items: Tree[] = [parseElement(cursor, depth)]
  for (;;) {
    skip(cursor)
    if (cursor.ended || cursor.peek() === '|' || cursor.peek() === ')') break
    if (cursor.peek() === '[') items.push(parseJumps(cursor))
    items.push(parseElement(cursor, depth))
  }
  return { kind: 'concat', items }
}

/** A row of bytes, a masked byte or alternatives: what a sequence begins and ends with. */
function parseElement(cursor: Cursor, depth: number): Tree {
  skip(cursor)
  if (cursor.peek() === '(') return parseAlternatives(cursor, depth + 1)
  return parseByte(cursor)
}

function parseAlternatives(cursor: Cursor, depth: number): Tree {
  const start = cursor.at
  if (depth > maxDepth) cursor.fail('alternatives are nested too deep')
  cursor.at++
  const items = [parseSequence(cursor, depth)]
  while (cursor.take('|')) items.push(parseSequence(cursor, depth))
  if (!cursor.take(')')) cursor.fail('the alternatives are not closed', start)
  return { kind: 'either', items }
}

function parseByte(cursor: Cursor): Tree {
  const row = cursor.takeMatch(/(?:[0-9A-Fa-f]{2}\s*)+/y)
  if (row !== undefined) return { kind: 'bytes', bytes: Uint8Array.fromHex(row.replaceAll(/\s+/g, '')) }
  const start = cursor.at
  const text = cursor.takeMatch(/~?[0-9A-Fa-f?]{2}/y)
  if (text === undefined) return cursor.fail('a byte of two digits or alternatives must stand here')
  if (text === '~??') cursor.fail('`??` cannot be negated', start)
  return maskedByte(text)
}

/** One tree for all bytes that are written alike: there are a few hundred ways to write one. */
const maskedBytes = new Map<string, Tree>()

function maskedByte(text: string): Tree {
  const known = maskedBytes.get(text)
  if (known !== undefined) return known
  const set = maskedSet(text.slice(-2))
  const tree: Tree = { kind: 'class', set: text.startsWith('~') ? complement(set) : set }
  maskedBytes.set(text, tree)
  return tree
}

/** The bytes with these digits; `?` is any. */
function maskedSet(digits: string): ByteSet {
  if (digits === '??') return fullSet()
  const value = Number.parseInt(digits.replace('?', '0'), 16)
  const set = emptySet()
  const step = digits.startsWith('?') ? 16 : 1
  const count = digits.includes('?') ? 16 : 1
  for (let index = 0; index < count; index++) add(set, value + index * step)
  return set
}

interface Jump {
  readonly least: number | undefined
  readonly most: number
}

/** Jumps next to each other count as one, and so do their bounds. */
function parseJumps(cursor: Cursor): Tree {
  const start = cursor.at
  let least: number | undefined
  let most = 0
  while (cursor.peek() === '[') {
    const jump = parseJump(cursor)
    if (jump.least !== undefined) least = (least ?? 0) + jump.least
    most += jump.most
    skip(cursor)
  }
  if (least === 0 && most === 0) cursor.fail('a jump over nothing is useless', start)
  if ((least ?? 0) > most) cursor.fail('the jump ends before it begins', start)
  return { kind: 'repeat', item: maskedByte('??'), least: least ?? 0, most, greedy: false }
}

function parseJump(cursor: Cursor): Jump {
  const start = cursor.at
  cursor.at++
  const least = parseNumber(cursor)
  if (cursor.takeMatch(/[\t-\r ]*-/y) === undefined) {
    if (least === undefined) cursor.fail('a jump needs a number or `-`')
    close(cursor, start)
    return { least, most: least ?? 0 }
  }
  const most = parseNumber(cursor)
  close(cursor, start)
  return { least, most: most ?? Infinity }
}

function close(cursor: Cursor, start: number): void {
  if (cursor.takeMatch(/[\t-\r ]*\]/y) === undefined) cursor.fail('the jump is not closed', start)
}

function parseNumber(cursor: Cursor): number | undefined {
  const start = cursor.at
  const text = cursor.takeMatch(/[\t-\r ]*(?:0x[0-9A-Fa-f]+|\d+)/y)
  if (text === undefined) return undefined
  const value = Number(text)
  return value <= maxJump ? value : cursor.fail('the number is too large', start)
}

/** Moves past white space and comments. */
function skip(cursor: Cursor): void {
  cursor.takeMatch(/(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y)
}
