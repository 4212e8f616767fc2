// What speaks against a script, and what it adds up to.

interface Observation {
  /** Of several of a kind only the strongest counts. */
  readonly kind: string
  /** 0–100: how sure this alone makes that the script is malicious. */
  readonly weight: number
  readonly offset: number
  readonly sentence: string
  readonly techniques: readonly string[]
}

export interface Judgement {
  readonly score: number
  readonly offset: number
  readonly reasons: readonly string[]
  readonly techniques: readonly string[]
}

/** What nothing by itself makes certain stays below the score from which on the gate may block. */
const maxUncertain = 89
const certainFrom = 90
const maxReasons = 8

export class Evidence {
  readonly #observations = new Map<string, Observation>()

  add(observation: Observation): void {
    const known = this.#observations.get(observation.kind)
    if (known === undefined || known.weight < observation.weight)
      this.#observations.set(observation.kind, observation)
  }

  has(...kinds: readonly string[]): boolean {
    return kinds.every((kind) => this.#observations.has(kind))
  }

  offsetOf(kind: string): number {
    return this.#observations.get(kind)?.offset ?? 0
  }

  /** Independent observations: what remains of the doubt is the product of their doubts. Undefined where there is none. */
  judge(): Judgement | undefined {
    const all = [...this.#observations.values()].toSorted((a, b) => b.weight - a.weight)
    const [first] = all
    if (first === undefined) return undefined
    let doubt = 1
    for (const { weight } of all) doubt *= 1 - weight / 100
    const total = Math.round(100 * (1 - doubt))
    return {
      score: Math.min(first.weight >= certainFrom ? 99 : maxUncertain, total),
      offset: first.offset,
      reasons: all.slice(0, maxReasons).map(({ sentence }) => sentence),
      techniques: [...new Set(all.flatMap(({ techniques }) => techniques))],
    }
  }
}

/** At most `length` printable characters of something from the file. */
export function quote(text: string, length = 60): string {
  const printable = text.slice(0, length).replaceAll(/[^ -~]/g, '.')
  return text.length > length ? `${printable}…` : printable
}
