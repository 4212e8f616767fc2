// All correlations of a rule set: who listens to which rule, what their findings lead to, and which rules are silent
// because only a correlation speaks for them.

import { type CorrelationFinding, detectionOf, type SigmaDetection } from '../detection.ts'
import type { RuleProblem, RuleSet, SigmaCorrelation } from '../rule.ts'
import { CorrelationState, type RuleHit } from './correlation-state.ts'

const maxDepth = 8
const maxSavedChars = 4 * 1024 ** 2

export class Correlations {
  readonly problems: readonly RuleProblem[]
  /** Ids of rules that are told only as part of a correlation. */
  readonly silent: ReadonlySet<string>
  private readonly listeners = new Map<string, CorrelationState[]>()
  private readonly states: readonly CorrelationState[]

  constructor({ rules, correlations }: RuleSet) {
    const problems: RuleProblem[] = []
    const idOf = namesToIds([...rules, ...correlations])
    const usable = correlations.filter((one) => {
      const message = faultOf(one, { correlations, idOf })
      if (message !== undefined) {
        problems.push({
          severity: 'error',
          source: one.source,
          rule: one.id,
          place: 'correlation.rules',
          message,
        })
      }
      return message === undefined
    })
    this.states = usable.map((one) => new CorrelationState(one))
    const silent = new Set<string>()
    const loud = new Set<string>()
    for (const state of this.states) {
      for (const name of state.correlation.rules) {
        const id = idOf.get(name) ?? name
        const listening = this.listeners.get(id)
        if (listening === undefined) this.listeners.set(id, [state])
        else if (!listening.includes(state)) listening.push(state)
        ;(state.correlation.generate ? loud : silent).add(id)
      }
    }
    this.silent = silent.difference(loud)
    this.problems = problems
  }

  /** Groups that were forgotten because there were too many. */
  get forgotten(): number {
    return this.states.reduce((sum, state) => sum + state.forgotten, 0)
  }

  /** What all windows hold, of at most a few million characters; the oldest groups are left out where it would be more. */
  save(newestMs: number): string {
    // What one leaves of its part is another's.
    let left = maxSavedChars
    let open = this.states.length
    const parts: string[] = []
    for (const state of this.states) {
      const saved = state.save(newestMs, left / open--)
      if (saved === undefined) continue
      const { definition, forgotten, json } = saved
      const head = JSON.stringify({ id: state.correlation.id, definition, forgotten })
      parts.push(`${head.slice(0, -1)},"groups":${json}}`)
      left -= json.length
    }
    return `{"version":1,"newestMs":${newestMs},"correlations":[${parts.join(',')}]}`
  }

  /** Takes back what `save` gave, and answers with the time of the newest event then; 0 when it is of another form. */
  restore(saved: string): number {
    const { version, newestMs, correlations } = objectIn(saved)
    if (version !== 1 || !Array.isArray(correlations)) return 0
    const byId = new Map(this.states.map((state) => [state.correlation.id, state]))
    for (const one of correlations as unknown[]) {
      if (typeof one !== 'object' || one === null || !('id' in one) || typeof one.id !== 'string') continue
      byId.get(one.id)?.restore(one)
    }
    return typeof newestMs === 'number' && newestMs > 0 ? newestMs : 0
  }

  hears(ruleId: string): boolean {
    return this.listeners.has(ruleId)
  }

  /** What the match of a rule leads to. */
  take(hit: RuleHit, depth = 0): SigmaDetection[] {
    if (depth > maxDepth) return []
    return (this.listeners.get(hit.id) ?? []).flatMap((state) => {
      const finding = state.take(hit)
      if (finding === undefined) return []
      const { correlation } = state
      const further = this.take(hitOf(correlation, finding), depth + 1)
      if (this.silent.has(correlation.id)) return further
      return [{ ...detectionOf(correlation, 'correlation'), correlation: finding }, ...further]
    })
  }
}

function objectIn(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

function hitOf({ id, name }: SigmaCorrelation, finding: CorrelationFinding): RuleHit {
  const reference = finding.hits.at(-1)?.reference
  return {
    id,
    ...(name === undefined ? {} : { name }),
    timeMs: finding.toMs,
    ...(reference === undefined ? {} : { reference }),
    field: (field) => (Object.hasOwn(finding.group, field) ? finding.group[field] : undefined),
  }
}

function namesToIds(
  all: readonly { readonly id: string; readonly name?: string }[],
): ReadonlyMap<string, string> {
  const ids = new Map<string, string>()
  for (const { id, name } of all) {
    ids.set(id, id)
    if (name !== undefined) ids.set(name, id)
  }
  return ids
}

interface Known {
  readonly correlations: readonly SigmaCorrelation[]
  readonly idOf: ReadonlyMap<string, string>
}

function faultOf(correlation: SigmaCorrelation, { correlations, idOf }: Known): string | undefined {
  const unknown = correlation.rules.find((name) => !idOf.has(name))
  if (unknown !== undefined) return `there is no rule ${unknown}`
  const byId = new Map(correlations.map((one) => [one.id, one]))
  const open = [...correlation.rules]
  const seen = new Set<string>()
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const id = idOf.get(name) ?? name
    if (id === correlation.id) return 'it refers to itself, over other correlations or at once'
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(byId.get(id)?.rules ?? []))
  }
  return undefined
}
