// Joins the parts of patterns that were cut at large gaps: from the last part back to the first, so that each match
// of a part is looked at once for each gap.

import type { HitList } from './hit-list.ts'

interface Chain {
  readonly pattern: number
  readonly greedy: boolean
  readonly parts: readonly number[]
  readonly least: readonly number[]
  readonly most: readonly number[]
}

export class Chains {
  readonly #chains: readonly Chain[]

  constructor(words: Int32Array) {
    this.#chains = readChains(words)
  }

  join(hits: HitList): void {
    for (const chain of this.#chains) {
      if (chain.parts.every((part) => hits.has(part))) joinOne(chain, hits)
    }
  }
}

/** `words`: pattern, number of parts, greedy; the parts; least and most (-1: no end) of each gap. */
export function readChains(words: Int32Array): Chain[] {
  const chains: Chain[] = []
  for (let at = 0; at < words.length;) {
    const count = words[at + 1]!
    const gaps = at + 3 + count
    const indexes = Array.from({ length: count - 1 }, (_, index) => index)
    chains.push({
      pattern: words[at]!,
      greedy: words[at + 2] === 1,
      parts: [...words.subarray(at + 3, gaps)],
      least: indexes.map((index) => words[gaps + index * 2]!),
      most: indexes.map((index) => endless(words[gaps + index * 2 + 1]!)),
    })
    at = gaps + (count - 1) * 2
  }
  return chains
}

function joinOne(chain: Chain, hits: HitList): void {
  const last = chain.parts.at(-1)!
  // Where the whole pattern ends when it goes on from a match of the part at hand; -1: nowhere.
  let ends = Array.from({ length: hits.count(last) }, (_, i) => hits.start(last, i) + hits.length(last, i))
  for (let index = chain.parts.length - 2; index >= 0; index--) {
    const part = chain.parts[index]!
    const next = chain.parts[index + 1]!
    const followers = Array.from({ length: hits.count(next) }, (_, i) => hits.start(next, i))
    const reach = new Reach(followers, ends, chain.greedy)
    ends = Array.from({ length: hits.count(part) }, (_, i) => {
      const end = hits.start(part, i) + hits.length(part, i)
      return reach.between(end + chain.least[index]!, end + chain.most[index]!)
    })
  }
  const first = chain.parts[0]!
  for (const [i, end] of ends.entries()) {
    const start = hits.start(first, i)
    if (end >= 0) hits.add(chain.pattern, start, end - start)
  }
}

/** The nearest (or farthest) match of the next part from which the pattern can be finished. */
class Reach {
  readonly #starts: readonly number[]
  readonly #ends: readonly number[]
  readonly #greedy: boolean

  constructor(starts: readonly number[], ends: readonly number[], greedy: boolean) {
    const open = starts.map((_, index) => index).filter((index) => ends[index]! >= 0)
    this.#starts = open.map((index) => starts[index]!)
    this.#ends = open.map((index) => ends[index]!)
    this.#greedy = greedy
  }

  between(least: number, most: number): number {
    const index = this.#greedy ? this.#firstFrom(most + 1) - 1 : this.#firstFrom(least)
    const start = this.#starts[index]
    return start !== undefined && start >= least && start <= most ? this.#ends[index]! : -1
  }

  /** Index of the first start that is at least `offset`. */
  #firstFrom(offset: number): number {
    let low = 0
    let high = this.#starts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

function endless(most: number): number {
  return most < 0 ? Number.POSITIVE_INFINITY : most
}
