// yEnc (the draft of Juergen Helbing, version 1.3), pulled from the lines of a range: each byte is moved by 42, critical
// ones are escaped with `=` and moved by 64 more, line ends mean nothing.

import { crc32 } from 'node:zlib'

import { maxRead } from '../source/byte-source.ts'
import { RangeDecoder } from './range-decoder.ts'

const escape = 0x3d
const lf = 0x0a
const cr = 0x0d
const dot = 0x2e

/** The range has the data lines alone. */
export class YencDecoder extends RangeDecoder {
  #isEscaped = false
  #isLineStart = true
  #crc = 0
  #length = 0

  /** CRC-32 of what was decoded so far. */
  get crc(): number {
    return this.#crc
  }

  /** Bytes decoded so far. */
  get length(): number {
    return this.#length
  }

  read(out: Uint8Array): number {
    while (this.at < this.end) {
      const view = this.view(maxRead)
      if (view.length === 0) break
      const count = this.#decode(view, out)
      if (count === 0) continue
      this.#crc = crc32(out.subarray(0, count), this.#crc)
      this.#length += count
      return count
    }
    return 0
  }

  #decode(view: Uint8Array, out: Uint8Array): number {
    let at = 0
    let to = 0
    let isEscaped = this.#isEscaped
    let isLineStart = this.#isLineStart
    for (; at < view.length && to < out.length; at++) {
      const byte = view[at]!
      if (byte === lf || byte === cr) {
        isLineStart = true
        continue
      }
      // Whether the dot is doubled is in the next view.
      if (byte === dot && isLineStart && at > 0 && at + 1 === view.length) break
      if (isEscaped) {
        out[to++] = byte - 106
        isEscaped = false
      } else if (byte === escape) isEscaped = true
      // NNTP doubles a dot at the beginning of a line.
      else if (byte !== dot || !isLineStart || view[at + 1] !== dot) out[to++] = byte - 42
      isLineStart = false
    }
    this.at += at
    this.#isEscaped = isEscaped
    this.#isLineStart = isLineStart
    return to
  }
}
