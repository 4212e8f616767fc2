// What a page is able to do, taken together: weak signs that make a strong one when they meet in one file.

import type { Evidence } from '../../evidence.ts'

export interface Trait {
  readonly words: string
  /** How much of the doubt it takes away, in per cent. */
  readonly weight: number
  readonly text: RegExp
  /** How many different texts there must be; 1 when left out. */
  readonly least?: number
}

export interface TraitRule {
  /** Fewer traits say nothing. */
  readonly least: number
  readonly limit: number
  readonly atLeastScore: number
}

export function judgeTraits(
  traits: readonly Trait[],
  text: string,
  evidence: Evidence,
  rule: TraitRule,
): void {
  let doubt = 1
  const found: string[] = []
  for (const trait of traits) {
    if (!hasTrait(trait, text)) continue
    doubt *= 1 - trait.weight / 100
    found.push(trait.words)
  }
  const score = Math.min(rule.limit, Math.round(100 * (1 - doubt)))
  if (found.length < rule.least || score < rule.atLeastScore) return
  const sentence = `the file ${found.slice(0, 8).join(', ')}`
  evidence.add({ kind: 'capabilities', score, offset: 0, sentence, technique: 'T1083' })
}

function hasTrait({ text: pattern, least = 1 }: Trait, text: string): boolean {
  if (least === 1) return pattern.test(text)
  const all = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`)
  const different = new Set<string>()
  for (let match = all.exec(text); match !== null; match = all.exec(text)) {
    different.add(match[0].toLowerCase())
    if (different.size >= least) return true
  }
  return false
}
