// What a Sigma rule is after reading (specification 2.1): its detections with all modifiers resolved, its condition with
// all quantifiers resolved, its filters and correlations. Plain data.

import type { Pattern } from './values/pattern.ts'
import type { Network } from '../../base/network.ts'
import type { SafeRegex } from './regex/safe-regex.ts'

export type SigmaLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical'

/** Where events come from; a rule asks for all that it names. */
export interface LogSource {
  readonly product?: string
  readonly category?: string
  readonly service?: string
}

/** Part of a date, in UTC. */
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

export type Order = 'lt' | 'lte' | 'gt' | 'gte'

/** One comparison with one value of a field. */
export type Match =
  | { readonly op: 'text'; readonly pattern: Pattern; readonly cased: boolean }
  /** A number as a keyword: a whole word of the text. */
  | { readonly op: 'word'; readonly text: string }
  | { readonly op: 'regex'; readonly regex: SafeRegex }
  | { readonly op: 'cidr'; readonly network: Network }
  | { readonly op: Order; readonly number: number }
  | { readonly op: 'null' }
  | { readonly op: 'exists'; readonly expected: boolean }
  | {
      readonly op: 'field'
      readonly other: string
      readonly at: 'whole' | 'start' | 'end' | 'anywhere'
      readonly cased: boolean
    }

export interface FieldTest {
  readonly kind: 'field'
  /** Empty: a keyword, looked for in the whole event. */
  readonly field: string
  readonly part?: TimePart
  /** One entry for each value of the rule; an entry holds when one of its comparisons does. */
  readonly values: readonly (readonly Match[])[]
  /** All values have to hold, not one. */
  readonly all: boolean
  /** `neq`: the field is there, and none holds. */
  readonly negated: boolean
  /** As it is written in the rule, e.g. `CommandLine|contains|all`. */
  readonly key: string
  /** The values as they are written. */
  readonly written: readonly string[]
}

export type Detection = FieldTest | { readonly kind: 'and' | 'or'; readonly of: readonly Detection[] }

export type Condition =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }

/** What rules, correlations and filters all have. */
export interface RuleHead {
  /** The rule's id, or its name or title where it has none. */
  readonly id: string
  readonly name?: string
  readonly title: string
  readonly status?: string
  readonly description?: string
  readonly author?: string
  readonly license?: string
  readonly references: readonly string[]
  readonly tags: readonly string[]
  readonly falsePositives: readonly string[]
  readonly level: SigmaLevel
  /** The file that it comes from. */
  readonly source: string
}

export interface SigmaRule extends RuleHead {
  readonly logsource: LogSource
  readonly selections: ReadonlyMap<string, Detection>
  readonly condition: Condition
  /** Placeholders that have no values here: the rule cannot run. */
  readonly unresolved: readonly string[]
}

export const correlationTypes = [
  'event_count',
  'value_count',
  'temporal',
  'temporal_ordered',
  'value_sum',
  'value_avg',
  'value_min',
  'value_max',
  'value_percentile',
] as const

export type CorrelationType = (typeof correlationTypes)[number]

export interface Threshold {
  readonly order: Order | 'eq' | 'neq'
  readonly number: number
}

export interface SigmaCorrelation extends RuleHead {
  readonly type: CorrelationType
  /** Ids or names of rules and correlations. */
  readonly rules: readonly string[]
  readonly groupBy: readonly string[]
  readonly timespanMs: number
  /** All have to hold; empty for a temporal correlation that has an expression. */
  readonly thresholds: readonly Threshold[]
  /** Of temporal correlations: which of the rules have to be met. */
  readonly expression?: Condition
  /** Whose values are counted. */
  readonly fields: readonly string[]
  /** Of value_percentile: 1 to 99. */
  readonly percentile: number
  /** Alias, then rule, to the field's name in that rule's events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whether the referenced rules also speak for themselves. */
  readonly generate: boolean
}

export interface SigmaFilter extends RuleHead {
  readonly logsource: LogSource
  /** Ids or names; undefined: every rule of the log source. */
  readonly rules: readonly string[] | undefined
  readonly selections: ReadonlyMap<string, Detection>
  /** What of a rule's matches remains. */
  readonly keeps: Condition
}

export interface RuleProblem {
  /** `error`: the rule is not used. */
  readonly severity: 'error' | 'warning'
  readonly source: string
  /** From 1; absent where it is about the whole document. */
  readonly line?: number
  /** Id or title. */
  readonly rule?: string
  /** E.g. `detection.selection.Image|endswith`. */
  readonly place?: string
  /** One sentence for people. */
  readonly message: string
}

export interface RuleSet {
  readonly rules: readonly SigmaRule[]
  readonly correlations: readonly SigmaCorrelation[]
  readonly filters: readonly SigmaFilter[]
  readonly problems: readonly RuleProblem[]
}
