// Figures as they come in, one a round, and their medians. Ratios and differences are taken inside a round, where both
// sides were measured within seconds of each other, before the median is taken over the rounds.

import type { ContestantId } from './contestant.ts'

export type Unit = 'ns' | 'ms' | 'bytes' | '/s' | 'MB/s' | '%' | 'count'

export interface Measure {
  readonly id: string
  readonly title: string
  readonly unit: Unit
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2
}

export class Samples {
  readonly #measures = new Map<string, Measure>()
  readonly #values = new Map<string, Map<number, number>>()

  /** In the order in which they were first measured. */
  get measures(): readonly Measure[] {
    return [...this.#measures.values()]
  }

  add(measure: Measure, who: ContestantId, round: number, value: number): void {
    this.#measures.set(measure.id, this.#measures.get(measure.id) ?? measure)
    const key = `${measure.id} ${who}`
    const rounds = this.#values.get(key) ?? new Map<number, number>()
    rounds.set(round, value)
    this.#values.set(key, rounds)
  }

  median(id: string, who: ContestantId): number | undefined {
    return median([...this.#of(id, who).values()])
  }

  /** Median over the rounds of `compare(guarded, unguarded)`. */
  against(
    id: string,
    who: ContestantId,
    compare: (guarded: number, unguarded: number) => number,
  ): number | undefined {
    const base = this.#of(id, 'unguarded')
    return median(
      [...this.#of(id, who)].flatMap(([round, value]) => {
        const unguarded = base.get(round)
        return unguarded === undefined ? [] : [compare(value, unguarded)]
      }),
    )
  }

  #of(id: string, who: ContestantId): ReadonlyMap<number, number> {
    return this.#values.get(`${id} ${who}`) ?? new Map<number, number>()
  }
}
