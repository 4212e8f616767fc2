// Which findings tell something that an incident did not say before. A scanner sends thousands of requests that say the same; what
// follows a log (a daemon, a person) wants the first of each kind and what is graver than all before.

import type { AttackClass } from './detector.ts'
import { outcomes, type WebFinding } from './finding.ts'

/**
 * Why a finding is news: the incident had no attack of its `class`, none with so bad an `outcome`, none of so much `confidence`
 * (by ten and more), or the `count` of its requests is a power of ten.
 */
export type NewsReason = 'class' | 'outcome' | 'confidence' | 'count'

export interface News {
  readonly finding: WebFinding
  readonly because: NewsReason
}

/** What was told of an incident. */
export interface Told {
  /** News other than counts. */
  count: number
  confidence: number
  /** Classes of which a likely success was told. */
  readonly likely: Set<AttackClass>
}

interface Before {
  readonly attacks: number
  readonly outcome: WebFinding['outcome']
  readonly classes: ReadonlyMap<AttackClass, unknown>
  readonly told: Told
}

/** News of one incident; after these only a likely success, much more confidence, and counts are news. */
const maxNews = 8
const moreConfident = 10

/** At most one a class. `before`: the incident, with this request counted, before its findings are added. */
export function newsOf(before: Before, findings: readonly WebFinding[]): readonly News[] {
  const { told } = before
  const news: News[] = []
  for (const finding of findings) {
    if (news.some((other) => other.finding.class === finding.class)) continue
    const because = reasonOf(before, finding)
    if (because === undefined) continue
    news.push({ finding, because })
    told.count += 1
    told.confidence = Math.max(told.confidence, finding.confidence)
    if (finding.outcome === 'likely') told.likely.add(finding.class)
  }
  const [surest] = findings.toSorted((a, b) => b.confidence - a.confidence)
  if (news.length === 0 && surest !== undefined && isPowerOfTen(before.attacks))
    news.push({ finding: surest, because: 'count' })
  return news
}

function reasonOf({ classes, outcome, told }: Before, finding: WebFinding): NewsReason | undefined {
  if (finding.outcome === 'likely' && !told.likely.has(finding.class))
    return classes.has(finding.class) ? 'outcome' : 'class'
  if (told.count > 0 && finding.confidence >= told.confidence + moreConfident) return 'confidence'
  if (told.count >= maxNews) return undefined
  if (!classes.has(finding.class)) return 'class'
  return outcomes.indexOf(finding.outcome) > outcomes.indexOf(outcome) ? 'outcome' : undefined
}

function isPowerOfTen(count: number): boolean {
  return count >= 10 && Number.isInteger(Math.log10(count))
}
