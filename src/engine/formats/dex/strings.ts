// The string table of a DEX file (Android, "Dalvik executable format"): offsets, behind each a length and "modified"
// UTF-8 up to a zero. Names of classes and methods, constants, everything that a program spells.

import { u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

/** Gathered at most: the strings of a large program are a few megabytes. */
const longestText = 8 * 1024 * 1024
const idBytes = 4
const idsAtOnce = 4096
const firstLook = 512
const longestLength = 5
const lineEnd = 0x0a

export interface StringTable {
  readonly count: number
  readonly start: number
}

/** A string a line; a string's own line ends stay. What lies outside the file is left out. */
export function stringsText(source: ByteSource, { count, start }: StringTable, budget: Budget): Uint8Array {
  let text: Buffer = Buffer.allocUnsafe(64 * 1024)
  let length = 0
  for (let first = 0; first < count && length < longestText; first += idsAtOnce) {
    budget.checkTime()
    const wanted = Math.min(idsAtOnce, count - first)
    const ids = new Uint8Array(source.read(start + first * idBytes, wanted * idBytes))
    for (let at = 0; at + idBytes <= ids.length && length < longestText; at += idBytes) {
      const bytes = stringAt(source, u32(ids, at), longestText - length)
      if (length + bytes.length + 1 > text.length) text = grown(text, length, bytes.length + 1)
      text.set(bytes, length)
      length += bytes.length
      text[length++] = lineEnd
      if (bytes.length > firstLook) budget.checkTime()
    }
    if (ids.length < wanted * idBytes) break
  }
  return text.subarray(0, length)
}

function grown(text: Buffer, used: number, more: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(text.length * 2, used + more))
  text.copy(larger, 0, 0, used)
  return larger
}

/** The bytes as they stand; a view. */
function stringAt(source: ByteSource, offset: number, most: number): Uint8Array {
  for (let wanted = firstLook; ; wanted = maxRead) {
    const view = source.read(offset, wanted)
    const from = lengthBytes(view)
    const end = view.indexOf(0, from)
    if (end >= 0) return view.subarray(from, Math.min(end, from + most))
    // Without an end it is no string; a very long one is cut.
    if (view.length < wanted || wanted === maxRead)
      return view.subarray(from, from + Math.min(most, view.length))
  }
}

/** The length in UTF-16 units before the string, 7 bits a byte. */
function lengthBytes(view: Uint8Array): number {
  let at = 0
  while (at < longestLength && ((view[at] ?? 0) & 0x80) !== 0) at++
  return at + 1
}
