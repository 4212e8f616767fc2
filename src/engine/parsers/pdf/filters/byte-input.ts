// A source byte by byte, forwards, for filters that look at each of them.

import type { ByteSource } from '../../../source/byte-source.ts'

const stepBytes = 64 * 1024
const nothing = new Uint8Array(0)

export class ByteInput {
  readonly #source: ByteSource
  #view: Uint8Array = nothing
  #at = 0
  #base = 0

  constructor(source: ByteSource) {
    this.#source = source
  }

  get consumed(): number {
    return this.#base + this.#at
  }

  /** The next byte, or -1. */
  next(): number {
    if (this.#at >= this.#view.length) {
      this.suspend()
      this.#view = this.#source.read(this.#base, stepBytes)
      if (this.#view.length === 0) return -1
    }
    return this.#view[this.#at++]!
  }

  /** Forgets the view, which is only valid until somebody else reads; the end of every call of a filter. */
  suspend(): void {
    this.#base += this.#at
    this.#at = 0
    this.#view = nothing
  }
}
