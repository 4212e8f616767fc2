// What the filters that work byte by byte have in common: each takes its input and fills the output as far as it can.

import type { ByteSource } from '../../../source/byte-source.ts'
import type { Decoder } from '../../../source/decoded-source.ts'
import { ByteInput } from './byte-input.ts'

export abstract class ByteFilter implements Decoder {
  protected readonly input: ByteInput
  /** Bytes decoded but not delivered. */
  readonly #ready = new Uint8Array(4096)
  #readyFrom = 0
  #readyTo = 0
  #isAtEnd = false

  constructor(source: ByteSource) {
    this.input = new ByteInput(source)
  }

  get consumed(): number {
    return this.input.consumed
  }

  read(out: Uint8Array): number {
    let to = 0
    while (to < out.length) {
      if (this.#readyFrom === this.#readyTo) {
        this.#readyFrom = 0
        this.#readyTo = this.#isAtEnd ? 0 : this.step(this.#ready)
        this.#isAtEnd = this.#readyTo === 0
        if (this.#isAtEnd) break
      }
      const count = Math.min(out.length - to, this.#readyTo - this.#readyFrom)
      out.set(this.#ready.subarray(this.#readyFrom, this.#readyFrom + count), to)
      this.#readyFrom += count
      to += count
    }
    this.input.suspend()
    return to
  }

  /** Writes some bytes to `out` (4,096 long) and returns how many; 0 is the end. */
  protected abstract step(out: Uint8Array): number
}
