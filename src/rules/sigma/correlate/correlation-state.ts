// One correlation as it runs: matches of its rules come in, groups are kept within bounds, and each time the condition
// begins to hold (or holds for another timespan) that is told once.

import type { CorrelatedHit, CorrelationFinding } from '../detection.ts'
import type { Condition, SigmaCorrelation, Threshold } from '../rule.ts'
import { newWindow, type Window } from './window.ts'

/** A match of a rule, or a finding of another correlation. */
export interface RuleHit {
  /** The names by which the correlation may know the rule. */
  readonly id: string
  readonly name?: string
  readonly timeMs: number
  readonly reference?: string | number
  /** A field of the event. */
  readonly field: (name: string) => string | undefined
}

interface Group {
  readonly window: Window
  readonly values: Readonly<Record<string, string>>
  readonly hits: CorrelatedHit[]
  newestMs: number
  isHolding: boolean
  toldMs: number
}

/** The group that has waited longest is forgotten. */
export const maxGroups = 10_000
const maxHits = 50
const maxKeyChars = 512

export class CorrelationState {
  readonly correlation: SigmaCorrelation
  /** Groups that were forgotten because there were too many. */
  forgotten = 0
  private readonly groups = new Map<string, Group>()

  constructor(correlation: SigmaCorrelation) {
    this.correlation = correlation
  }

  take(hit: RuleHit): CorrelationFinding | undefined {
    const { rules, fields, timespanMs } = this.correlation
    const index = rules.findIndex((rule) => rule === hit.id || rule === hit.name)
    const group = index < 0 ? undefined : this.groupOf(hit)
    if (group === undefined) return undefined
    group.newestMs = Math.max(group.newestMs, hit.timeMs)
    const sinceMs = group.newestMs - timespanMs
    if (hit.timeMs < sinceMs) return undefined
    group.hits.push({
      rule: hit.id,
      timeMs: hit.timeMs,
      ...(hit.reference === undefined ? {} : { reference: hit.reference }),
    })
    while ((group.hits[0]?.timeMs ?? sinceMs) < sinceMs || group.hits.length > maxHits) group.hits.shift()
    group.window.add({ index, timeMs: hit.timeMs, value: this.valueOf(hit, fields) }, sinceMs)
    return this.judge(group)
  }

  private judge(group: Group): CorrelationFinding | undefined {
    const { thresholds, expression, rules, timespanMs, type } = this.correlation
    const value = group.window.measure()
    const holds =
      expression === undefined
        ? thresholds.every((threshold) => isWithin(value, threshold))
        : isMet(expression, rules, group.window.met())
    const isNew = holds && (!group.isHolding || group.newestMs - group.toldMs >= timespanMs)
    group.isHolding = holds
    if (!isNew) return undefined
    group.toldMs = group.newestMs
    return {
      type,
      group: group.values,
      value,
      fromMs: group.hits[0]?.timeMs ?? group.newestMs,
      toMs: group.newestMs,
      hits: [...group.hits],
    }
  }

  /** Undefined when one of the fields is not there: the event belongs to no group. */
  private groupOf(hit: RuleHit): Group | undefined {
    const { groupBy } = this.correlation
    const values: Record<string, string> = {}
    for (const name of groupBy) {
      const value = this.aliased(hit, name)
      if (value === undefined) return undefined
      values[name] = value.slice(0, maxKeyChars)
    }
    const key = JSON.stringify(groupBy.map((name) => values[name]))
    const known = this.groups.get(key)
    const group = known ?? {
      window: newWindow(this.correlation),
      values,
      hits: [],
      newestMs: hit.timeMs,
      isHolding: false,
      toldMs: 0,
    }
    this.groups.delete(key)
    this.groups.set(key, group)
    this.forget()
    return group
  }

  private forget(): void {
    if (this.groups.size <= maxGroups) return
    for (const key of this.groups.keys()) {
      this.groups.delete(key)
      this.forgotten++
      return
    }
  }

  private aliased(hit: RuleHit, name: string): string | undefined {
    const alias = this.correlation.aliases.get(name)
    if (alias === undefined) return hit.field(name)
    const field = (hit.name === undefined ? undefined : alias.get(hit.name)) ?? alias.get(hit.id)
    // A finding of another correlation has the alias itself among its fields.
    return field === undefined ? hit.field(name) : hit.field(field)
  }

  private valueOf(hit: RuleHit, fields: readonly string[]): string | undefined {
    const values = fields.map((name) => this.aliased(hit, name))
    const [only] = values
    if (values.length === 1) return only?.slice(0, maxKeyChars)
    return values.includes(undefined) ? undefined : JSON.stringify(values).slice(0, maxKeyChars)
  }
}

function isWithin(value: number, { order, number }: Threshold): boolean {
  if (Number.isNaN(value)) return false
  switch (order) {
    case 'gt':
      return value > number
    case 'gte':
      return value >= number
    case 'lt':
      return value < number
    case 'lte':
      return value <= number
    case 'eq':
      return value === number
    case 'neq':
      return value !== number
  }
}

function isMet(condition: Condition, rules: readonly string[], met: ReadonlySet<number>): boolean {
  switch (condition.kind) {
    case 'name':
      return met.has(rules.indexOf(condition.name))
    case 'not':
      return !isMet(condition.of, rules, met)
    case 'and':
      return condition.of.every((one) => isMet(one, rules, met))
    case 'or':
      return condition.of.some((one) => isMet(one, rules, met))
  }
}
