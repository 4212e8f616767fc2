// UTF-7 (RFC 2152): text that hides `<script>` from whoever reads it as ASCII. Decoded to UTF-8.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const plus = 0x2b
const minus = 0x2d
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const digits = new Int8Array(256).fill(-1)
for (let value = 0; value < 64; value++) digits[alphabet.charCodeAt(value)] = value
/** One step writes at most a character of four bytes. */
const longestStep = 4

export class Utf7Decoder implements Decoder {
  readonly #source: ByteSource
  readonly #pending = new Uint8Array(longestStep)
  #pendingFrom = 0
  #pendingTo = 0
  #at = 0
  #isShifted = false
  #isShiftEmpty = false
  #bits = 0
  #value = 0
  #highSurrogate = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    let to = this.#takePending(out, 0)
    while (to < out.length) {
      const view = this.#source.read(this.#at, Math.min(maxRead, out.length * 3 + 16))
      if (view.length === 0) break
      let at = 0
      while (at < view.length && to < out.length) {
        this.#take(view[at++]!)
        to = this.#takePending(out, to)
      }
      this.#at += at
    }
    return to
  }

  #take(byte: number): void {
    if (!this.#isShifted) {
      if (byte === plus) {
        this.#isShifted = true
        this.#isShiftEmpty = true
        this.#bits = 0
        this.#value = 0
        return
      }
      this.#emit(byte)
      return
    }
    const digit = digits[byte]!
    if (digit < 0) {
      this.#isShifted = false
      if (byte !== minus) this.#emit(byte)
      else if (this.#isShiftEmpty) this.#emit(plus)
      return
    }
    this.#isShiftEmpty = false
    this.#value = ((this.#value << 6) | digit) & 0xfffff
    this.#bits += 6
    if (this.#bits < 16) return
    this.#bits -= 16
    this.#emitUnit((this.#value >> this.#bits) & 0xffff)
  }

  #emitUnit(unit: number): void {
    if (unit >= 0xd800 && unit < 0xdc00) {
      this.#highSurrogate = unit
      return
    }
    const isPair = unit >= 0xdc00 && unit < 0xe000 && this.#highSurrogate !== 0
    this.#emit(isPair ? 0x10000 + ((this.#highSurrogate - 0xd800) << 10) + (unit - 0xdc00) : unit)
    this.#highSurrogate = 0
  }

  #emit(code: number): void {
    const bytes = this.#pending
    this.#pendingFrom = 0
    if (code < 0x80) {
      bytes[0] = code
      this.#pendingTo = 1
    } else if (code < 0x800) {
      bytes[0] = 0xc0 | (code >> 6)
      bytes[1] = 0x80 | (code & 63)
      this.#pendingTo = 2
    } else if (code < 0x10000) {
      bytes[0] = 0xe0 | (code >> 12)
      bytes[1] = 0x80 | ((code >> 6) & 63)
      bytes[2] = 0x80 | (code & 63)
      this.#pendingTo = 3
    } else {
      bytes[0] = 0xf0 | (code >> 18)
      bytes[1] = 0x80 | ((code >> 12) & 63)
      bytes[2] = 0x80 | ((code >> 6) & 63)
      bytes[3] = 0x80 | (code & 63)
      this.#pendingTo = 4
    }
  }

  #takePending(out: Uint8Array, to: number): number {
    let at = to
    while (at < out.length && this.#pendingFrom < this.#pendingTo) {
      out[at++] = this.#pending[this.#pendingFrom++]!
    }
    return at
  }
}

/** All of `bytes` decoded at once, for small ones. */
export function decodeUtf7(bytes: Uint8Array): string {
  const source: ByteSource = {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  }
  // Each byte outside a shift gives one, four digits give at most four.
  const out = new Uint8Array(bytes.length * 2 + longestStep)
  return Buffer.from(out.subarray(0, new Utf7Decoder(source).read(out))).toString()
}
