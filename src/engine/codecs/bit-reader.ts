// The input side of inflate: bits, least significant first (RFC 1951, 3.1.1), out of a ByteSource. Fields are
// public because the decoder's inner loop works on copies of them.

import type { ByteSource } from '../source/byte-source.ts'

const fetchBytes = 64 * 1024
const noBytes = new Uint8Array(0)

export class BitReader {
  readonly #input: ByteSource
  readonly #end: number
  /** Only valid until the input is read by anybody else, so never kept while the decoder is suspended. */
  view: Uint8Array = noBytes
  /** The next byte to take, within `view`. */
  at = 0
  hold = 0
  bits = 0
  /** What the input threw (a limit of an outer decoder), kept so that bytes already decoded are not lost. */
  thrown: Error | undefined
  #viewAt: number
  #viewIsLast = false

  constructor(input: ByteSource, offset: number, end: number) {
    this.#input = input
    this.#viewAt = offset
    this.#end = end
  }

  /** The offset in the input behind the last byte of which a bit was taken. */
  get offset(): number {
    return this.#viewAt + this.at - (this.bits >> 3)
  }

  dropView(): void {
    this.#viewAt += this.at
    this.at = 0
    this.view = noBytes
    this.#viewIsLast = false
  }

  /** Looks at the input again from the next byte on. False: there is no more than `view` already shows. */
  fetch(): boolean {
    if (this.#viewIsLast) return false
    this.dropView()
    const wanted = Math.min(fetchBytes, this.#end - this.#viewAt)
    if (wanted <= 0 || this.thrown !== undefined) return false
    try {
      this.view = this.#input.read(this.#viewAt, wanted)
    } catch (thrown) {
      this.thrown = thrown instanceof Error ? thrown : new Error(String(thrown))
      return false
    }
    this.#viewIsLast = this.view.length < fetchBytes
    return this.view.length > 0
  }

  /** Makes at least `count` (at most 24) bits available in `hold`. */
  need(count: number): boolean {
    while (this.bits < count) {
      if (this.at >= this.view.length && !this.fetch()) return false
      this.hold |= this.view[this.at++]! << this.bits
      this.bits += 8
    }
    return true
  }

  take(count: number): number {
    const value = this.hold & ((1 << count) - 1)
    this.hold >>>= count
    this.bits -= count
    return value
  }

  /** Gives back bits taken ahead, up to a byte boundary. They may come from a view that is gone. */
  alignToByte(): void {
    const offset = this.offset
    this.dropView()
    this.#viewAt = offset
    this.hold = 0
    this.bits = 0
  }
}
