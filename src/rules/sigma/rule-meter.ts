// What each rule costs: every condition that is evaluated is timed. For `haechi rules profile`; timing costs more than most
// conditions do, so figures are to be compared with each other.

import type { Meter, Predicate } from './match/rule-index.ts'
import type { SigmaRule } from './rule.ts'

export interface RuleCost {
  readonly rule: SigmaRule
  readonly ms: number
  /** Events for which its condition was evaluated. */
  readonly evaluated: number
  readonly matched: number
}

interface Count {
  ms: number
  evaluated: number
  matched: number
}

export class RuleMeter implements Meter {
  private readonly counts = new Map<SigmaRule, Count>()

  timed(rule: SigmaRule, holds: Predicate): Predicate {
    const count = this.counts.get(rule) ?? { ms: 0, evaluated: 0, matched: 0 }
    this.counts.set(rule, count)
    return (values) => {
      const startMs = performance.now()
      const isMet = holds(values)
      count.ms += performance.now() - startMs
      count.evaluated++
      if (isMet) count.matched++
      return isMet
    }
  }

  /** From here on. */
  reset(): void {
    for (const count of this.counts.values()) Object.assign(count, { ms: 0, evaluated: 0, matched: 0 })
  }

  /** Rules that were evaluated, the dearest first. */
  costs(): RuleCost[] {
    return Array.from(this.counts, ([rule, count]) => ({ rule, ...count }))
      .filter(({ evaluated }) => evaluated > 0)
      .toSorted((a, b) => b.ms - a.ms)
  }
}
