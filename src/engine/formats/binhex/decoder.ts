// The byte stream in a BinHex file: six bits a character, then runs (0x90) expanded. Apple, "BinHex 4.0 Definition" by
// Peter N Lewis, 1991.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const alphabet = '!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr'
const colon = 0x3a
const runMark = 0x90

const digits = new Int8Array(256).fill(-1)
for (const [value, character] of alphabet.split('').entries()) digits[character.charCodeAt(0)] = value

/** Whether a byte is a digit of this encoding. */
export function isDigit(byte: number): boolean {
  return (digits[byte] ?? -1) >= 0
}

export class BinhexDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #start: number
  #at: number
  #bits = 0
  #value = 0
  #last = 0
  #repeat = 0
  #isAfterMark = false
  #isAtEnd = false

  /** Decodes from `start`, behind the first colon, to the next colon. */
  constructor(source: ByteSource, start: number) {
    this.#source = source
    this.#start = start
    this.#at = start
  }

  get consumed(): number {
    return this.#at - this.#start
  }

  read(out: Uint8Array): number {
    let to = this.#takeRun(out, 0)
    while (to < out.length && !this.#isAtEnd) {
      const view = this.#source.read(this.#at, Math.min(maxRead, out.length * 2 + 64))
      if (view.length === 0) break
      to = this.#decode(view, out, to)
    }
    return to
  }

  #decode(view: Uint8Array, out: Uint8Array, from: number): number {
    let to = from
    let at = 0
    while (at < view.length && to < out.length) {
      const byte = view[at++] ?? 0
      if (byte === colon) {
        this.#isAtEnd = true
        break
      }
      const digit = digits[byte] ?? -1
      // Line ends, and whatever mail programs put between.
      if (digit < 0) continue
      this.#value = ((this.#value << 6) | digit) & 0x3fff
      this.#bits += 6
      if (this.#bits < 8) continue
      this.#bits -= 8
      this.#take((this.#value >> this.#bits) & 0xff)
      to = this.#takeRun(out, to)
    }
    this.#at += at
    return to
  }

  #take(byte: number): void {
    if (this.#isAfterMark) {
      this.#isAfterMark = false
      if (byte === 0) this.#last = runMark
      // The byte itself stands before the mark already.
      this.#repeat = byte === 0 ? 1 : byte - 1
    } else if (byte === runMark) this.#isAfterMark = true
    else {
      this.#last = byte
      this.#repeat = 1
    }
  }

  #takeRun(out: Uint8Array, from: number): number {
    const to = Math.min(out.length, from + this.#repeat)
    out.fill(this.#last, from, to)
    this.#repeat -= to - from
    return to
  }
}
