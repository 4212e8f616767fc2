// A stored incident becomes a story again: what is not in it (who is whose parent, what a file is) is read from facts and links.

import type { Incident, IncidentNode, IncidentStep } from '../model/index.ts'
import { boundaryOf } from './boundaries.ts'
import type { Found } from './detections.ts'
import type { Memory, NewNode } from './memory.ts'
import { pathOf } from './request-text.ts'
import { type GraphLink, linkKey, pairOf, type Story } from './state.ts'
import { foldOf } from './step-text.ts'
import { microsOf } from './step-time.ts'
import { newStory } from './story.ts'
import type { Things } from './things.ts'

const successOf = { possible: 1, likely: 2, confirmed: 3 } as const

export function storyOf(incident: Incident, memory: Memory, things: Things): Story {
  const time = incident.first
  const story = newStory(incident.id, { time, change: 'opened', why: '' })
  story.history.splice(0, 1, ...incident.history)
  story.status = incident.status
  story.level = incident.level
  story.success = incident.outcome === undefined ? 0 : successOf[incident.outcome]
  story.into = incident.into
  story.continues = incident.continues
  story.lastMs = Math.floor(microsOf(incident.last) / 1000)
  Object.assign(story.omitted, incident.omitted)
  for (const { from, to } of incident.cuts ?? []) story.cuts.add(pairOf(from, to))
  for (const id of incident.techniques) story.techniques.add(id)
  addRules(story, incident)
  for (const node of incident.nodes) addNodeOf(story, node, { memory, things })
  for (const link of incident.links) addLinkOf(story, link, memory)
  for (const step of incident.steps) addStepOf(story, step)
  story.isChanged = false
  return story
}

function addRules(story: Story, { basis }: Incident): void {
  for (const { rule, ruleset, severity, techniques, attempt, maintenance, web } of basis ?? []) {
    story.rules.set(`${ruleset}\n${rule}`, {
      severity,
      techniques,
      isNoise: attempt === true,
      isMaintenance: maintenance === true,
      webClass: web?.class ?? '',
      confidence: web?.confidence ?? 0,
    })
  }
}

function addNodeOf(
  story: Story,
  stored: IncidentNode,
  { memory, things }: { readonly memory: Memory; readonly things: Things },
): void {
  const { 'hx.boundary': _, ...facts } = stored.facts
  const known = memory.touch(stored.kind, stored.id)
  const node = known ?? memory.add(stored.kind, stored.id, madeOf(stored, things))
  Object.assign(node.facts, facts)
  things.restored(node)
  const { role, first, last, score } = stored
  story.nodes.set(node.id, { node, role, why: whyOf(stored), first, last, score })
  if (role !== 'member') return
  if (story.status === 'open') {
    node.story = story
    // What it did is told already.
    node.notes.length = 0
  } else if (story.status === 'closed') node.past = story.id
}

/** The reason is that of the first link; detections stand in the steps. */
function whyOf({ label }: IncidentNode): string {
  return `${label} belonged to it before the daemon was started again`
}

function madeOf(stored: IncidentNode, things: Things): NewNode {
  const { kind, label, facts } = stored
  const text = (name: string): string => String(facts[name] ?? '')
  const base = { label }
  if (kind === 'process') {
    const program = {
      pid: Number(facts['process.pid'] ?? 0),
      name: text('process.name'),
      executable: text('process.executable'),
      args: [],
    }
    const startMicros = microsOf(text('process.start') || stored.first)
    return {
      ...base,
      process: {
        ...program,
        parent: undefined,
        commandLine: text('process.command_line'),
        directory: '',
        boundary: facts['hx.boundary'] === undefined ? undefined : boundaryOf(program),
        maintained: false,
        executedMicros: startMicros,
        endedMicros: microsOf(text('process.end')),
        session: 0,
        logon: '',
        container: undefined,
        accepted: [],
      },
    }
  }
  if (kind === 'file') {
    const path = text('file.path') || stored.id.slice('file:'.length)
    const made = things.newFileFacts(path)
    const created = text('file.created')
    made.inode = text('file.inode')
    if (created !== '') made.createdMs = Math.floor(microsOf(created) / 1000)
    return { ...base, isShared: things.isShared(path), file: made }
  }
  if (kind === 'address')
    return { ...base, address: things.newAddressFacts(stored.id.slice('address:'.length)) }
  if (kind === 'request') return { ...base, request: requestOf(stored, text) }
  return { ...base, isShared: kind === 'account' }
}

function requestOf(stored: IncidentNode, text: (name: string) => string): NonNullable<NewNode['request']> {
  const beginMs = Math.floor(microsOf(stored.first) / 1000)
  const target = text('url.original')
  return {
    seen: {
      timeMs: beginMs,
      client: text('source.ip'),
      method: text('http.request.method'),
      target,
      status: Number(stored.facts['http.response.status_code'] ?? 0),
      bytes: -1,
      referer: '',
      userAgent: text('user_agent.original'),
      host: text('url.domain'),
      user: '',
      durationMs: -1,
    },
    client: text('source.ip'),
    path: pathOf(target),
    beginMs,
    endMs: beginMs + 1000,
    values: undefined,
    isDetected: stored.score > 0,
    isConfirmed: stored.facts['hx.web.outcome'] === 'confirmed',
    servedBy: undefined,
    rules: new Set(),
  }
}

function addLinkOf(story: Story, stored: Incident['links'][number], memory: Memory): void {
  const from = memory.find(stored.from)
  const to = memory.find(stored.to)
  if (from === undefined || to === undefined) return
  const known = from.links.find((link) => link.to === to && link.kind === stored.kind)
  const link: GraphLink = known ?? {
    from,
    to,
    kind: stored.kind,
    why: stored.why,
    first: stored.first,
    sequences: [...stored.sequences],
  }
  if (known === undefined) {
    from.links.push(link)
    to.links.push(link)
  }
  story.links.set(linkKey(link), link)
  if (link.kind === 'started' && to.process !== undefined) to.process.parent ??= from
  const { file } = to
  if (file === undefined || (link.kind !== 'wrote' && link.kind !== 'changed' && link.kind !== 'uploaded'))
    return
  const ms = Math.floor(microsOf(link.first) / 1000)
  file.taintedMs = Math.min(file.taintedMs ?? ms, ms)
  if (link.kind === 'uploaded' || from.process?.boundary === 'web') file.isWebWritten = true
}

function addStepOf(story: Story, stored: IncidentStep): void {
  const [actorId] = stored.nodes
  const actor = actorId === undefined ? undefined : story.nodes.get(actorId)?.node
  const detections = stored.detections.map((detection): Found => {
    const rule = story.rules.get(`${detection.ruleset}\n${detection.rule}`)
    return {
      detection,
      webClass: rule?.webClass ?? '',
      confidence: rule?.confidence ?? 0,
      success: 0,
      isNoise: rule?.isNoise ?? false,
    }
  })
  const fold =
    stored.event === undefined || actor === undefined
      ? `${stored.sequence}\n${stored.text}`
      : foldOf({ event: stored.event, actor, detections })
  const bytes = stored.event === undefined ? 0 : JSON.stringify(stored.event).length
  const { time, sequence, count, text, severity, why } = stored
  const step = {
    time,
    sequence,
    count,
    text,
    severity,
    why,
    fold,
    bytes,
    lastTime: stored.lastTime,
    nodes: [...stored.nodes],
    detections: [...stored.detections],
    event: stored.event,
  }
  story.steps.push(step)
  if (!story.folds.has(fold)) story.folds.set(fold, step)
  if (sequence !== 0) story.sequences.add(sequence)
  story.evidenceBytes += bytes
}
