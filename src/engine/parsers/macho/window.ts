// Reads a range of a Mach-O file field by field. Beyond its end there are zeros and `isShort` is set, so that a structure is
// read in one go and believed only afterwards.

import type { Words } from '../elf/words.ts'

export class Window {
  readonly #words: Words
  readonly #end: number
  /** The next field's place. */
  at: number
  isShort = false

  /** `start` and `end` are in the file; the range may reach beyond it. */
  constructor(words: Words, start: number, end: number) {
    this.#words = words
    this.at = start
    this.#end = Math.min(end, words.bytes.length)
  }

  u8(): number {
    return this.#has(1) ? this.#words.bytes[this.at++]! : 0
  }

  u16(): number {
    if (!this.#has(2)) return 0
    this.at += 2
    return this.#words.u16(this.at - 2)
  }

  u32(): number {
    if (!this.#has(4)) return 0
    this.at += 4
    return this.#words.u32(this.at - 4)
  }

  u64(): bigint {
    if (!this.#has(8)) return 0n
    this.at += 8
    return this.#words.u64(this.at - 8)
  }

  /** 32 or 64 bits, as wide as the file's addresses. */
  word(): bigint {
    return this.#words.is64 ? this.u64() : BigInt(this.u32())
  }

  take(count: number): Uint8Array {
    if (!this.#has(count)) return new Uint8Array(0)
    this.at += count
    return this.#words.bytes.subarray(this.at - count, this.at)
  }

  rest(): Uint8Array {
    const rest = this.#words.bytes.subarray(this.at, this.#end)
    this.at = this.#end
    return rest
  }

  /** The bytes up to a NUL, which is skipped. */
  text(): Uint8Array {
    const rest = this.#words.bytes.subarray(this.at, this.#end)
    const length = rest.indexOf(0)
    if (length < 0) {
      this.isShort = true
      return rest.subarray(0, 0)
    }
    this.at += length + 1
    return rest.subarray(0, length)
  }

  /** A LEB128 number without sign; those that need more than 64 bits count as cut off. */
  uleb(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.u8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    this.isShort = true
    return 0n
  }

  #has(count: number): boolean {
    // Nothing is read after a field that was cut off.
    if (this.at + count > this.#end) this.isShort = true
    return !this.isShort
  }
}

/** Without the NULs at the end. */
export function trimNuls(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}

/** A path that is longer is cut off. */
const maxPathBytes = 64 * 1024

export function upToNul(bytes: Uint8Array): Uint8Array {
  const path = bytes.subarray(0, maxPathBytes)
  const end = path.indexOf(0)
  return end < 0 ? path : path.subarray(0, end)
}
