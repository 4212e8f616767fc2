// A small object that is made as a whole when somebody first looks at it: a decoded macro, a script cut out of a page.
// For what may be large there is DecodedSource.

import type { Budget } from '../limits.ts'
import type { ByteSource } from './byte-source.ts'

const empty = new Uint8Array(0)

export class ProducedSource implements ByteSource {
  readonly #produce: () => Uint8Array
  readonly #budget: Budget
  #bytes: Uint8Array | undefined
  #held = 0

  /** `produce` bounds its own output to a few megabytes; the result is charged to the budget. */
  constructor(produce: () => Uint8Array, budget: Budget) {
    this.#produce = produce
    this.#budget = budget
  }

  get size(): number {
    return this.whole.length
  }

  get whole(): Uint8Array {
    if (this.#bytes !== undefined) return this.#bytes
    const bytes = this.#produce()
    this.#budget.charge(bytes.length)
    this.#held = this.#budget.hold(bytes.length) ? bytes.length : 0
    this.#bytes = bytes
    return bytes
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = this.whole
    if (!(offset >= 0) || offset >= bytes.length) return empty
    return bytes.subarray(offset, Math.min(offset + length, bytes.length))
  }

  release(): void {
    this.#budget.release(this.#held)
    this.#held = 0
    this.#bytes = undefined
  }
}
