// What the reports of an incident are made from, and what they count in it.

import type { Incident, IncidentNode, IncidentStep, NodeKind, StepDetection } from '../../model/index.ts'

/** Events of a source that are missing in the time of the incident. */
export interface SensorLoss {
  readonly source: string
  /** 0: nobody knows how many. */
  readonly count: number
  readonly time: string
}

export interface IncidentReport {
  readonly incident: Incident
  readonly losses: readonly SensorLoss[]
  /** Of the machine that answered. */
  readonly host: string
  /** ISO 8601: when the report was made. */
  readonly made: string
}

/** A thing of the incident with the short number that people use for it: its place among the nodes, from 1 on. */
export interface NumberedNode {
  readonly node: IncidentNode
  readonly number: number
}

export function numberedNodes({ nodes }: Incident): ReadonlyMap<string, NumberedNode> {
  return new Map(nodes.map((node, index) => [node.id, { node, number: index + 1 }]))
}

/** One rule with everything that it found in the incident. */
export interface RuleSummary {
  readonly detection: StepDetection
  /** Steps on which it matched, repeated ones counted. */
  readonly count: number
  readonly first: string
}

/** The gravest first, then by time. */
export function rulesOf({ steps }: Incident): readonly RuleSummary[] {
  const rules = new Map<string, { detection: StepDetection; count: number; first: string }>()
  for (const { detections, count, time } of steps) {
    for (const detection of detections) {
      const key = `${detection.ruleset}\n${detection.rule}`
      const known = rules.get(key)
      if (known === undefined) {
        rules.set(key, { detection, count, first: time })
        continue
      }
      known.count += count
      if (detection.severity > known.detection.severity) known.detection = detection
    }
  }
  return [...rules.values()].toSorted((a, b) => b.detection.severity - a.detection.severity)
}

export function detectedSteps({ steps }: Incident): readonly IncidentStep[] {
  return steps.filter(({ detections }) => detections.length > 0)
}

/** What it is called when there are one or several of it. */
export const kindNames: Readonly<Record<NodeKind, readonly [one: string, many: string]>> = {
  process: ['process', 'processes'],
  file: ['file', 'files'],
  request: ['request', 'requests'],
  address: ['address', 'addresses'],
  session: ['session', 'sessions'],
  account: ['account', 'accounts'],
  service: ['service', 'services'],
  schedule: ['scheduled job', 'scheduled jobs'],
  container: ['container', 'containers'],
}

/** `1 process`, `1,204 files`. */
export function counted(count: number, [one, many]: readonly [string, string]): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(items: readonly string[], most = 4): string {
  const shown = items.length > most ? items.slice(0, most - 1) : items
  const more = items.length - shown.length
  const all = more > 0 ? [...shown, `${more} more`] : shown
  const last = all.at(-1) ?? ''
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`
}

/** A fact of a node as text; '' where it is unknown. */
export function factOf({ facts }: IncidentNode, ...names: readonly string[]): string {
  for (const name of names) {
    const { [name]: value } = facts
    if (value !== undefined && value !== '') return String(value)
  }
  return ''
}
