// What rose while nothing happened, and why.

import type { Event, IncidentHead } from '../../src/model/index.ts'
import { incidentLevels } from '../../src/model/index.ts'

export interface RuleCount {
  readonly level: string
  readonly rule: string
  readonly count: number
  /** One of them. */
  readonly example: string
}

export function isAboveLow({ level }: Pick<IncidentHead, 'level'>): boolean {
  return incidentLevels.indexOf(level) > incidentLevels.indexOf('low')
}

/** Alerts and detections by rule, the most frequent first. */
export function countRules(events: readonly Event[]): RuleCount[] {
  const counts = new Map<string, RuleCount>()
  for (const event of events) {
    if (event.event.kind !== 'alert') continue
    const rule = event.rule?.name ?? event.event.action
    const before = counts.get(rule)
    counts.set(rule, {
      level: event.hx?.detection?.level ?? `${event.event.severity ?? ''}`,
      rule,
      count: (before?.count ?? 0) + 1,
      example: before?.example ?? exampleOf(event),
    })
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)
}

function exampleOf({ message, process, file }: Event): string {
  return (process?.command_line ?? process?.args?.join(' ') ?? file?.path ?? message ?? '').slice(0, 100)
}
