// The steps of an incident as a story: grouped by day and minute, indented by what caused what, long quiet runs folded.
// Text and HTML are made from it.

import type { Incident, IncidentLevel, IncidentNode, IncidentStep, LinkKind } from '../../model/index.ts'

export interface StoryRow {
  readonly step: IncidentStep
  /** How deep its actor lies below the first cause: 0 to `maxDepth`. */
  readonly depth: number
  readonly level: IncidentLevel
  /** Steps that follow at once and of which nothing was detected: for those who want all. */
  readonly more: readonly IncidentStep[]
}

export interface StoryGroup {
  /** `2026-11-22`. */
  readonly day: string
  /** `10:04`. */
  readonly minute: string
  readonly rows: readonly StoryRow[]
}

export const maxDepth = 6
/** Of a run of more than so many steps without a detection the first ones are shown. */
const mostQuiet = 12
const shownQuiet = 8

/** Day and time of day, with milliseconds; in UTC or in the zone of this process. The text itself where it is no time. */
export function clockOf(iso: string, zone: 'utc' | 'local'): { readonly day: string; readonly time: string } {
  const at = new Date(iso)
  const ms = at.getTime()
  if (Number.isNaN(ms)) return { day: '', time: iso }
  const shifted = zone === 'utc' ? ms : ms - at.getTimezoneOffset() * 60_000
  const text = new Date(shifted).toISOString()
  return { day: text.slice(0, -14), time: text.slice(-13, -1) }
}

/** event.severity as a level; the limits are those of the outputs. */
export function levelOf(severity: number): IncidentLevel {
  if (severity >= 80) return 'critical'
  if (severity >= 60) return 'high'
  if (severity >= 40) return 'medium'
  return severity >= 20 ? 'low' : 'informational'
}

export function storyOf(incident: Incident, zone: 'utc' | 'local'): readonly StoryGroup[] {
  const depths = depthsOf(incident)
  const groups: { day: string; minute: string; rows: StoryRow[] }[] = []
  for (const [step, ...more] of foldQuiet(incident.steps)) {
    const { day, time } = clockOf(step.time, zone)
    const minute = time.slice(0, 5)
    let group = groups.at(-1)
    if (group === undefined || group.day !== day || group.minute !== minute) {
      group = { day, minute, rows: [] }
      groups.push(group)
    }
    const [actor = ''] = step.nodes
    group.rows.push({ step, depth: depths.get(actor) ?? 0, level: levelOf(step.severity), more })
  }
  return groups
}

type Steps = readonly [IncidentStep, ...IncidentStep[]]

/** Long runs of steps of which nothing was detected: the first ones stand alone, the last of these has the others behind it. */
function foldQuiet(steps: readonly IncidentStep[]): Steps[] {
  const folded: Steps[] = []
  let run: IncidentStep[] = []
  const close = (): void => {
    const isLong = run.length > mostQuiet
    const alone = isLong ? run.slice(0, shownQuiet) : run
    const others = isLong ? run.slice(shownQuiet) : []
    for (const [index, step] of alone.entries()) {
      folded.push(index === alone.length - 1 ? [step, ...others] : [step])
    }
    run = []
  }
  for (const step of steps) {
    if (step.detections.length === 0) {
      run.push(step)
      continue
    }
    close()
    folded.push([step])
  }
  close()
  return folded
}

/** Which link says best what a thing comes from. */
const causes: Partial<Record<LinkKind, number>> = {
  caused: 0,
  started: 1,
  uploaded: 2,
  wrote: 3,
  opened: 4,
  ran: 5,
  changed: 6,
  'connected-to': 7,
  defines: 8,
}

/** How far each node is from the first cause: what members of the incident made lies below them. */
function depthsOf({ nodes, links }: Incident): ReadonlyMap<string, number> {
  const members = new Map<string, IncidentNode>(
    nodes
      .filter(({ role, kind }) => role === 'member' && kind !== 'account' && kind !== 'container')
      .map((node) => [node.id, node]),
  )
  const parents = new Map<string, { from: string; rank: number }>()
  for (const { from, to, kind } of links) {
    const rank = causes[kind]
    if (rank === undefined || from === to || members.get(from) === undefined) continue
    // An address begins a story; it is not one of its actors.
    if (members.get(from)?.kind === 'address') continue
    const known = parents.get(to)
    if (known === undefined || rank < known.rank) parents.set(to, { from, rank })
  }
  return new Map(nodes.map(({ id }) => [id, depthOf(id, parents)]))
}

function depthOf(id: string, parents: ReadonlyMap<string, { readonly from: string }>): number {
  let depth = 0
  let at = parents.get(id)?.from
  while (at !== undefined && depth < maxDepth) {
    depth += 1
    at = parents.get(at)?.from
  }
  return depth
}
