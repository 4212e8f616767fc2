// The matches of one scan. They come in the order in which they are found; whoever asks for a pattern's matches gets
// them sorted by offset, one for each offset. Reused by every scan: what a scan did not touch costs nothing.

import type { Hits } from './hits.ts'

/** A pattern's matches beyond this number are not kept, as in YARA. */
const maxMatches = 1_000_000

export class HitList implements Hits {
  /** Patterns with a match, in the order of their first one. */
  readonly touched: number[] = []
  readonly #first: Int32Array
  readonly #counts: Int32Array
  #starts = new Int32Array(1024)
  #lengths = new Int32Array(1024)
  #next = new Int32Array(1024)
  #used = 0
  /** Asked for the patterns that are searched for only when somebody wants to know. */
  #pending: ((pattern: number) => void) | undefined
  #postponed: readonly number[] = []
  readonly #isPending: Uint8Array
  #rows = new Map<number, Row>()

  /** One byte for each pattern: 1 where the longest of the matches at one offset counts, else the shortest. */
  readonly #longest: Uint8Array

  constructor(patterns: number, longest: Uint8Array) {
    this.#longest = longest
    this.#first = new Int32Array(patterns).fill(-1)
    this.#counts = new Int32Array(patterns)
    this.#isPending = new Uint8Array(patterns)
  }

  clear(): void {
    for (const pattern of this.touched) {
      this.#first[pattern] = -1
      this.#counts[pattern] = 0
    }
    this.touched.length = 0
    this.#used = 0
    if (this.#rows.size > 0) this.#rows = new Map()
    for (const pattern of this.#postponed) this.#isPending[pattern] = 0
    this.#postponed = []
    this.#pending = undefined
  }

  /** From now on `search` is called before the first answer about one of these patterns. */
  postpone(patterns: readonly number[], search: (pattern: number) => void): void {
    for (const pattern of patterns) this.#isPending[pattern] = 1
    this.#postponed = patterns
    this.#pending = search
  }

  /** Patterns that may have matches although `touched` does not name them. */
  get postponed(): readonly number[] {
    return this.#postponed
  }

  add(pattern: number, start: number, length: number): void {
    const before = this.#counts[pattern]!
    if (before === 0) this.touched.push(pattern)
    if (before >= maxMatches) return
    if (this.#used === this.#next.length) this.#grow()
    const at = this.#used++
    this.#starts[at] = start
    this.#lengths[at] = length
    this.#next[at] = this.#first[pattern]!
    this.#first[pattern] = at
    this.#counts[pattern] = before + 1
  }

  has(pattern: number): boolean {
    if (this.#isPending[pattern] === 1) this.#search(pattern)
    return this.#counts[pattern]! > 0
  }

  count(pattern: number): number {
    if (this.#isPending[pattern] === 1) this.#search(pattern)
    const found = this.#counts[pattern]!
    return found < 2 ? found : this.#row(pattern).starts.length
  }

  start(pattern: number, index: number): number {
    if (this.#isOne(pattern)) return index === 0 ? this.#starts[this.#first[pattern]!]! : -1
    return this.#row(pattern).starts[index] ?? -1
  }

  length(pattern: number, index: number): number {
    if (this.#isOne(pattern)) return index === 0 ? this.#lengths[this.#first[pattern]!]! : -1
    return this.#row(pattern).lengths[index] ?? -1
  }

  /** Where its first match begins as far as it was searched for, Infinity for none: starts no search. */
  firstKnown(pattern: number): number {
    let first = Number.POSITIVE_INFINITY
    for (let at = this.#first[pattern]!; at >= 0; at = this.#next[at]!)
      first = Math.min(first, this.#starts[at]!)
    return first
  }

  /** Whether exactly one match was found: it needs no row. */
  #isOne(pattern: number): boolean {
    if (this.#isPending[pattern] === 1) this.#search(pattern)
    return this.#counts[pattern] === 1
  }

  #search(pattern: number): void {
    this.#isPending[pattern] = 0
    this.#pending?.(pattern)
  }

  #row(pattern: number): Row {
    const known = this.#rows.get(pattern)
    if (known !== undefined) return known
    const found: number[] = []
    for (let at = this.#first[pattern]!; at >= 0; at = this.#next[at]!) found.push(at)
    found.reverse()
    const better = this.#longest[pattern] === 1 ? -1 : 1
    const order = (a: number, b: number): number =>
      this.#starts[a]! - this.#starts[b]! || better * (this.#lengths[a]! - this.#lengths[b]!)
    // Most come in order already.
    if (found.some((at, index) => index > 0 && order(found[index - 1]!, at) > 0)) found.sort(order)
    const kept = found.filter(
      (at, index) => index === 0 || this.#starts[at] !== this.#starts[found[index - 1]!],
    )
    const row = {
      starts: Int32Array.from(kept, (at) => this.#starts[at]!),
      lengths: Int32Array.from(kept, (at) => this.#lengths[at]!),
    }
    this.#rows.set(pattern, row)
    return row
  }

  #grow(): void {
    const size = this.#next.length * 2
    this.#starts = grown(this.#starts, new Int32Array(size))
    this.#lengths = grown(this.#lengths, new Int32Array(size))
    this.#next = grown(this.#next, new Int32Array(size))
  }
}

interface Row {
  readonly starts: Int32Array
  readonly lengths: Int32Array
}

function grown(from: Int32Array<ArrayBuffer>, to: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  to.set(from)
  return to
}
