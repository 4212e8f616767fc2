// Decoders of the ways in which scripts and documents write bytes as text, besides base64: hexadecimal digits, lists of
// numbers, percent escapes; and base64 from its end.

import { RangeDecoder } from '../../codecs/range-decoder.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const hex = new Int8Array(256).fill(-1)
for (let value = 0; value < 16; value++) {
  hex[value.toString(16).charCodeAt(0)] = value
  hex[value.toString(16).toUpperCase().charCodeAt(0)] = value
}

/** The value of a byte as a hexadecimal digit, -1 where it is none. */
export function hexValue(byte: number | undefined): number {
  return byte === undefined ? -1 : hex[byte]!
}

/** What all of these share: bytes in, at most one byte out for each of them, and a state between. */
abstract class ByteByByte extends RangeDecoder {
  #isAtEnd = false

  read(out: Uint8Array): number {
    let to = 0
    while (to < out.length && this.at < this.end && !this.#isAtEnd) {
      const view = this.view((out.length - to) * 4 + 64)
      if (view.length === 0) break
      let at = 0
      while (at < view.length && to < out.length && !this.#isAtEnd) {
        const value = this.take(view[at++]!)
        if (value >= 0) out[to++] = value
      }
      this.at += at
    }
    if (to < out.length && !this.#isAtEnd) {
      this.#isAtEnd = true
      const value = this.finish()
      if (value >= 0) out[to++] = value
    }
    return to
  }

  protected stop(): void {
    this.#isAtEnd = true
  }

  /** The byte that is complete now, or -1. */
  protected abstract take(byte: number): number

  /** A last byte, or -1. */
  protected abstract finish(): number
}

const letterX = 0x78
const zero = 0x30
const minus = 0x2d

/** Pairs of hexadecimal digits with anything between them; `0x` and `\x` are no digits. */
export class HexDecoder extends ByteByByte {
  #high = -1

  protected take(byte: number): number {
    const value = hex[byte]!
    if (value >= 0) {
      if (this.#high < 0) {
        this.#high = value
        return -1
      }
      const whole = (this.#high << 4) | value
      this.#high = -1
      return whole
    }
    // The zero of `0x`; any other single digit is a byte below 16.
    const single = (byte | 0x20) === letterX ? -1 : this.#high
    this.#high = -1
    return single
  }

  protected finish(): number {
    return -1
  }
}

/** Decimal numbers with anything between them, negative ones as signed bytes; ends at one that is no byte. */
export class NumberDecoder extends ByteByByte {
  #value = -1
  #isNegative = false

  protected take(byte: number): number {
    const digit = byte - zero
    if (digit >= 0 && digit <= 9) {
      this.#value = (this.#value < 0 ? 0 : this.#value * 10) + digit
      if (this.#value > 255) this.stop()
      return -1
    }
    const whole = this.finish()
    this.#isNegative = byte === minus
    return whole
  }

  protected finish(): number {
    if (this.#value < 0) return -1
    const value = this.#isNegative ? -this.#value & 0xff : this.#value
    this.#value = -1
    return value
  }
}

const percent = 0x25

/** `%41` (RFC 3986, 2.1). What is no escape stands for itself. */
export class PercentDecoder extends RangeDecoder {
  read(out: Uint8Array): number {
    const view = this.view(out.length * 3 + 2)
    let at = 0
    let to = 0
    while (at < view.length && to < out.length) {
      const byte = view[at]!
      if (byte !== percent) {
        out[to++] = byte
        at++
        continue
      }
      // An escape is never cut in two, except by the end.
      if (at > 0 && at + 2 >= view.length && this.at + view.length < this.end) break
      const high = hexValue(view[at + 1])
      const low = hexValue(view[at + 2])
      const isEscape = high >= 0 && low >= 0
      out[to++] = isEscape ? (high << 4) | low : byte
      at += isEscape ? 3 : 1
    }
    this.at += at
    return to
  }
}

/** UTF-16 as UTF-8; a byte order mark is left out. */
export class Utf16Decoder implements Decoder {
  readonly #source: ByteSource
  readonly #isBigEndian: boolean
  readonly #pending = Buffer.alloc(8)
  #pendingFrom = 0
  #pendingTo = 0
  #at = 0

  constructor(source: ByteSource, kind: 'utf-16le' | 'utf-16be') {
    this.#source = source
    this.#isBigEndian = kind === 'utf-16be'
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    let to = 0
    while (to < out.length) {
      while (this.#pendingFrom < this.#pendingTo && to < out.length) {
        out[to++] = this.#pending[this.#pendingFrom++]!
      }
      const view = this.#source.read(this.#at, Math.min(maxRead, (out.length - to) * 2 + 4))
      if (view.length < 2) break
      to = this.#decode(view, out, to)
    }
    return to
  }

  #decode(view: Uint8Array, out: Uint8Array, from: number): number {
    const low = this.#isBigEndian ? 1 : 0
    let to = from
    let at = 0
    for (; at + 1 < view.length && to < out.length; at += 2) {
      const unit = view[at + low]! | (view[at + 1 - low]! << 8)
      if (unit < 0x80) out[to++] = unit
      else {
        at += this.#takeWide(unit, view, at, low)
        break
      }
    }
    this.#at += at
    while (this.#pendingFrom < this.#pendingTo && to < out.length) {
      out[to++] = this.#pending[this.#pendingFrom++]!
    }
    return to
  }

  /** Bytes used; the character waits in `pending`. */
  #takeWide(unit: number, view: Uint8Array, at: number, low: number): number {
    this.#pendingFrom = 0
    this.#pendingTo = 0
    if (unit === 0xfeff) return 2
    const next = at + 3 < view.length ? view[at + 2 + low]! | (view[at + 3 - low]! << 8) : 0
    const isPair = unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000
    const text = isPair ? String.fromCharCode(unit, next) : String.fromCharCode(unit)
    this.#pendingTo = this.#pending.write(text, 'utf8')
    return isPair ? 4 : 2
  }
}

/** The bytes `[start, end)` of `source`, the last one first. */
export function reversedSource(source: ByteSource, start: number, end: number): ByteSource {
  const size = end - start
  const out = new Uint8Array(Math.min(maxRead, size))
  return {
    size,
    read(offset, length) {
      const count = Math.max(0, Math.min(length, maxRead, size - offset))
      const view = source.read(end - offset - count, count)
      const target = out.subarray(0, view.length)
      for (let index = 0; index < target.length; index++) target[index] = view[view.length - 1 - index]!
      return target
    },
  }
}
