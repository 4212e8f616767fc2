// Why a rule holds for an event, or does not: every selection, every line of it, and the values that it saw.

import { compileCondition, compileDetection } from './match/compile.ts'
import type { FilteredRule } from './match/rule-index.ts'
import { EventValues, FieldSlots } from './match/values.ts'
import type { View } from './match/view.ts'
import type { Detection } from './rule.ts'
import type { RuleSupport } from './support.ts'

export interface TestExplanation {
  /** `and` or `or` of a group, else as it is written in the rule, e.g. `Image|endswith`. */
  readonly key: string
  readonly holds: boolean
  /** Members of a group. */
  readonly of?: readonly TestExplanation[]
  /** The event's values; empty when it has none. */
  readonly seen?: readonly string[]
  /** The rule's values. */
  readonly wanted?: readonly string[]
}

export interface ViewExplanation {
  readonly view: string
  readonly holds: boolean
  readonly selections: readonly {
    readonly name: string
    readonly holds: boolean
    readonly test: TestExplanation
  }[]
}

export interface RuleExplanation {
  readonly ruleId: string
  readonly title: string
  readonly holds: boolean
  /** One for each way in which the rule looks at the event. */
  readonly views: readonly ViewExplanation[]
  /** Why it was not looked at. */
  readonly reason?: string
}

const maxSeen = 20
const maxSeenChars = 400

interface ExplainContext {
  /** Those that the rule's log source asks for. */
  readonly views: readonly View[]
  readonly record: unknown
  readonly support: RuleSupport | undefined
}

export function explainRule(
  filtered: FilteredRule,
  { views, record, support }: ExplainContext,
): RuleExplanation {
  const { rule } = filtered
  const explained = views.map((view) => explainView(filtered, view, record))
  const isUsable = rule.unresolved.length === 0
  const logsource = Object.values(rule.logsource).join(' ')
  const reason =
    views.length > 0 && isUsable ? undefined : (support?.reason ?? `the event is not of ${logsource}`)
  return {
    ruleId: rule.id,
    title: rule.title,
    holds: isUsable && explained.some(({ holds }) => holds),
    views: explained,
    ...(reason === undefined ? {} : { reason }),
  }
}

function explainView({ selections, condition }: FilteredRule, view: View, record: unknown): ViewExplanation {
  const slots = new FieldSlots((field) => view.getter(field) ?? (() => undefined))
  const compiled = new Map(
    Array.from(selections, ([name, detection]) => [name, compileDetection(detection, slots)]),
  )
  const holds = compileCondition(condition, compiled)
  const tests = Array.from(selections, ([name, detection]) => ({
    name,
    test: (values: EventValues) => explainDetection(detection, slots, values),
  }))
  const values = new EventValues(slots)
  values.reset(record)
  return {
    view: view.id,
    holds: holds(values),
    selections: tests.map(({ name, test }) => {
      const explained = test(values)
      return { name, holds: explained.holds, test: explained }
    }),
  }
}

function explainDetection(detection: Detection, slots: FieldSlots, values: EventValues): TestExplanation {
  const holds = compileDetection(detection, slots)(values)
  if (detection.kind !== 'field') {
    const of = detection.of.map((one) => explainDetection(one, slots, values))
    return { key: detection.kind, holds, of }
  }
  const value = values.at(slots.of(detection.field))
  const seen = typeof value === 'string' ? [value] : (value ?? [])
  return {
    key: detection.key,
    holds,
    seen: seen.slice(0, maxSeen).map((text) => text.slice(0, maxSeenChars)),
    wanted: detection.written.slice(0, maxSeen).map((text) => text.slice(0, maxSeenChars)),
  }
}
