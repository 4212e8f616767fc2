// Whether a rule can run on this host, and if not, why: no sensor has its log source, or no event can fill what it asks.

import { foldCondition } from './match/fold.ts'
import type { FilteredRule } from './match/rule-index.ts'
import { isSeen, type View } from './match/view.ts'
import type { LogSource } from './rule.ts'

export interface RuleSupport {
  readonly ruleId: string
  readonly title: string
  /** `events`: also requests in the logs of web servers; `records`: only what is read from files (Windows event logs). */
  readonly on: 'events' | 'records' | 'nothing'
  /** The views of events in which it runs. */
  readonly views: readonly string[]
  /** Fields that it names and no event fills, though it can hold without them. */
  readonly missing: readonly string[]
  /** Why it does not run on events. */
  readonly reason?: string
}

/** Log sources that readers of files give as records. */
const recordSources: readonly { readonly of: LogSource; readonly reason: string }[] = [
  { of: { product: 'windows' }, reason: 'its events are in Windows event logs, which are read from files' },
]

export interface Support {
  readonly support: RuleSupport
  readonly views: readonly View[]
}

export function supportOf(filtered: FilteredRule, views: readonly View[]): Support {
  const { rule, condition, selections } = filtered
  const head = { ruleId: rule.id, title: rule.title }
  if (rule.unresolved.length > 0) {
    const names = rule.unresolved.map((name) => `%${name}%`).join(', ')
    const reason = `nobody has said what ${names} stands for`
    return { views: [], support: { ...head, on: 'nothing', views: [], missing: [], reason } }
  }
  const seeing = views.filter((view) => isSeen(view, rule.logsource))
  const missing = seeing.map(() => new Set<string>())
  const usable = seeing.filter(
    (view, i) => foldCondition(condition, selections, { view, missing: missing[i] ?? new Set() }) !== false,
  )
  const inAll = missing.length === 0 ? [] : [...missing.reduce((all, one) => all.intersection(one))]
  if (usable.length > 0) {
    const names = [...new Set(usable.map(({ id }) => id))]
    return { views: usable, support: { ...head, on: 'events', views: names, missing: inAll } }
  }
  return {
    views: [],
    support: { ...head, views: [], missing: inAll, ...refusal(rule.logsource, inAll, seeing.length) },
  }
}

function refusal(
  logsource: LogSource,
  missing: readonly string[],
  seeing: number,
): Pick<RuleSupport, 'on' | 'reason'> {
  const asked = Object.entries(logsource)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')
  const record = recordSources.find(({ of }) =>
    Object.entries(of).every(([key, value]) => logsource[key as keyof LogSource] === value),
  )
  if (record !== undefined) return { on: 'records', reason: record.reason }
  if (seeing === 0) return { on: 'nothing', reason: `no sensor here has ${asked}` }
  const fields = missing.filter((field) => field !== '')
  const what =
    fields.length > 0 ? `no event here has ${fields.join(', ')}` : 'no event here can have what it asks for'
  return { on: 'nothing', reason: `${what} (${asked})` }
}
