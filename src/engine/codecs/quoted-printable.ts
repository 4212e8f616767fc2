// Quoted-printable (RFC 2045, 6.7), pulled from a range of a source. What is no escape stands for itself.

import { RangeDecoder } from './range-decoder.ts'

const equals = 0x3d
const lf = 0x0a
const cr = 0x0d
/** White space between `=` and the end of the line that is passed over: mail programs add some. */
const longestGap = 64

const hex = new Int8Array(256).fill(-1)
for (let value = 0; value < 16; value++) {
  hex[value.toString(16).charCodeAt(0)] = value
  hex[value.toString(16).toUpperCase().charCodeAt(0)] = value
}

export class QuotedPrintableDecoder extends RangeDecoder {
  read(out: Uint8Array): number {
    while (this.at < this.end) {
      const view = this.view(out.length * 3 + longestGap + 3)
      if (view.length === 0) break
      const count = this.#decode(view, out, view.length === this.end - this.at)
      if (count > 0) return count
    }
    return 0
  }

  #decode(view: Uint8Array, out: Uint8Array, isLast: boolean): number {
    // An escape or a soft line break is never cut in two.
    const stop = isLast ? view.length : Math.max(1, view.length - longestGap - 2)
    let at = 0
    let to = 0
    while (at < stop && to < out.length) {
      const byte = view[at]!
      if (byte !== equals) {
        out[to++] = byte
        at++
        continue
      }
      const next = softBreak(view, at + 1)
      if (next > 0) {
        at = next
        continue
      }
      const high = at + 2 < view.length ? hex[view[at + 1]!]! : -1
      const low = at + 2 < view.length ? hex[view[at + 2]!]! : -1
      if (high >= 0 && low >= 0) {
        out[to++] = (high << 4) | low
        at += 3
      } else {
        out[to++] = equals
        at++
      }
    }
    this.at += at
    return to
  }
}

/** Behind the line end that an `=` hides, or 0 where none follows. */
function softBreak(view: Uint8Array, from: number): number {
  const limit = Math.min(view.length, from + longestGap)
  let at = from
  while (at < limit && (view[at] === 0x20 || view[at] === 0x09)) at++
  if (at >= view.length) return at
  if (view[at] === lf) return at + 1
  if (view[at] !== cr) return 0
  return view[at + 1] === lf ? at + 2 : at + 1
}
