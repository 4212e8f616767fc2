// Lookup tables for the Huffman codes of deflate (RFC 1951, 3.2.2), in the shape that the inner loop wants.
// A table has 2^root first entries and, behind them, one small table for each root prefix of longer codes.
//
// An entry is one int32: bits 0-3 the code's length, 4-7 how many extra bits follow (or the width of the second
// table), 8-11 the kind, 16-30 the value. A literal is negative, because that is the cheapest test there is.

export const kindValue = 0x100
export const kindEnd = 0x200
export const kindTable = 0x400
const kindLiteral = 0x80000000 | 0
/** Codes that exist in the tree but mean nothing (286, 287; distances 30, 31): no kind, so never accepted. */
const unusable = 0

export interface Alphabet {
  /** What each symbol becomes in the table, without the code's length. */
  readonly entries: Int32Array
  readonly maxRoot: number
  /** Only the literal and distance codes may consist of one single code (RFC 1951, 3.2.7). */
  readonly mayBeIncomplete: boolean
}

function withExtra(base: number, extra: number): number {
  return (base << 16) | kindValue | (extra << 4)
}

/** RFC 1951, 3.2.5: the ranges double in width every `step` codes, after `plain` codes of width one. */
function ranges(count: number, plain: number, step: number, first: number): number[] {
  const entries: number[] = []
  for (let code = 0, base = first; code < count; code++) {
    const extra = code < plain ? 0 : Math.floor((code - plain) / step) + 1
    entries.push(withExtra(base, extra))
    base += 1 << extra
  }
  return entries
}

const lengthRanges = ranges(29, 8, 4, 3)
lengthRanges[28] = withExtra(258, 0)

export const literalAlphabet: Alphabet = {
  entries: Int32Array.from([
    ...Array.from({ length: 256 }, (_, byte) => kindLiteral | (byte << 16)),
    kindEnd,
    ...lengthRanges,
    unusable,
    unusable,
  ]),
  maxRoot: 10,
  mayBeIncomplete: true,
}

export const distanceAlphabet: Alphabet = {
  entries: Int32Array.from([...ranges(30, 4, 2, 1), unusable, unusable]),
  maxRoot: 8,
  mayBeIncomplete: true,
}

export const lengthAlphabet: Alphabet = {
  entries: Int32Array.from({ length: 19 }, (_, symbol) => withExtra(symbol, 0)),
  maxRoot: 7,
  mayBeIncomplete: false,
}

/** Large enough for every complete code over 288 symbols with a root of 10 bits (zlib's enough.c: 1,334). */
export const literalTableSize = 1536
/** 256 first entries; 30 symbols fill at most three further tables of 128. */
export const distanceTableSize = 1024

const maxLength = 15
const counts = new Uint16Array(maxLength + 1)
const starts = new Uint16Array(maxLength + 2)
const sorted = new Uint16Array(320)

/** Fills `table` for the code lengths `[from, from + count)`. Returns the root's width, or -1: no such code. */
export function buildTable(
  alphabet: Alphabet,
  lengths: Uint8Array,
  span: { from: number; count: number },
  table: Int32Array,
): number {
  const max = sortSymbols(lengths, span.from, span.count)
  if (max === 0) {
    // No code at all is legal as long as none is used: both entries refuse.
    table[0] = 0
    table[1] = 0
    return 1
  }
  if (!isUsable(max, alphabet.mayBeIncomplete)) return -1
  const root = Math.min(alphabet.maxRoot, max)
  table.fill(0, 0, 1 << root)
  return fill(alphabet.entries, root, max, table) ? root : -1
}

function sortSymbols(lengths: Uint8Array, from: number, count: number): number {
  counts.fill(0)
  for (let i = 0; i < count; i++) counts[lengths[from + i]! & maxLength]!++
  let max = maxLength
  while (max > 0 && counts[max] === 0) max--
  starts[1] = 0
  for (let length = 1; length <= maxLength; length++) starts[length + 1] = starts[length]! + counts[length]!
  for (let i = 0; i < count; i++) {
    const length = lengths[from + i]! & maxLength
    if (length !== 0) sorted[starts[length]!++] = i
  }
  return max
}

/** Refuses more codes than fit, and fewer than fill the tree, as zlib does. */
function isUsable(max: number, mayBeIncomplete: boolean): boolean {
  let left = 1
  for (let length = 1; length <= maxLength; length++) {
    left = left * 2 - counts[length]!
    if (left < 0) return false
  }
  return left === 0 || (mayBeIncomplete && max === 1)
}

function fill(entries: Int32Array, root: number, max: number, table: Int32Array): boolean {
  const rootMask = (1 << root) - 1
  let code = 0 // bit-reversed, because deflate sends codes from their most significant bit
  let index = 0
  let used = 1 << root
  let openPrefix = -1
  let openAt = 0
  let openSize = 0
  for (let length = 1; length <= max; length++) {
    for (; counts[length]! > 0; counts[length]!--) {
      const symbolEntry = entries[sorted[index++]!]!
      const entry = symbolEntry === unusable ? 0 : symbolEntry | length
      if (length > root && (code & rootMask) !== openPrefix) {
        openPrefix = code & rootMask
        const width = secondWidth(length, root, max)
        openAt = used
        openSize = 1 << width
        used += openSize
        if (used > table.length) return false
        table[openPrefix] = (openAt << 16) | kindTable | (width << 4) | root
      }
      if (length <= root) for (let at = code; at <= rootMask; at += 1 << length) table[at] = entry
      else for (let at = code >>> root; at < openSize; at += 1 << (length - root)) table[openAt + at] = entry
      let bit = 1 << (length - 1)
      while ((code & bit) !== 0) bit >>= 1
      code = bit === 0 ? 0 : (code & (bit - 1)) + bit
    }
  }
  return true
}

/** How wide the table of the remaining codes with this prefix has to be. */
function secondWidth(length: number, root: number, max: number): number {
  let width = length - root
  for (let left = 1 << width; width + root < max; left <<= 1) {
    left -= counts[width + root]!
    if (left <= 0) break
    width++
  }
  return width
}
