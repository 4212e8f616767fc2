// The bits of ACE: words of 32 bits, each stored with its lowest byte first and read from its highest bit on.

import type { ByteSource } from '../source/byte-source.ts'
import { InputBuffer } from './input-buffer.ts'

const wordBits = 32
/** Looking ahead takes in up to two words behind the last one needed. */
const wordsAhead = 2

export class AceBits {
  readonly #input: InputBuffer
  readonly #start: number
  #word = 0
  #next = 0
  /** Bits of `#word` not used yet, 1 to 32. */
  #left = wordBits
  /** Words made up behind the end. */
  #missing = 0

  constructor(source: ByteSource, start: number, end: number) {
    this.#input = new InputBuffer(source, start, end)
    this.#start = start
    this.#word = this.#load()
    this.#next = this.#load()
  }

  get consumed(): number {
    return this.#input.offset - this.#start
  }

  get thrown(): Error | undefined {
    return this.#input.thrown
  }

  /** More bits were used than there are. */
  get isOverrun(): boolean {
    return this.#missing > wordsAhead
  }

  /** The next `count` (at most 24) bits, without using them. */
  peek(count: number): number {
    const left = this.#left
    if (count <= left) return (this.#word >>> (left - count)) & ((1 << count) - 1)
    const rest = count - left
    return ((this.#word & ((1 << left) - 1)) << rest) | (this.#next >>> (wordBits - rest))
  }

  skip(count: number): void {
    this.#left -= count
    if (this.#left > 0) return
    this.#left += wordBits
    this.#word = this.#next
    this.#next = this.#load()
  }

  take(count: number): number {
    const value = count === 0 ? 0 : this.peek(count)
    this.skip(count)
    return value
  }

  /** A number of `width` (at most 24) bits of which the highest, always 1, is not stored. */
  takeNumber(width: number): number {
    return width < 2 ? width : this.take(width - 1) + 2 ** (width - 1)
  }

  #load(): number {
    const input = this.#input
    if (input.ready < 4) input.fill()
    const count = Math.min(4, input.ready)
    if (count === 0) {
      this.#missing++
      return 0
    }
    const { bytes, at } = input
    let word = 0
    for (let i = 0; i < count; i++) word |= bytes[at + i]! << (8 * i)
    input.at += count
    return word >>> 0
  }
}
