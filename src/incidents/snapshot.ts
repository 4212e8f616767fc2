// A story as it is stored and shown.

import type { Incident, IncidentBasis, IncidentLink, IncidentNode, IncidentStep } from '../model/index.ts'
import { levelOf, scoreOf } from './score.ts'
import type { GraphLink, RuleScore, Story } from './state.ts'
import { microsOf } from './step-time.ts'
import { addHistory } from './story.ts'
import { suggestionsOf } from './suggest.ts'
import { titleOf } from './title.ts'
import { incidentLevels } from '../model/index.ts'

const maxNames = 64
const outcomes = ['possible', 'likely', 'confirmed'] as const

export function snapshot(story: Story): Incident {
  const score = scoreOf(story)
  const level = levelOf(score)
  raise(story, level, score)
  const nodes = nodesOf(story)
  const first = story.steps[0]?.time ?? story.history[0]?.time ?? ''
  return {
    version: 1,
    id: story.id,
    title: titleOf(story),
    level,
    score,
    status: story.status,
    first,
    last: lastOf(story, first),
    nodes,
    links: [...story.links.values()].map(linkOf),
    steps: story.steps.map(stepOf),
    accounts: accountsOf(nodes),
    addresses: nodes
      .filter(({ kind, role }) => kind === 'address' && role === 'member')
      .slice(0, maxNames)
      .map(({ label }) => label),
    containers: nodes
      .filter(({ kind }) => kind === 'container')
      .slice(0, maxNames)
      .map(({ label }) => label),
    techniques: [...story.techniques],
    suggestions: story.status === 'merged' ? [] : suggestionsOf(story, level),
    history: [...story.history],
    omitted: { ...story.omitted },
    basis: [...story.rules].map(basisOf),
    ...(story.success === 0 ? {} : { outcome: outcomes[story.success - 1] ?? 'possible' }),
    ...(story.into === undefined ? {} : { into: story.into }),
    ...(story.continues === undefined ? {} : { continues: story.continues }),
    ...(story.cuts.size === 0 ? {} : { cuts: [...story.cuts].map(cutOf) }),
  }
}

function raise(story: Story, level: Incident['level'], score: number): void {
  if (incidentLevels.indexOf(level) <= incidentLevels.indexOf(story.level)) return
  // How it opened says the first level already.
  const isFirst = story.level === 'informational' && !story.history.some(({ change }) => change === 'raised')
  const [gravest] = story.steps.toSorted((a, b) => b.severity - a.severity)
  const time = story.steps.at(-1)?.lastTime ?? story.steps.at(-1)?.time ?? ''
  const names = [...new Set(story.steps.flatMap(({ detections }) => detections.map(({ name }) => name)))]
  story.level = level
  if (isFirst && names.length <= 1) return
  const why = `${level} (${score}): ${names.slice(0, 4).join('; ')}${names.length > 4 ? ' …' : ''}${gravest === undefined ? '' : `; gravest: ${gravest.text.slice(0, 160)}`}`
  addHistory(story, { time, change: 'raised', why })
}

function lastOf(story: Story, first: string): string {
  let last = first
  for (const { time, lastTime } of story.steps) {
    const own = lastTime ?? time
    if (microsOf(own) > microsOf(last)) last = own
  }
  return last
}

function nodesOf(story: Story): readonly IncidentNode[] {
  return [...story.nodes.values()].map(({ node, role, first, last, score }) => ({
    id: node.id,
    kind: node.kind,
    label: node.label,
    role,
    first,
    last,
    score,
    facts: { ...node.facts, ...boundaryFact(node.process?.boundary) },
  }))
}

function boundaryFact(boundary: string | undefined): Readonly<Record<string, string>> {
  return boundary === undefined ? {} : { 'hx.boundary': boundary }
}

function linkOf({ from, to, kind, why, first, sequences }: GraphLink): IncidentLink {
  return { from: from.id, to: to.id, kind, why, first, sequences: [...sequences] }
}

function stepOf(step: Story['steps'][number]): IncidentStep {
  return {
    time: step.time,
    ...(step.lastTime === undefined ? {} : { lastTime: step.lastTime }),
    sequence: step.sequence,
    count: step.count,
    text: step.text,
    severity: step.severity,
    nodes: [...step.nodes],
    why: step.why,
    detections: [...step.detections],
    ...(step.event === undefined ? {} : { event: step.event }),
  }
}

function accountsOf(nodes: readonly IncidentNode[]): readonly string[] {
  const names = new Set<string>()
  for (const { kind, label, role, facts } of nodes) {
    if (kind === 'account') names.add(label)
    const user = facts['user.name']
    if (role === 'member' && typeof user === 'string') names.add(user)
  }
  return [...names].slice(0, maxNames)
}

function cutOf(pair: string): { readonly from: string; readonly to: string } {
  const [from = '', to = ''] = pair.split('\n')
  return { from, to }
}

function basisOf([key, rule]: readonly [string, RuleScore]): IncidentBasis {
  const [ruleset = '', name = ''] = key.split('\n')
  return {
    rule: name,
    ruleset,
    severity: rule.severity,
    techniques: [...rule.techniques],
    ...(rule.isNoise ? { attempt: true as const } : {}),
    ...(rule.isMaintenance ? { maintenance: true as const } : {}),
    ...(rule.webClass === '' ? {} : { web: { class: rule.webClass, confidence: rule.confidence } }),
  }
}
