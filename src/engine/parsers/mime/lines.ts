// The lines of a text in a source, one at a time and by offset: nothing of the text is kept.

import { indexOfBytes } from '../../source/search.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

export const lf = 0x0a
export const cr = 0x0d
/** More of a line is not looked at: the rest counts as another line. */
const longestLine = 64 * 1024
/** Enough for nearly every header line. */
const shortLine = 512
const firstSearchBytes = 16 * 1024

export interface Line {
  /** One character a byte, without its end. */
  readonly text: string
  /** Where the next line begins. */
  readonly next: number
}

/** What ends a line besides LF: in files of old Macintoshes, and of those who hide from line readers, CR alone does. */
export type LineEnds = 'lf' | 'cr'

/** Undefined at `end`. */
export function lineAt(source: ByteSource, at: number, end: number, ends: LineEnds): Line | undefined {
  if (at >= end) return undefined
  for (let wanted = shortLine; ; wanted = longestLine) {
    const view = source.read(at, Math.min(wanted, end - at))
    if (view.length === 0) return undefined
    const stop = endOf(view, ends)
    if (stop < 0 && wanted === shortLine && view.length === shortLine) continue
    const length = stop < 0 ? view.length : stop
    const isCrLf = ends === 'lf' && length > 0 && stop >= 0 && view[length - 1] === cr
    const isLfBehind = ends === 'cr' && stop >= 0 && view[stop] === cr && view[stop + 1] === lf
    const text = Buffer.from(view.buffer, view.byteOffset, isCrLf ? length - 1 : length).toString('latin1')
    return { text, next: at + length + (stop < 0 ? 0 : 1) + (isLfBehind ? 1 : 0) }
  }
}

function endOf(view: Uint8Array, ends: LineEnds): number {
  const atLf = view.indexOf(lf)
  if (ends === 'lf') return atLf
  const atCr = view.indexOf(cr)
  return atLf < 0 || (atCr >= 0 && atCr < atLf) ? atCr : atLf
}

/** Which line ends a text has, by its first one. */
export function lineEndsOf(head: Uint8Array): LineEnds {
  const atCr = head.indexOf(cr)
  if (atCr < 0 || atCr + 1 >= head.length || head[atCr + 1] === lf) return 'lf'
  // CR CR LF comes of text that was converted twice.
  if (head[atCr + 1] === cr && head[atCr + 2] === lf) return 'lf'
  const atLf = head.indexOf(lf)
  return atLf >= 0 && atLf < atCr ? 'lf' : 'cr'
}

/** As `indexOfBytes`, for what is mostly near: reads little first. */
export function findNear(
  source: ByteSource,
  pattern: Uint8Array,
  range: { from: number; to: number },
  budget: Budget,
): number {
  let { from } = range
  for (let step = firstSearchBytes; from < range.to; step = Math.min(step * 2, maxRead)) {
    const to = Math.min(range.to, from + step)
    const found = indexOfBytes(source, pattern, { from, to }, budget)
    if (found >= 0) return found
    from = to
  }
  return -1
}
