// One incident while it grows: nodes, links and steps within their bounds. It decides nothing; grow.ts does.

import type { Event, IncidentChange } from '../model/index.ts'
import type { Bounds } from './options.ts'
import { foldOf, textOf } from './step-text.ts'
import { isoOf, microsOf, timeOf } from './step-time.ts'
import {
  type GraphLink,
  type GraphNode,
  linkKey,
  type Note,
  type Story,
  type StoryNode,
  type StoryStep,
} from './state.ts'

const maxHistory = 200
/** By so much the clock of a file system is off. */
const coarseMicros = 20_000
const maxNodesOfStep = 12
const maxRules = 256
const maxTechniques = 128
/** Kept whatever comes: how it began. */
const keptFirst = 200

export function newStory(id: number, first: IncidentChange): Story {
  return {
    id,
    status: 'open',
    nodes: new Map(),
    links: new Map(),
    steps: [],
    sequences: new Set(),
    folds: new Map(),
    rules: new Map(),
    techniques: new Set(),
    history: [first],
    cuts: new Set(),
    omitted: { nodes: 0, links: 0, steps: 0 },
    success: 0,
    level: 'informational',
    lastMs: Date.parse(first.time) || 0,
    evidenceBytes: 0,
    isChanged: true,
    into: undefined,
    continues: undefined,
  }
}

export function addHistory(story: Story, change: IncidentChange): void {
  // How it opened stays.
  if (story.history.length >= maxHistory) story.history.splice(1, 1)
  story.history.push(change)
  story.isChanged = true
}

interface NodeFound {
  readonly role: 'member' | 'context'
  readonly why: string
  readonly time: string
}

/** Undefined when there is no room. */
export function addNode(
  story: Story,
  node: GraphNode,
  found: NodeFound,
  bounds: Bounds,
): StoryNode | undefined {
  const known = story.nodes.get(node.id)
  if (known !== undefined) {
    if (found.role === 'member' && known.role === 'context') {
      known.role = 'member'
      known.why = found.why
      story.isChanged = true
    }
    return known
  }
  story.isChanged = true
  if (story.nodes.size >= bounds.maxNodes) {
    story.omitted.nodes += 1
    truncated(story, found.time)
    return undefined
  }
  const made: StoryNode = {
    node,
    role: found.role,
    why: found.why,
    first: found.time,
    last: found.time,
    score: 0,
  }
  story.nodes.set(node.id, made)
  return made
}

export function addLink(story: Story, link: GraphLink, bounds: Bounds): void {
  const key = linkKey(link)
  if (story.links.has(key)) return
  const from = story.nodes.get(link.from.id)
  const to = story.nodes.get(link.to.id)
  if (from === undefined || to === undefined) return
  story.isChanged = true
  if (story.links.size >= bounds.maxLinks) {
    story.omitted.links += 1
    truncated(story, link.first)
    return
  }
  story.links.set(key, link)
  if (link.kind === 'caused' || link.kind === 'uploaded' || link.kind === 'asked-for') retell(story, link)
}

function truncated(story: Story, time: string): void {
  if (story.history.some(({ change }) => change === 'truncated')) return
  addHistory(story, {
    time,
    change: 'truncated',
    why: 'it has more than an incident holds: what is grave, first or newest stays',
  })
}

/** Steps of the two ends say more now, and their times are surer. */
function retell(story: Story, { from, to }: GraphLink): void {
  for (const step of story.steps) {
    const [actorId] = step.nodes
    const actor = [from, to].find(({ id }) => id === actorId)
    if (actor === undefined || step.event === undefined) continue
    const others = step.nodes.slice(1).flatMap((id) => story.nodes.get(id)?.node ?? [])
    const { event } = step
    step.text = textOf({ event, actor, others, detections: [] }) || step.text
    const micros = orderOf(event, actor)
    if (micros !== microsOf(step.time)) step.time = isoOf(micros)
  }
  story.steps.sort(inOrder)
}

/** A request comes before what it caused, also within one moment. */
function rankOf({ nodes }: StoryStep): number {
  return nodes[0]?.startsWith('request:') === true ? 0 : 1
}

function inOrder(a: StoryStep, b: StoryStep): number {
  return microsOf(a.time) - microsOf(b.time) || rankOf(a) - rankOf(b) || a.sequence - b.sequence
}

/** When it happened, as far as effects tell: a request before what it caused, what a process did after it was started. */
function orderOf(event: Event, actor: GraphNode): number {
  const own = microsOf(event['@timestamp'])
  if (actor.request !== undefined) return own % 1_000_000 === 0 ? own + withinSecond(actor, own) : own
  const { process } = actor
  if (process === undefined || event.event.action === 'exec') return own
  const { executedMicros: started, endedMicros: ended } = process
  if (started > own && started - own < coarseMicros) return started + 1
  return ended !== 0 && ended < own && own - ended < coarseMicros ? Math.max(ended - 1, started + 1) : own
}

