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

/** `json` is the list of groups. */
export interface SavedCorrelation {
  readonly definition: string
  readonly forgotten: number
  readonly json: string
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

  /**
   * What is kept of each group that the newest event has not left behind, as JSON, the one that waited longest first. The
   * newest groups only when all would be more than `maxChars`.
   */
  save(newestMs: number, maxChars: number): SavedCorrelation | undefined {
    const groups: string[] = []
    let left = maxChars
    let untold = 0
    for (const group of [...this.groups.values()].toReversed()) {
      if (newestMs - group.newestMs > this.correlation.timespanMs) continue
      const text = left > 0 ? JSON.stringify(savedGroup(group)) : ''
      left -= text.length
      if (left > 0) groups.push(text)
      else untold++
    }
    if (groups.length === 0 && this.forgotten === 0) return undefined
    const json = `[${groups.toReversed().join(',')}]`
    return { definition: this.definition, forgotten: this.forgotten + untold, json }
  }

  /** Takes back what `save` gave. Nothing, when the correlation has become another since. */
  restore(saved: unknown): void {
    if (!isRecord(saved) || saved['definition'] !== this.definition) return
    const { forgotten, groups } = saved
    if (typeof forgotten === 'number' && forgotten > 0) this.forgotten += Math.floor(forgotten)
    for (const one of Array.isArray(groups) ? (groups as unknown[]).slice(-maxGroups) : []) {
      const group = this.restoredGroup(one)
      if (group !== undefined) this.groups.set(this.keyOf(group.values), group)
    }
  }

  /** What a window's content depends on. */
  private get definition(): string {
    const { type, rules, groupBy, timespanMs, fields, thresholds } = this.correlation
    return JSON.stringify([type, rules, groupBy, timespanMs, fields, thresholds])
  }

  private restoredGroup(saved: unknown): Group | undefined {
    if (!isRecord(saved) || !isRecord(saved['values']) || !Array.isArray(saved['hits'])) return undefined
    const { values, hits, newestMs, isHolding, toldMs, window: kept } = saved
    const named = this.correlation.groupBy.map((name) => [name, values[name]] as const)
    if (!named.every(([, value]) => typeof value === 'string')) return undefined
    if (!Number.isFinite(newestMs) || !Number.isFinite(toldMs)) return undefined
    const window = newWindow(this.correlation)
    window.restore(kept)
    return {
      window,
      values: Object.fromEntries(named) as Readonly<Record<string, string>>,
      hits: (hits as unknown[]).slice(-maxHits).filter((hit) => isHit(hit)),
      newestMs: Number(newestMs),
      isHolding: isHolding === true,
      toldMs: Number(toldMs),
    }
  }

  private keyOf(values: Readonly<Record<string, string>>): string {
    return JSON.stringify(this.correlation.groupBy.map((name) => values[name]))
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
    const key = this.keyOf(values)
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

function savedGroup({ window, values, hits, newestMs, isHolding, toldMs }: Group): object {
  return { values, hits, newestMs, isHolding, toldMs, window: window.save() }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isHit(value: unknown): value is CorrelatedHit {
  if (!isRecord(value) || typeof value['rule'] !== 'string' || !Number.isFinite(value['timeMs'])) return false
  return ['undefined', 'string', 'number'].includes(typeof value['reference'])
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
