// What speaks against a file, and what it adds up to.

export interface Observation {
  /** Of several of a kind only the strongest counts. */
  readonly kind: string
  /** 0–100: how sure this alone makes that the file is malicious. */
  readonly score: number
  readonly offset: number
  readonly sentence: string
  /** Ids of ATT&CK, one or several. */
  readonly technique?: string | readonly string[]
}

export interface Judgement {
  readonly score: number
  readonly offset: number
  readonly reasons: readonly string[]
  readonly techniques: readonly string[]
}

/** What no single observation makes certain stays below the score from which on the gate may block. */
const maxUncertain = 89
const certainFrom = 90
const maxReasons = 8

export class Evidence {
  readonly #observations = new Map<string, Observation>()

  add(observation: Observation): void {
    const known = this.#observations.get(observation.kind)
    if (known === undefined || known.score < observation.score)
      this.#observations.set(observation.kind, observation)
  }

  has(...kinds: readonly string[]): boolean {
    return kinds.every((kind) => this.#observations.has(kind))
  }

  offsetOf(kind: string): number {
    return this.#observations.get(kind)?.offset ?? 0
  }

  /** The strongest single observation; 0 where there is none. */
  get strongest(): number {
    let most = 0
    for (const { score } of this.#observations.values()) most = Math.max(most, score)
    return most
  }

  /**
   * Independent observations: what remains of the doubt is the product of their doubts. Undefined where there is none.
   * `reasonOf` words the reasons, which are the sentences when it is left out.
   */
  judge(reasonOf = ({ sentence }: Observation): string => sentence): Judgement | undefined {
    const all = [...this.#observations.values()].toSorted((a, b) => b.score - a.score)
    const [first] = all
    if (first === undefined) return undefined
    let doubt = 1
    for (const { score } of all) doubt *= 1 - score / 100
    const total = Math.round(100 * (1 - doubt))
    return {
      score: Math.min(first.score >= certainFrom ? 99 : maxUncertain, total),
      offset: first.offset,
      reasons: all.slice(0, maxReasons).map(reasonOf),
      techniques: [...new Set(all.flatMap(({ technique }) => technique ?? []))],
    }
  }
}

/** At most `length` printable characters of something from the file. */
export function quote(text: string, length = 40): string {
  const printable = text.slice(0, length).replaceAll(/[^ -~]/g, '.')
  return text.length > length ? `${printable}…` : printable
}
