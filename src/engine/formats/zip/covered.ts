// Which parts of the archive have been explained by a member or a directory. What is left may hide members.

import { localBytes } from './header.ts'

/** Data descriptors and padding: too short for a header. */
const ignoredGap = localBytes - 1

export class Covered {
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  /** In the usual case (members one after the other) this extends the last range and stores nothing. */
  add(start: number, end: number): void {
    const last = this.#ends.length - 1
    if (last >= 0 && start >= this.#starts[last]! && start <= this.#ends[last]! + ignoredGap) {
      this.#ends[last] = Math.max(this.#ends[last]!, end)
      return
    }
    this.#starts.push(start)
    this.#ends.push(end)
  }

  /** The uncovered ranges of `[0, size)` that can hold a header, in order. */
  gaps(size: number): { from: number; to: number }[] {
    const order = Array.from(this.#starts, (_, i) => i).toSorted((a, b) => this.#starts[a]! - this.#starts[b]!)
    const gaps: { from: number; to: number }[] = []
    let from = 0
    const note = (to: number): void => {
      if (to - from > ignoredGap) gaps.push({ from, to })
    }
    for (const i of order) {
      note(this.#starts[i]!)
      from = Math.max(from, this.#ends[i]!)
    }
    note(size)
    return gaps
  }
}
