// The figures as they come in, one a round, and what becomes of them: medians, and ratios that are taken inside a round.

import { median } from '../samples.ts'

export type ContestantId = 'haechi' | 'yara-x' | 'yara-x-wasm' | 'yara' | 'clamd'

export type Unit = 'ms' | 'bytes' | '/s' | 'MB/s'

export interface Measure {
  readonly id: string
  readonly title: string
  readonly unit: Unit
}

export class Figures {
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

  /** How many times better Haechi is: the median over the rounds in which both were measured. */
  ratio(id: string, who: ContestantId): number | undefined {
    const unit = this.#measures.get(id)?.unit
    const isRate = unit === '/s' || unit === 'MB/s'
    const own = this.#of(id, 'haechi')
    return median(
      [...this.#of(id, who)].flatMap(([round, theirs]) => {
        const ours = own.get(round)
        if (ours === undefined) return []
        return [isRate ? ours / theirs : theirs / ours]
      }),
    )
  }

  #of(id: string, who: ContestantId): ReadonlyMap<number, number> {
    return this.#values.get(`${id} ${who}`) ?? new Map<number, number>()
  }
}

/** The value below which a share of all values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
