// Weak evidence about a program, and what it adds up to: no packer and no odd header alone is malicious.

export interface ProgramTrait {
  /** Of several of a kind only the strongest counts. */
  readonly kind: string
  /** 0–100: how sure this alone makes that the program is malicious. */
  readonly weight: number
  readonly sentence: string
  readonly techniques: readonly string[]
}

interface Judgement {
  readonly score: number
  readonly reasons: readonly string[]
  readonly techniques: readonly string[]
}

/** Several weak traits never make certain. */
const maxUncertain = 89
const certainFrom = 90
const maxReasons = 8

/** Undefined: there are none. */
export function judgeTraits(traits: readonly ProgramTrait[]): Judgement | undefined {
  const strongest = new Map<string, ProgramTrait>()
  for (const trait of traits) {
    if (trait.weight > (strongest.get(trait.kind)?.weight ?? 0)) strongest.set(trait.kind, trait)
  }
  const all = [...strongest.values()].toSorted((a, b) => b.weight - a.weight)
  const [first] = all
  if (first === undefined) return undefined
  const doubt = all.reduce((left, { weight }) => left * (1 - weight / 100), 1)
  return {
    score: Math.min(first.weight >= certainFrom ? 99 : maxUncertain, Math.round(100 * (1 - doubt))),
    reasons: all.slice(0, maxReasons).map(({ sentence }) => sentence),
    techniques: [...new Set(all.flatMap(({ techniques }) => techniques))],
  }
}
