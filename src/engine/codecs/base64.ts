// Base64 (RFC 4648), pulled from a range of a source as the readers of mail and of web pages decode it: white space and
// stray characters are passed over, padding ends a group and not the data, and a last group may lack its padding.

import type { ByteSource } from '../source/byte-source.ts'
import { RangeDecoder } from './range-decoder.ts'

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** In the tables: no digit. Its place is above the 24 bits of a group. */
const none = 0x1000000
const padding = 0x3d
/** Four digits for three bytes, and the line ends. */
const inputPerOutput = 1.4

/** The value of each byte as a digit, or `none`; the alphabet of URLs is understood as well. */
const digits = new Int32Array(256).fill(none)
for (let value = 0; value < 64; value++) digits[standard.charCodeAt(value)] = value
digits[0x2d] = 62
digits[0x5f] = 63

/** The same for the other three places of a group, shifted there. */
const first = digits.map((value) => (value === none ? none : value << 18))
const second = digits.map((value) => (value === none ? none : value << 12))
const third = digits.map((value) => (value === none ? none : value << 6))

/** Whether a byte is a base64 digit, of the usual alphabet or of that of URLs: 1 or 0. */
export const isBase64Digit: Uint8Array = Uint8Array.from(digits, (value) => (value === none ? 0 : 1))

export class Base64Decoder extends RangeDecoder {
  #bits = 0
  #value = 0

  read(out: Uint8Array): number {
    while (this.at < this.end) {
      const view = this.view(Math.ceil(out.length * inputPerOutput) + 64)
      if (view.length === 0) break
      const count = this.#decode(view, out)
      if (count > 0) return count
    }
    return 0
  }

  #decode(view: Uint8Array, out: Uint8Array): number {
    let at = 0
    let to = 0
    let bits = this.#bits
    let value = this.#value
    const { length } = view
    const room = out.length
    while (at < length && to < room) {
      if (bits === 0) {
        const lastGroup = length - 3
        const lastRoom = room - 2
        while (at < lastGroup && to < lastRoom) {
          const group =
            first[view[at]!]! | second[view[at + 1]!]! | third[view[at + 2]!]! | digits[view[at + 3]!]!
          if (group >= none) break
          out[to] = group >> 16
          out[to + 1] = group >> 8
          out[to + 2] = group
          at += 4
          to += 3
        }
        if (at >= length || to >= room) break
      }
      const byte = view[at++]!
      const digit = digits[byte]!
      if (digit !== none) {
        value = ((value << 6) | digit) & 0xffff
        bits += 6
        if (bits >= 8) {
          bits -= 8
          out[to++] = value >> bits
        }
      } else if (byte === padding) bits = 0
    }
    this.at += at
    this.#bits = bits
    this.#value = value
    return to
  }
}

/** All of `bytes` decoded at once, for small ones. */
export function decodeBase64(bytes: Uint8Array): Uint8Array {
  const source: ByteSource = {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  }
  const out = new Uint8Array(Math.floor((bytes.length * 3) / 4) + 3)
  const decoder = new Base64Decoder(source, 0, bytes.length)
  let length = 0
  for (;;) {
    const count = decoder.read(out.subarray(length))
    if (count === 0) return out.subarray(0, length)
    length += count
  }
}
