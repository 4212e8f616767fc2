// Correlations (specification 2.1): which rules, grouped by what, within which time, from how many on.

import {
  type Condition,
  type CorrelationType,
  correlationTypes,
  type SigmaCorrelation,
  type RuleHead,
  type Threshold,
} from '../rule.ts'
import { readCondition } from './condition.ts'
import { isMap, RuleFault, textOf, textsOf } from './fault.ts'

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const orders: readonly Threshold['order'][] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq']
const maxTimespanMs = 366 * 86_400_000
const defaultPercentile = 50

/** Throws RuleFault. */
export function readCorrelation(head: RuleHead, given: unknown): SigmaCorrelation {
  if (!isMap(given)) throw new RuleFault(['correlation'], 'there is no correlation')
  const type = correlationTypes.find((known) => known === given['type'])
  if (type === undefined) {
    throw new RuleFault(['correlation', 'type'], `the type is none of ${correlationTypes.join(', ')}`)
  }
  const rules = textsOf(given['rules'])
  if (rules.length === 0) throw new RuleFault(['correlation', 'rules'], 'there are no rules')
  const condition = readThresholds(given['condition'], type, rules)
  return {
    ...head,
    type,
    rules,
    groupBy: textsOf(given['group-by']),
    timespanMs: readTimespan(given['timespan']),
    aliases: readAliases(given['aliases']),
    generate: given['generate'] === true,
    ...condition,
  }
}

function readTimespan(given: unknown): number {
  const [, number, unit = ''] = /^(\d{1,7})([smhdw])$/.exec(textOf(given) ?? '') ?? []
  const ms = Number(number) * (units[unit] ?? 0)
  if (!(ms > 0 && ms <= maxTimespanMs)) {
    throw new RuleFault(
      ['correlation', 'timespan'],
      'the timespan is a number and s, m, h, d or w; a year at most',
    )
  }
  return ms
}

type Thresholds = Pick<SigmaCorrelation, 'thresholds' | 'fields' | 'percentile' | 'expression'>

function readThresholds(given: unknown, type: CorrelationType, rules: readonly string[]): Thresholds {
  const path = ['correlation', 'condition']
  const isTemporal = type === 'temporal' || type === 'temporal_ordered'
  const none = { thresholds: [], fields: [], percentile: defaultPercentile }
  if (isTemporal && given === undefined) return { ...none, expression: allOf(rules) }
  if (isTemporal && typeof given === 'string') {
    try {
      return { ...none, expression: readCondition(given, rules, new Set()) }
    } catch (thrown) {
      if (thrown instanceof RangeError) throw new RuleFault(path, thrown.message)
      throw thrown
    }
  }
  if (!isMap(given)) throw new RuleFault(path, 'there is no condition')
  const thresholds = orders.flatMap((order) => {
    const value = given[order]
    if (value === undefined) return []
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new RuleFault([...path, order], `\`${order}\` takes a number`)
    }
    return [{ order, number: value }]
  })
  if (thresholds.length === 0) throw new RuleFault(path, `the condition has none of ${orders.join(', ')}`)
  const fields = textsOf(given['field'])
  if (type.startsWith('value_') && fields.length === 0) {
    throw new RuleFault([...path, 'field'], `\`${type}\` needs a field`)
  }
  return { thresholds, fields, percentile: readPercentile(given['percentile']) }
}

function readPercentile(given: unknown): number {
  if (given === undefined) return defaultPercentile
  if (typeof given === 'number' && given > 0 && given < 100) return given
  throw new RuleFault(
    ['correlation', 'condition', 'percentile'],
    'a percentile is a number between 0 and 100',
  )
}

function allOf(rules: readonly string[]): Condition {
  return { kind: 'and', of: rules.map((name) => ({ kind: 'name', name })) }
}

function readAliases(given: unknown): ReadonlyMap<string, ReadonlyMap<string, string>> {
  if (given === undefined) return new Map()
  if (!isMap(given)) throw new RuleFault(['correlation', 'aliases'], 'aliases are a map')
  return new Map(
    Object.entries(given).map(([alias, fields]) => {
      if (!isMap(fields)) {
        throw new RuleFault(['correlation', 'aliases', alias], 'an alias is a map from rules to their fields')
      }
      return [
        alias,
        new Map(
          Object.entries(fields).flatMap(([rule, field]) => textsOf(field).map((text) => [rule, text])),
        ),
      ]
    }),
  )
}
