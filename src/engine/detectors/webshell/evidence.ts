// What speaks against a file, and what it adds up to.

/** One observation: of several of a kind only the strongest counts. */
export interface Observation {
  readonly kind: string
  /** 0–100: how sure this alone makes that the file is a web shell. */
  readonly score: number
  readonly offset: number
  readonly sentence: string
  readonly technique?: string
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

  has(kind: string): boolean {
    return this.#observations.has(kind)
  }

  /** The strongest single observation. */
  get strongest(): number {
    let most = 0
    for (const { score } of this.#observations.values()) most = Math.max(most, score)
    return most
  }

  /** Independent observations: what remains of the doubt is the product of their doubts. Undefined where there is none. */
  judge(text: string): Judgement | undefined {
    const all = [...this.#observations.values()].toSorted((a, b) => b.score - a.score)
    const [first] = all
    if (first === undefined) return undefined
    let doubt = 1
    for (const { score } of all) doubt *= 1 - score / 100
    const total = Math.round(100 * (1 - doubt))
    const score = first.score >= certainFrom ? Math.min(99, total) : Math.min(maxUncertain, total)
    const lines = new LineNumbers(text)
    const reasons = all
      .slice(0, maxReasons)
      .map(({ offset, sentence }) => `line ${lines.at(offset)}: ${sentence}`)
    const techniques = new Set(['T1505.003', ...all.flatMap(({ technique }) => technique ?? [])])
    return { score, offset: first.offset, reasons, techniques: [...techniques] }
  }
}

class LineNumbers {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  at(offset: number): number {
    let line = 1
    for (let at = this.#text.indexOf('\n'); at >= 0 && at < offset; at = this.#text.indexOf('\n', at + 1))
      line++
    return line
  }
}

/** At most `length` printable characters of something from the file. */
export function quote(text: string, length = 40): string {
  const printable = text.slice(0, length).replaceAll(/[^ -~]/g, '.')
  return text.length > length ? `${printable}…` : printable
}
