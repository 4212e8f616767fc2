// Filters take away from rules what a host accepts: each rule's condition becomes "it, and what every filter keeps".

import type { FilteredRule } from './match/rule-index.ts'
import type { Condition, Detection, LogSource, SigmaFilter, SigmaRule } from './rule.ts'

export function withFilters(rule: SigmaRule, filters: readonly SigmaFilter[]): FilteredRule {
  const fitting = filters.filter((filter) => concerns(filter, rule))
  if (fitting.length === 0) return { rule, selections: rule.selections, condition: rule.condition }
  const selections = new Map<string, Detection>(rule.selections)
  const of: Condition[] = [rule.condition]
  for (const [i, filter] of fitting.entries()) {
    const prefix = `filter ${i} `
    for (const [name, detection] of filter.selections) selections.set(prefix + name, detection)
    of.push(prefixed(filter.keeps, prefix))
  }
  return { rule, selections, condition: { kind: 'and', of } }
}

function concerns(filter: SigmaFilter, { id, name, logsource }: SigmaRule): boolean {
  const isNamed =
    filter.rules === undefined || filter.rules.some((wanted) => wanted === id || wanted === name)
  return isNamed && isSource(filter.logsource, logsource)
}

// What the filter names, the rule has to name too.
function isSource(filter: LogSource, rule: LogSource): boolean {
  return (['product', 'category', 'service'] as const).every(
    (key) => filter[key] === undefined || filter[key] === rule[key],
  )
}

function prefixed(condition: Condition, prefix: string): Condition {
  switch (condition.kind) {
    case 'name':
      return { kind: 'name', name: prefix + condition.name }
    case 'not':
      return { kind: 'not', of: prefixed(condition.of, prefix) }
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((one) => prefixed(one, prefix)) }
  }
}
