// Which parts of the archive have been explained by a member or a directory. What is left may hide members.

import { localBytes } from './header.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

/** Data descriptors and padding: too short for a header. */
const ignoredGap = localBytes - 1

export class Covered {
  readonly #ranges: { from: number; to: number }[] = []

  /** In the usual case (members one after the other) this extends the last range and stores nothing. */
  add(from: number, to: number): void {
    const last = this.#ranges.at(-1)
    if (last !== undefined && from >= last.from && from <= last.to + ignoredGap)
      last.to = Math.max(last.to, to)
    else this.#ranges.push({ from, to })
  }

  /** The uncovered ranges of `[0, size)` that can hold a header, in order. */
  gaps(size: number): Range[] {
    const gaps: Range[] = []
    let from = 0
    const inOrder = this.#ranges.toSorted((a, b) => a.from - b.from)
    for (const range of [...inOrder, { from: size, to: size }]) {
      if (range.from - from > ignoredGap) gaps.push({ from, to: range.from })
      from = Math.max(from, range.to)
    }
    return gaps
  }
}
