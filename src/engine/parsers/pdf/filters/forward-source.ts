// The output of one filter as the input of the next: a source that is only read forwards, with a short look back.

import type { Budget } from '../../../limits.ts'
import { type ByteSource, maxRead } from '../../../source/byte-source.ts'
import type { Decoder } from '../../../source/decoded-source.ts'

const bufferBytes = maxRead + 64 * 1024
/** Inflate gives back bits taken ahead. */
const lookBack = 1024

export class ForwardSource implements ByteSource {
  readonly #decoder: Decoder
  readonly #budget: Budget
  #buffer = new Uint8Array(4096)
  #base = 0
  #length = 0
  #isAtEnd = false

  constructor(decoder: Decoder, budget: Budget) {
    this.#decoder = decoder
    this.#budget = budget
  }

  /** Not known before the end; nobody who reads forwards asks. */
  get size(): number {
    return this.#isAtEnd ? this.#base + this.#length : Number.POSITIVE_INFINITY
  }

  read(offset: number, length: number): Uint8Array {
    const end = offset + Math.min(length, maxRead)
    while (!this.#isAtEnd && this.#base + this.#length < end) this.#fill(offset)
    const from = Math.max(0, Math.min(offset - this.#base, this.#length))
    return this.#buffer.subarray(from, Math.max(from, Math.min(end - this.#base, this.#length)))
  }

  #fill(offset: number): void {
    if (this.#length === this.#buffer.length) this.#makeRoom(offset)
    const count = this.#decoder.read(this.#buffer.subarray(this.#length))
    this.#length += count
    this.#isAtEnd = count === 0
    this.#budget.charge(count)
    this.#budget.checkRatio(this.#base + this.#length, this.#decoder.consumed)
  }

  #makeRoom(offset: number): void {
    if (this.#buffer.length < bufferBytes) {
      const larger = new Uint8Array(Math.min(bufferBytes, this.#buffer.length * 4))
      larger.set(this.#buffer)
      this.#buffer = larger
      return
    }
    const keep = Math.min(Math.max(0, offset - lookBack - this.#base), this.#length)
    this.#buffer.copyWithin(0, keep, this.#length)
    this.#base += keep
    this.#length -= keep
  }
}
