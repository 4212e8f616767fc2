// uuencode (POSIX.1-2024, uuencode), pulled from the lines of a range. A line's first character is its length; what is
// missing at its end are spaces (zeros) that a mail program cut off.

import { maxRead } from '../source/byte-source.ts'
import { RangeDecoder } from './range-decoder.ts'

const lf = 0x0a
const cr = 0x0d
/** The longest line has 45 bytes in usual files and 63 in any; longer ones are cut. */
const longestLine = 256
const bytesOfLine = 63

/**
 * Decodes whole lines up to a line of length zero, an `end`, or the end of the range, which begins behind the line of
 * `begin`.
 */
export class UuDecoder extends RangeDecoder {
  readonly #pending = new Uint8Array(bytesOfLine)
  #pendingFrom = 0
  #pendingTo = 0
  #isAtEnd = false
  #fault: string | undefined

  /** What was wrong, once the end was reached. */
  get fault(): string | undefined {
    return this.#fault
  }

  read(out: Uint8Array): number {
    let to = this.#takePending(out, 0)
    while (to < out.length && !this.#isAtEnd) {
      const view = this.view(maxRead)
      const next = this.#decodeLines(view, out, to)
      // Nothing came of it: the range has ended.
      if (view.length === 0) this.#stop('the end line is missing')
      to = next
    }
    return to
  }

  #decodeLines(view: Uint8Array, out: Uint8Array, from: number): number {
    const isLast = this.at + view.length >= this.end || view.length < longestLine
    let at = 0
    let to = from
    while (at < view.length && to < out.length && !this.#isAtEnd) {
      let end = at
      const limit = Math.min(view.length, at + longestLine)
      while (end < limit && view[end] !== lf && view[end] !== cr) end++
      if (end >= view.length && !isLast && end - at < longestLine) break
      this.#decodeLine(view, at, end)
      if (!this.#isAtEnd) {
        at = end
        if (view[at] === cr) at++
        if (view[at] === lf) at++
      }
      to = this.#takePending(out, to)
    }
    this.at += at
    return to
  }

  #decodeLine(view: Uint8Array, at: number, end: number): void {
    if (at === end) return
    const length = (view[at]! - 32) & 63
    if (length === 0) return this.#stop(undefined)
    if (end - at === 3 && view[at] === 0x65 && view[at + 1] === 0x6e && view[at + 2] === 0x64) {
      return this.#stop(undefined)
    }
    if (view[at]! < 0x20 || view[at]! > 0x60) return this.#stop('a line is no uuencode')
    const bytes = this.#pending
    for (let to = 0, from = at + 1; to < length; to += 3, from += 4) {
      const group =
        (digit(view, from, end) << 18) |
        (digit(view, from + 1, end) << 12) |
        (digit(view, from + 2, end) << 6) |
        digit(view, from + 3, end)
      bytes[to] = group >> 16
      bytes[to + 1] = group >> 8
      bytes[to + 2] = group
    }
    this.#pendingFrom = 0
    this.#pendingTo = length
  }

  #takePending(out: Uint8Array, to: number): number {
    const count = Math.min(out.length - to, this.#pendingTo - this.#pendingFrom)
    for (let index = 0; index < count; index++) out[to + index] = this.#pending[this.#pendingFrom + index]!
    this.#pendingFrom += count
    return to + count
  }

  #stop(fault: string | undefined): void {
    this.#isAtEnd = true
    this.#fault = fault
  }
}

function digit(view: Uint8Array, at: number, end: number): number {
  return at < end ? (view[at]! - 32) & 63 : 0
}