function withinSecond(actor: GraphNode, own: number): number {
  let before = Number.POSITIVE_INFINITY
  let after = 0
  for (const { kind, from, to, first } of actor.links) {
    if (from !== actor) continue
    if (kind === 'caused' || kind === 'uploaded') before = Math.min(before, microsOf(first) - 1000 - own)
    if (kind === 'asked-for' && to.file?.createdMs !== undefined)
      after = Math.max(after, to.file.createdMs * 1000 + 1000 - own)
  }
  if (before !== Number.POSITIVE_INFINITY) return Math.min(999_999, Math.max(0, before))
  return after > 0 && after < 1_000_000 ? after : 0
}

/** Adds an event once. Steps that say the same become one. */
export function addStep(story: Story, note: Note, why: string, bounds: Bounds): void {
  const { event, actor, detections } = note
  const sequence = event.event.sequence ?? 0
  if (sequence !== 0 && story.sequences.has(sequence)) return
  if (sequence !== 0 && story.sequences.size < 4 * bounds.maxSteps) story.sequences.add(sequence)
  story.isChanged = true
  story.lastMs = Math.max(story.lastMs, timeOf(event))
  const nodes = [actor, ...note.others].filter((node) => story.nodes.has(node.id))
  if (event.event.action === 'exec' && actor.process !== undefined) putAfter(story, actor)
  const time = isoOf(orderOf(event, actor))
  for (const { id } of nodes) seenAt(story, id, time)
  learn(story, note)
  const fold = foldOf(note)
  const known = story.folds.get(fold)
  if (known !== undefined) {
    repeat(known, { note, time, nodes })
    return
  }
  const severity = Math.max(
    1,
    event.event.severity ?? 1,
    ...detections.map(({ detection }) => detection.severity),
  )
  const step: StoryStep = {
    time,
    lastTime: undefined,
    sequence,
    count: 1,
    text: textOf(note),
    severity: Math.min(99, Math.round(severity)),
    nodes: nodes.slice(0, maxNodesOfStep).map(({ id }) => id),
    why,
    detections: detections.map(({ detection }) => detection),
    event,
    fold,
    bytes: 0,
  }
  insert(story, step)
  story.folds.set(fold, step)
  giveEvidence(story, step, bounds)
  if (story.steps.length > bounds.maxSteps) dropStep(story)
}

export function putAfter(story: Story, actor: GraphNode): void {
  let isMoved = false
  for (let at = story.steps.length - 1; at >= Math.max(0, story.steps.length - 64); at--) {
    const step = story.steps[at]
    if (step?.event === undefined || step.nodes[0] !== actor.id || step.event.event.action === 'exec')
      continue
    const micros = orderOf(step.event, actor)
    if (micros === microsOf(step.time)) continue
    step.time = isoOf(micros)
    isMoved = true
  }
  if (isMoved) story.steps.sort(inOrder)
}

function seenAt(story: Story, id: string, time: string): void {
  const node = story.nodes.get(id)
  if (node === undefined) return
  const micros = microsOf(time)
  if (micros < microsOf(node.first)) node.first = time
  if (micros > microsOf(node.last)) node.last = time
}

function repeat(
  step: StoryStep,
  { note, time, nodes }: { readonly note: Note; readonly time: string; readonly nodes: readonly GraphNode[] },
): void {
  step.count += 1
  if (microsOf(time) > microsOf(step.lastTime ?? step.time)) step.lastTime = time
  for (const { id } of nodes)
    if (step.nodes.length < maxNodesOfStep && !step.nodes.includes(id)) step.nodes.push(id)
  for (const { detection } of note.detections) {
    step.severity = Math.max(step.severity, detection.severity)
    if (!step.detections.some(({ rule }) => rule === detection.rule)) step.detections.push(detection)
  }
}

/** Takes the rules that fired, and what they say of the nodes, into account. */
function learn(story: Story, { actor, others, detections }: Note): void {
  for (const found of detections) {
    const { detection } = found
    const key = `${detection.ruleset}\n${detection.rule}`
    const isConfirmed = actor.request?.isConfirmed === true
    const isNoise = found.isNoise && !isConfirmed
    const isMaintenance =
      actor.process?.maintained === true ||
      actor.process?.boundary === 'packages' ||
      others.some((node) => node.process?.boundary === 'packages')
    const rule = story.rules.get(key)
    if (rule === undefined && story.rules.size < maxRules) {
      story.rules.set(key, {
        severity: detection.severity,
        techniques: detection.techniques,
        isNoise,
        isMaintenance,
        webClass: found.webClass,
        confidence: found.confidence,
      })
    } else if (rule !== undefined) {
      rule.severity = Math.max(rule.severity, detection.severity)
      rule.isNoise &&= isNoise
      rule.isMaintenance &&= isMaintenance
      rule.confidence = Math.max(rule.confidence, found.confidence)
    }
    actor.request?.rules.add(key)
    for (const id of detection.techniques) if (story.techniques.size < maxTechniques) story.techniques.add(id)
    story.success = Math.max(story.success, isConfirmed ? 3 : found.success)
    const node = story.nodes.get(actor.id)
    if (node !== undefined) node.score = Math.max(node.score, detection.severity)
    for (const other of others) {
      const about = other.file === undefined ? undefined : story.nodes.get(other.id)
      if (about !== undefined) about.score = Math.max(about.score, detection.severity)
    }
  }
}

