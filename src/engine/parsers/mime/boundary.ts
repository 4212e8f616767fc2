// The delimiter lines of a multipart (RFC 2046, 5.1.1), found by searching for `--` at the beginning of a line.

import { maxRead } from '../../source/byte-source.ts'
import { parseField, valuesOfParameter } from './parameters.ts'
import type { Text } from './header.ts'
import { cr, findNear, lf, lineAt } from './lines.ts'

const afterLf = Buffer.from('\n--')
const afterCr = Buffer.from('\r--')
/** RFC 2046 allows 70 characters; programs take more. */
const longestBoundary = 1024
/** Lines of a body that are looked at for a delimiter that no field names. */
const maxGuesses = 16

export interface Delimiter {
  /** Where the line end before it begins: the end of the part. */
  readonly at: number
  /** Behind its line. */
  readonly next: number
  readonly isClosing: boolean
}

/** What a reader may take for the boundary, given all Content-Type fields of a header. */
export function boundariesOf(contentTypes: readonly string[]): string[] {
  const found = new Set<string>()
  for (const text of contentTypes) {
    for (const value of valuesOfParameter(parseField(text), 'boundary')) add(found, value)
    // Where a semicolon or a quote is missing, or the parameter stands in a comment.
    for (const match of text.matchAll(/boundary\s{0,16}=\s{0,16}(?:"([^"]{1,1024})|([^\s;"]{1,1024}))/gi)) {
      add(found, match[1] ?? match[2] ?? '')
    }
  }
  return [...found]
}

function add(found: Set<string>, value: string): void {
  const boundary = value.trimEnd()
  if (boundary.length > 0 && boundary.length <= longestBoundary) found.add(boundary)
}

/** The next delimiter of one of `boundaries` whose line begins in `[from, end)`; `from` is the beginning of a line. */
export function nextDelimiter(
  text: Text,
  boundaries: readonly string[],
  from: number,
  end: number,
): Delimiter | undefined {
  for (let at = from; ;) {
    const line = nextDashes(text, at, end)
    if (line < 0) return undefined
    const found = delimiterAt(text, boundaries, line, end)
    if (found !== undefined) return found
    at = line + 2
  }
}

/** The next line that begins with `--`. */
function nextDashes({ source, ends, budget }: Text, from: number, end: number): number {
  const here = source.read(from, 2)
  if (from + 2 <= end && here[0] === 0x2d && here[1] === 0x2d) return from
  const found = findNear(source, ends === 'lf' ? afterLf : afterCr, { from, to: end - 2 }, budget)
  return found < 0 ? -1 : found + 1
}

function delimiterAt(
  { source, ends }: Text,
  boundaries: readonly string[],
  start: number,
  end: number,
): Delimiter | undefined {
  const line = lineAt(source, start, end, ends)
  if (line === undefined) return undefined
  for (const boundary of boundaries) {
    if (!line.text.startsWith(boundary, 2)) continue
    const rest = line.text.slice(2 + boundary.length).trimEnd()
    if (rest !== '' && !rest.startsWith('--')) continue
    return { at: beforeLineEnd({ source, start }), next: line.next, isClosing: rest !== '' }
  }
  return undefined
}

function beforeLineEnd({ source, start }: { source: Text['source']; start: number }): number {
  const from = Math.max(0, start - 2)
  const before = source.read(from, start - from)
  const { length } = before
  if (length > 0 && before[length - 1] === lf)
    return start - (length > 1 && before[length - 2] === cr ? 2 : 1)
  return length > 0 && before[length - 1] === cr ? start - 1 : start
}

/** Where no boundary is named, or another than is used: a `--` line with a Content field behind it shows it. */
export function guessBoundary(text: Text, from: number, end: number): string | undefined {
  let at = from
  for (let count = 0; count < maxGuesses && at < end; count++) {
    const start = nextDashes(text, at, Math.min(end, from + maxRead))
    if (start < 0) return undefined
    const line = lineAt(text.source, start, end, text.ends)
    if (line === undefined) return undefined
    const next = lineAt(text.source, line.next, end, text.ends)
    if (next !== undefined && /^content-[a-z-]{2,30}\s*:/i.test(next.text)) {
      const boundary = line.text.slice(2).trimEnd()
      if (boundary !== '' && boundary.length <= longestBoundary) return boundary
    }
    at = start + 2
  }
  return undefined
}
