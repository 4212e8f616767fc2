// Keeps what was found: each finding goes into a file; in memory findings of one rule are a group with its first examples.

import type { IncidentLevel } from '../../model/index.ts'
import type { LineFile } from '../line-file.ts'
import type { Finding, NumberedFinding, RecordPlace } from '../record.ts'

const maxGroups = 5000
const maxSamples = 25

export interface FindingGroup {
  readonly by: Finding['by']
  readonly rule: string
  level: IncidentLevel
  /** Of the first; of rules it is the same for all. */
  readonly title: string
  readonly techniques: Set<string>
  count: number
  first: string | undefined
  last: string | undefined
  /** The first ones. */
  readonly samples: NumberedFinding[]
}

const ranks: Readonly<Record<IncidentLevel, number>> = {
  informational: 0,
  low: 1,
  medium: 2,
  high: 3,
  critical: 4,
}

export class Findings {
  readonly #file: LineFile
  readonly #groups = new Map<string, FindingGroup>()
  /** Findings whose group is not kept. */
  ungrouped = 0
  count = 0
  readonly byLevel: Record<IncidentLevel, number> = {
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    informational: 0,
  }

  constructor(file: LineFile) {
    this.#file = file
  }

  add(finding: Finding, evidence: RecordPlace | undefined): void {
    this.count += 1
    this.byLevel[finding.level] += 1
    const numbered: NumberedFinding = {
      id: this.count,
      ...finding,
      ...(evidence === undefined ? {} : { evidence }),
    }
    this.#file.write(`${JSON.stringify({ type: 'finding', version: 1, ...numbered })}\n`)
    this.#group(numbered)
  }

  #group(finding: NumberedFinding): void {
    const { by, rule, level, techniques, time } = finding
    const key = `${by}\n${rule}`
    const group = this.#groups.get(key) ?? this.#newGroup(key, finding)
    if (group === undefined) {
      this.ungrouped += 1
      return
    }
    group.count += 1
    if (ranks[level] > ranks[group.level]) group.level = level
    for (const technique of techniques) group.techniques.add(technique)
    if (time !== undefined && (group.first === undefined || time < group.first)) group.first = time
    if (time !== undefined && (group.last === undefined || time > group.last)) group.last = time
    if (group.samples.length < maxSamples) group.samples.push(finding)
  }

  #newGroup(key: string, { by, rule, level, title }: NumberedFinding): FindingGroup | undefined {
    if (this.#groups.size >= maxGroups) return undefined
    const group: FindingGroup = {
      by,
      rule,
      level,
      title,
      techniques: new Set(),
      count: 0,
      first: undefined,
      last: undefined,
      samples: [],
    }
    this.#groups.set(key, group)
    return group
  }

  /** The gravest first, then those that were found most. */
  groups(): readonly FindingGroup[] {
    return [...this.#groups.values()].toSorted((a, b) => ranks[b.level] - ranks[a.level] || b.count - a.count)
  }
}
