// Bytes of a source one by one and searches in it, through one view that moves.

import type { Budget } from '../limits.ts'
import { type ByteSource, maxRead } from '../source/byte-source.ts'

/** Kept before the wanted byte when the view moves, for looks at the token before. */
const lookBack = 64

const nothing = Buffer.alloc(0)

export class ByteWindow {
  readonly #source: ByteSource
  readonly #budget: Budget
  #view: Buffer = nothing
  #base = 0
  readonly #viewBytes: number

  /** `viewBytes`: what is read at once; less for looks here and there than for going through a whole file. */
  constructor(source: ByteSource, budget: Budget, viewBytes = maxRead) {
    this.#source = source
    this.#budget = budget
    this.#viewBytes = viewBytes
  }

  /** To be called after anybody else may have read. */
  drop(): void {
    this.#view = nothing
    this.#base = 0
  }

  /** The byte at `at`, or -1 behind the end. */
  byteAt(at: number): number {
    const index = at - this.#base
    if (index >= 0 && index < this.#view.length) return this.#view[index]!
    return this.#load(at) ? this.#view[at - this.#base]! : -1
  }

  /** Whether `pattern` stands at `at`. */
  has(pattern: Uint8Array, at: number): boolean {
    for (let i = 0; i < pattern.length; i++) if (this.byteAt(at + i) !== pattern[i]) return false
    return true
  }

  /** The first `pattern` that starts in `[from, to)`, or -1. */
  find(pattern: Uint8Array, from: number, to = Number.POSITIVE_INFINITY): number {
    for (let at = from; at < to;) {
      if (this.byteAt(at + pattern.length - 1) < 0) return -1
      // The view may have moved to the pattern's last byte; what lies before it is within the look back.
      const until = to - this.#base + pattern.length - 1
      const part = until < this.#view.length ? this.#view.subarray(0, until) : this.#view
      const found = part.indexOf(pattern, at - this.#base)
      if (found >= 0) return this.#base + found
      at = Math.max(at + 1, this.#base + this.#view.length - pattern.length + 1)
    }
    return -1
  }

  #load(at: number): boolean {
    if (at < 0) return false
    this.#budget.checkTime()
    const from = Math.max(0, at - lookBack)
    const view = this.#source.read(from, this.#viewBytes)
    this.#view = Buffer.from(view.buffer, view.byteOffset, view.length)
    this.#base = from
    return at - from < view.length
  }
}
