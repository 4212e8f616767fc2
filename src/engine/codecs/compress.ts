// LZW as compress(1) writes it to .Z files (ncompress 4.2.4): codes of 9 to 16 bits, least significant bit first, in
// groups of eight codes; a group is left where the width changes.

import type { ByteSource } from '../source/byte-source.ts'
import { InputBuffer } from './input-buffer.ts'
import { InputCodec } from './input-codec.ts'

const headerBytes = 3
const firstBits = 9
const longestBits = 16
const clearCode = 256

/** Magic and flags of which only those are set that mean something. */
export function isCompressMagic(bytes: Uint8Array, at: number): boolean {
  const flags = bytes[at + 2] ?? 0
  const bits = flags & 0x1f
  return (
    bytes[at] === 0x1f &&
    bytes[at + 1] === 0x9d &&
    (flags & 0x60) === 0 &&
    bits >= firstBits &&
    bits <= longestBits
  )
}

export class Compress extends InputCodec<InputBuffer> {
  #maxBits = 0
  /** In block mode code 256 empties the table. */
  #isBlockMode = false
  readonly #prefixes = new Uint16Array(1 << longestBits)
  readonly #suffixes = new Uint8Array(1 << longestBits)
  /** Strings are found from their end: this one's bytes stand at the end of the stack. */
  readonly #stack = new Uint8Array(1 << longestBits)
  #stackAt = 1 << longestBits
  #bits = firstBits
  /** Bits taken of the group of eight codes that begins at the input's `at`. */
  #groupBit = 0
  #next = 0
  #previous = -1
  #firstByte = 0

  /** Decodes from the header at `start`, never past `end`; the data have no end mark. */
  constructor(input: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    super(new InputBuffer(input, start, end), start)
  }

  override get consumed(): number {
    return super.consumed + (this.isDone ? this.input.ready : (this.#groupBit + 7) >> 3)
  }

  read(out: Uint8Array): number {
    if (this.#maxBits === 0) this.#begin()
    let to = this.#unstack(out, 0)
    while (to < out.length && !this.isDone) {
      const code = this.#code()
      if (code < 0) this.isDone = true
      else to = this.#write(code, out, to)
    }
    if (to === 0 && this.input.thrown !== undefined) throw this.input.thrown
    return to
  }

  #begin(): void {
    const input = this.input
    if (!input.has(headerBytes)) return this.stop('the compress header is cut off')
    const flags = input.bytes[input.at + 2]!
    if (!isCompressMagic(input.bytes, input.at)) return this.refuse('the compress header has unknown flags')
    input.at += headerBytes
    this.#maxBits = flags & 0x1f
    this.#isBlockMode = (flags & 0x80) !== 0
    for (let byte = 0; byte < 256; byte++) this.#suffixes[byte] = byte
    this.#next = this.#isBlockMode ? 257 : 256
  }

  /** The next code, or -1 at the end. */
  #code(): number {
    const input = this.input
    if (this.#next > (1 << this.#bits) - 1 && this.#bits < this.#maxBits) {
      this.#leaveGroup()
      this.#bits++
    }
    const bits = this.#bits
    if (input.at > input.limit) input.fill()
    const at = input.at + (this.#groupBit >> 3)
    const { bytes } = input
    if ((this.#groupBit + bits + 7) >> 3 > input.ready) {
      // Less than a code is padding.
      input.at = input.end
      return -1
    }
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    const code = (word >>> (this.#groupBit & 7)) & ((1 << bits) - 1)
    this.#groupBit += bits
    if (this.#groupBit === bits * 8) {
      input.at += bits
      this.#groupBit = 0
    }
    return code
  }

  #leaveGroup(): void {
    if (this.#groupBit > 0) this.input.at = Math.min(this.input.end, this.input.at + this.#bits)
    this.#groupBit = 0
  }

  #write(code: number, out: Uint8Array, to: number): number {
    if (code === clearCode && this.#isBlockMode) {
      this.#leaveGroup()
      this.#bits = firstBits
      this.#next = 257
      this.#previous = -1
      return to
    }
    const stack = this.#stack
    const prefixes = this.#prefixes
    const suffixes = this.#suffixes
    let top = stack.length
    let current = code
    if (code >= this.#next) {
      // The one that is being made: the string before and its own first byte.
      if (code > this.#next || this.#previous < 0) {
        this.stop('a code stands for nothing')
        return to
      }
      stack[--top] = this.#firstByte
      current = this.#previous
    } else if (this.#previous < 0 && code > 255) {
      this.stop('a code stands for nothing')
      return to
    }
    while (current > 255) {
      stack[--top] = suffixes[current]!
      current = prefixes[current]!
    }
    stack[--top] = current
    this.#firstByte = current
    if (this.#previous >= 0 && this.#next < 1 << this.#maxBits) {
      prefixes[this.#next] = this.#previous
      suffixes[this.#next] = current
      this.#next++
    }
    this.#previous = code
    this.#stackAt = top
    return this.#unstack(out, to)
  }

  #unstack(out: Uint8Array, to: number): number {
    const stack = this.#stack
    const count = Math.min(stack.length - this.#stackAt, out.length - to)
    let from = this.#stackAt
    if (count > 32) out.set(stack.subarray(from, from + count), to)
    else for (let i = 0; i < count; i++) out[to + i] = stack[from + i]!
    from += count
    this.#stackAt = from
    return to + count
  }
}
