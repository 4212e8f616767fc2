// Every Sigma rule and correlation with what becomes of it on this host.

import type { SigmaRuleLine } from '../../model/sigma-lines.ts'
import { createSigma, type RuleHead, type RuleProblem } from '../../rules/sigma/index.ts'
import type { SigmaRules } from './sigma-rules.ts'

export interface SigmaRows {
  readonly rows: readonly SigmaRuleLine[]
  readonly problems: readonly RuleProblem[]
}

type Becomes = Pick<SigmaRuleLine, 'state' | 'on' | 'views' | 'missing' | 'reason'>

export function sigmaRows({ all, used }: SigmaRules): SigmaRows {
  const sigma = createSigma(all)
  const inUse = new Set<RuleHead>([...used.rules, ...used.correlations])
  const rules = all.rules.map((rule, i): SigmaRuleLine => {
    const { on = 'nothing', views = [], missing = [], reason } = sigma.support[i] ?? {}
    const state = on === 'events' ? 'active' : 'idle'
    return row(rule, 'rule', { state, on, views, missing, ...(reason === undefined ? {} : { reason }) })
  })
  const running = new Set(rules.flatMap(({ state, id, name }) => (state === 'active' ? [id, name] : [])))
  const faulty = new Map(sigma.problems.map(({ rule = '', message }) => [rule, message]))
  const correlations = all.correlations.map((one): SigmaRuleLine => {
    const fault = faulty.get(one.id)
    const isRunning =
      fault === undefined && one.rules.some((name) => running.has(name) || isCorrelation(name))
    const why = fault ?? 'none of its rules runs here'
    const idle: Becomes = { state: 'idle', on: 'nothing', views: [], missing: [], reason: why }
    const active: Becomes = { state: 'active', on: 'events', views: ['correlation'], missing: [] }
    return row(one, 'correlation', isRunning ? active : idle)
  })
  function isCorrelation(name: string): boolean {
    return all.correlations.some((other) => other.id === name || other.name === name)
  }
  const heads = [...all.rules, ...all.correlations]
  const rows = [...rules, ...correlations].map((one, i) => {
    const head = heads[i]
    return head === undefined || inUse.has(head) ? one : switchedOff(one)
  })
  return {
    rows,
    problems: [...sigma.problems, ...used.problems.filter((problem) => !all.problems.includes(problem))],
  }
}

function row(head: RuleHead, kind: SigmaRuleLine['kind'], becomes: Becomes): SigmaRuleLine {
  const { id, name, title, level, source } = head
  return {
    type: 'sigma-rule',
    version: 1,
    id,
    ...(name === undefined ? {} : { name }),
    title,
    kind,
    level,
    file: source,
    ...becomes,
  }
}

function switchedOff(line: SigmaRuleLine): SigmaRuleLine {
  return { ...line, state: 'off', reason: 'the configuration leaves it out ([rules] disable, least_level)' }
}
