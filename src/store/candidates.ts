// Which rows of a block meet a need.

import type { Columns } from './columns.ts'
import { isExact, type Need } from './need.ts'
import { mayHold } from './token-filter.ts'
import { compares } from './where/predicate.ts'

/** JSON.stringify writes no longer number. */
const maxNumberBytes = 40
/** Longer strings are looked at when the row is parsed. */
const maxValueBytes = 8192
const quote = 0x22
const minus = 0x2d
const digit0 = 0x30
const digit9 = 0x39

/** What is looked into: the text is only decompressed when a need asks for it. */
export interface BlockView {
  readonly columns: Columns
  readonly count: number
  text(): Buffer
  /** `foldCase` of the text. */
  folded(): Buffer
  /** Offset of each row in the text, and of its end at `count`. */
  starts(): Uint32Array
}

/** False: no row of a block with this filter can meet the need. */
export function mayMeet(need: Need, filter: Uint8Array): boolean {
  switch (need.kind) {
    case 'all-of':
      return need.needs.every((each) => mayMeet(each, filter))
    case 'one-of':
      return need.needs.some((each) => mayMeet(each, filter))
    case 'kind':
    case 'pid':
    case 'bytes':
    case 'value':
      return need.tokens.every((hash) => mayHold(filter, hash))
    case 'any':
    case 'time':
    case 'none-of':
      return true
  }
}

/** Sets `marks` to 0 for each row that does not meet the need. */
export function keepMeeting(need: Need, block: BlockView, marks: Uint8Array): void {
  switch (need.kind) {
    case 'any':
      return
    case 'all-of':
      // What the columns tell comes first: it may leave nothing to look for in the text.
      for (const each of need.needs) if (isExact(each)) keepMeeting(each, block, marks)
      for (const each of need.needs) if (!isExact(each) && marks.includes(1)) keepMeeting(each, block, marks)
      return
    case 'one-of':
      keepOneOf(need.needs, block, marks)
      return
    case 'none-of': {
      const inside = Uint8Array.from(marks)
      keepMeeting(need.need, block, inside)
      for (let row = 0; row < block.count; row++) if (inside[row] === 1) marks[row] = 0
      return
    }
    case 'kind': {
      const fits = block.columns.kinds.map((kind) => partOf(kind, need.part) === need.text)
      keepRows(marks, (row) => fits[block.columns.kind[row] ?? 0] === true)
      return
    }
    case 'pid':
      keepRows(marks, (row) => block.columns.pid[row] === need.pid)
      return
    case 'time':
      keepRows(marks, (row) => compares(block.columns.timeUs[row] ?? 0, need.comparison, need.us))
      return
    case 'bytes':
      keepFound(block, marks, {
        haystack: need.folded ? block.folded() : block.text(),
        needle: need.folded ? foldCase(need.bytes) : need.bytes,
        fits: () => true,
      })
      return
    case 'value': {
      const text = block.text()
      const after = need.key.length
      keepFound(block, marks, {
        haystack: text,
        needle: need.key,
        fits: (at) => mayFit(text, at + after, need.test),
      })
    }
  }
}

/**
 * Lower case, byte by byte as if it were Latin-1: needle and text alike, so that what differs in case only is found (and
 * some other text that the predicate leaves out). The engine does this ten times faster than a loop here.
 */
export function foldCase(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').toLowerCase(), 'latin1')
}

/** `DATASET ACTION` → one of them. */
function partOf(kind: string, part: 'dataset' | 'action'): string {
  const blank = kind.indexOf(' ')
  return part === 'dataset' ? kind.slice(0, blank) : kind.slice(blank + 1)
}

function keepOneOf(needs: readonly Need[], block: BlockView, marks: Uint8Array): void {
  const met = new Uint8Array(block.count)
  for (const need of needs) {
    const these = Uint8Array.from(marks)
    keepMeeting(need, block, these)
    for (let row = 0; row < block.count; row++) if (these[row] === 1) met[row] = 1
  }
  marks.set(met)
}

function keepRows(marks: Uint8Array, holds: (row: number) => boolean): void {
  for (let row = 0; row < marks.length; row++) if (marks[row] === 1 && !holds(row)) marks[row] = 0
}

interface Search {
  readonly haystack: Buffer
  readonly needle: Buffer
  readonly fits: (at: number) => boolean
}

/** Keeps the rows in which the needle occurs at a place that fits. */
function keepFound(block: BlockView, marks: Uint8Array, { haystack, needle, fits }: Search): void {
  const starts = block.starts()
  const found = new Uint8Array(block.count)
  let row = 0
  let at = haystack.indexOf(needle)
  while (at !== -1) {
    while (row + 1 < block.count && (starts[row + 1] ?? 0) <= at) row++
    let next = at + 1
    if (marks[row] === 0 || fits(at)) {
      found[row] = marks[row] ?? 0
      // The rest of the row makes no difference.
      next = starts[row + 1] ?? haystack.length
    }
    at = next >= haystack.length ? -1 : haystack.indexOf(needle, next)
  }
  marks.set(found)
}

function mayFit(text: Buffer, at: number, test: (value: number | string) => boolean): boolean {
  const first = text[at] ?? 0
  if (first === quote) {
    const end = text.indexOf(quote, at + 1)
    if (end === -1 || end - at > maxValueBytes) return true
    const written = text.toString('utf8', at + 1, end)
    return written.includes('\\') || test(written)
  }
  // Neither a number: lists, objects, true and false are looked at when the row is parsed.
  if (first !== minus && (first < digit0 || first > digit9)) return true
  let end = at
  while (end - at < maxNumberBytes && isNumberByte(text[end] ?? 0)) end++
  return test(Number(text.toString('latin1', at, end)))
}

/** `+`, `-`, `.`, digits, `E`, `e`. */
function isNumberByte(byte: number): boolean {
  const isDigit = byte >= digit0 && byte <= digit9
  return isDigit || byte === minus || byte === 0x2e || byte === 0x2b || (byte | 0x20) === 0x65
}
