// What Sigma tells: which rule, how grave, whose it is (the Detection Rule License asks to name the author), and of a
// correlation what it was concluded from.

import type { RuleHead, SigmaLevel } from './rule.ts'

export interface CorrelatedHit {
  /** Id of the rule or correlation. */
  readonly rule: string
  readonly timeMs: number
  /** The event's sequence number, or what the caller of matchRecord gave. */
  readonly reference?: string | number
}

export interface CorrelationFinding {
  readonly type: string
  /** The fields that it is grouped by, with their values. */
  readonly group: Readonly<Record<string, string>>
  /** The count, sum, average … that met the condition. */
  readonly value: number
  readonly fromMs: number
  readonly toMs: number
  /** The newest, 50 at most, in the order of arrival. */
  readonly hits: readonly CorrelatedHit[]
}

export interface SigmaDetection {
  readonly ruleId: string
  readonly title: string
  readonly level: SigmaLevel
  /** 1 to 99, as of events. */
  readonly severity: number
  readonly tags: readonly string[]
  /** MITRE ATT&CK techniques out of the tags, e.g. `T1059.004`. */
  readonly techniques: readonly string[]
  readonly description?: string
  readonly author?: string
  readonly license?: string
  readonly references: readonly string[]
  readonly falsePositives: readonly string[]
  /** The rule's file. */
  readonly source: string
  /** The view of the event in which it held, e.g. `process_creation`. */
  readonly view: string
  readonly correlation?: CorrelationFinding
}

const severities = { informational: 10, low: 30, medium: 50, high: 75, critical: 95 } as const

/** Everything of a detection that its rule alone says. */
export function detectionOf(head: RuleHead, view: string): SigmaDetection {
  const { title, level, tags, references, falsePositives, source } = head
  return {
    ruleId: head.id,
    title,
    level,
    severity: severities[level],
    tags,
    techniques: tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []),
    references,
    falsePositives,
    source,
    view,
    ...(head.description === undefined ? {} : { description: head.description }),
    ...(head.author === undefined ? {} : { author: head.author }),
    ...(head.license === undefined ? {} : { license: head.license }),
  }
}