/** A process or a file came of the request: what looked like an attempt was none. */
export function confirmRequest(story: Story, node: GraphNode): void {
  const { request } = node
  if (request === undefined || !story.nodes.has(node.id)) return
  node.facts['hx.web.outcome'] = 'confirmed'
  story.success = 3
  story.isChanged = true
  for (const key of request.rules) {
    const rule = story.rules.get(key)
    if (rule !== undefined) rule.isNoise = false
  }
}

function insert(story: Story, step: StoryStep): void {
  const { steps } = story
  let at = steps.length
  for (; at > 0; at--) {
    const before = steps[at - 1]
    if (before === undefined || inOrder(before, step) <= 0) break
  }
  steps.splice(at, 0, step)
}

/** Evidence of the least grave steps goes first. */
function giveEvidence(story: Story, step: StoryStep, bounds: Bounds): void {
  if (step.event === undefined) return
  step.bytes = JSON.stringify(step.event).length
  story.evidenceBytes += step.bytes
  while (story.evidenceBytes > bounds.maxEvidenceBytes) {
    let least: StoryStep | undefined
    for (const other of story.steps)
      if (other.event !== undefined && (least === undefined || other.severity <= least.severity))
        least = other
    if (least === undefined) return
    dropEvidence(story, least)
  }
}

export function dropEvidence(story: Story, step: StoryStep): void {
  if (step.event === undefined) return
  story.evidenceBytes -= step.bytes
  step.event = undefined
  step.bytes = 0
}

/** Neither of the first nor of the newest: the least grave, the oldest of those. */
function dropStep(story: Story): void {
  const { steps } = story
  const first = Math.min(keptFirst, Math.floor(steps.length / 4))
  const newest = steps.length - first
  let at = first
  for (let index = first; index < newest; index++) {
    if ((steps[index]?.severity ?? 0) < (steps[at]?.severity ?? 0)) at = index
  }
  const [dropped] = steps.splice(at, 1)
  if (dropped === undefined) return
  dropEvidence(story, dropped)
  story.folds.delete(dropped.fold)
  story.omitted.steps += dropped.count
  truncated(story, dropped.time)
}

/** Everything of `other` comes into `story`. */
export function takeIn(story: Story, other: Story, bounds: Bounds): void {
  for (const { node, role, why, first, last, score } of other.nodes.values()) {
    const added = addNode(story, node, { role, why, time: first }, bounds)
    if (node.story === other) node.story = added === undefined ? undefined : story
    if (added === undefined) continue
    added.score = Math.max(added.score, score)
    seenAt(story, node.id, first)
    seenAt(story, node.id, last)
  }
  for (const link of other.links.values()) addLink(story, link, bounds)
  for (const step of other.steps) {
    if (step.sequence !== 0 && story.steps.some(({ sequence }) => sequence === step.sequence)) continue
    const copy = { ...step, nodes: [...step.nodes], detections: [...step.detections] }
    insert(story, copy)
    story.evidenceBytes += copy.bytes
    if (!story.folds.has(copy.fold)) story.folds.set(copy.fold, copy)
    if (story.steps.length > bounds.maxSteps) dropStep(story)
  }
  for (const sequence of other.sequences)
    if (story.sequences.size < 4 * bounds.maxSteps) story.sequences.add(sequence)
  for (const [key, rule] of other.rules) {
    const own = story.rules.get(key)
    if (own === undefined) story.rules.set(key, { ...rule })
    else {
      own.severity = Math.max(own.severity, rule.severity)
      own.isNoise &&= rule.isNoise
      own.isMaintenance &&= rule.isMaintenance
    }
  }
  for (const id of other.techniques) story.techniques.add(id)
  for (const pair of other.cuts) story.cuts.add(pair)
  story.omitted.nodes += other.omitted.nodes
  story.omitted.links += other.omitted.links
  story.omitted.steps += other.omitted.steps
  story.success = Math.max(story.success, other.success)
  story.lastMs = Math.max(story.lastMs, other.lastMs)
  while (story.evidenceBytes > bounds.maxEvidenceBytes) {
    const least = story.steps.findLast(({ event }) => event !== undefined)
    if (least === undefined) break
    dropEvidence(story, least)
  }
  story.isChanged = true
}
