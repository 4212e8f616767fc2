// Offsets out of cross-reference tables and streams (ISO 32000-2, 7.5.4 and 7.5.8). They are only needed for objects
// that stand inside the data of a stream, where nobody would look without being told.

import type { ByteWindow } from '../../codecs/byte-window.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { PdfStream } from './pdf-stream.ts'

const inUse = 110
const tableWord = Buffer.from('xref')
/** More than these are not followed. */
export const maxOffsets = 1_000_000

/** Offsets of the entries in use of the table in a span: `nnnnnnnnnn ggggg n`. */
export function* tableOffsets(window: ByteWindow, span: { from: number; to: number }): Generator<number> {
  const start = window.find(tableWord, span.from, span.to)
  if (start < 0) return
  let before = 0
  let last = 0
  let isNumber = false
  for (let at = start + tableWord.length; at < span.to; at++) {
    const byte = window.byteAt(at)
    if (byte >= 48 && byte <= 57) {
      if (!isNumber) {
        before = last
        last = 0
      }
      isNumber = true
      last = last * 10 + byte - 48
    } else {
      isNumber = false
      if (byte === inUse) yield before
    }
  }
}

/** Offsets of the entries of type 1; `widths` is the stream's W. */
export function* streamOffsets(content: ByteSource, widths: readonly number[]): Generator<number> {
  const [type = 0, offset = 0, generation = 0] = widths
  const width = type + offset + generation
  if (!widths.every((bytes) => bytes >= 0 && bytes <= 8) || offset === 0) return
  for (let at = 0; ; at += width) {
    const entry = content.read(at, width)
    if (entry.length < width) return
    // Without a type it is 1.
    if (type === 0 || numberIn(entry, 0, type) === 1) yield numberIn(entry, type, offset)
  }
}

function numberIn(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}

/** Whether an offset lies in the data of one of the streams, which are in the order of the file. */
export function liesInStream(streams: readonly PdfStream[], offset: number): boolean {
  let low = 0
  let high = streams.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((streams[middle]?.start ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  const stream = streams[low - 1]
  return stream !== undefined && offset < stream.end
}
