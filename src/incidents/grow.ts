// Follows links: what belongs to a story is taken into it, and two stories that meet become one.

import type { Event } from '../model/index.ts'
import { type Found, gravest } from './detections.ts'
import type { Memory } from './memory.ts'
import type { Bounds } from './options.ts'
import type { Seen } from './seen.ts'
import { cut } from './short-text.ts'
import { isAttacker, isOnlyShown, joins } from './spread.ts'
import { type GraphLink, type GraphNode, type Note, pairOf, type Story } from './state.ts'
import { isoOf, microsOf } from './step-time.ts'
import { addHistory, addLink, addNode, addStep, confirmRequest, newStory, takeIn } from './story.ts'
import { rootsOf } from './roots.ts'
import type { Stories } from './stories.ts'

const minSeverity = 20
const maxQueue = 8192
const maxAncestors = 8
/** Requests of a scan that stand in the graph; the others are counted. */
const maxNoiseRequests = 20
const maxShared = 4096

interface Step {
  readonly node: GraphNode
  readonly via: GraphLink | undefined
  readonly why: string
}

export class Grower {
  readonly stories: Stories
  readonly #bounds: Bounds
  readonly #memory: Memory
  /** By rule and node: the same alert again, of what never joins by itself or of another child of it, is not another incident. */
  readonly #byShared = new Map<string, Story>()

  constructor(bounds: Bounds, memory: Memory, stories: Stories) {
    this.#bounds = bounds
    this.#memory = memory
    this.stories = stories
  }

  /** What an event's links join. */
  follow(links: readonly GraphLink[]): void {
    for (const link of links) {
      if (link.kind === 'uploaded' || link.kind === 'caused') this.#confirm(link)
      this.#followFrom(link, link.from)
      this.#followFrom(link, link.to)
    }
  }

  #followFrom(link: GraphLink, self: GraphNode): void {
    const { story } = self
    if (story === undefined || story.status !== 'open') return
    const other = link.from === self ? link.to : link.from
    if (story.nodes.has(other.id)) {
      addLink(story, link, this.#bounds)
      this.stories.changed.add(story)
      if (other.story === story) return
    }
    this.#consider(link, self, story)
  }

  /** A step of what belongs to a story. False: it belongs to none. */
  tell(note: Note, subjects: readonly GraphNode[]): boolean {
    const story = note.actor.story ?? this.#aboutOf(note, subjects)
    if (story === undefined) return false
    this.#tellIn(story, note)
    return true
  }

  /** What others do to a thing of a story is told only when it ends it. */
  #aboutOf({ event }: Note, subjects: readonly GraphNode[]): Story | undefined {
    if (!/^delete$|removed$/.test(event.event.action)) return undefined
    return subjects.find((node) => node.story !== undefined)?.story
  }

  /** Detections: the story that they belong to, or a new one. */
  detect(seen: Seen, note: Note): void {
    const severity = gravest(note.detections)
    const subjects = seen.subjects.length > 0 ? seen.subjects : [note.actor, ...note.others]
    const [first] = subjects
    if (first === undefined) return
    const isNoise = note.detections.every((found) => found.isNoise) && first.request?.isConfirmed !== true
    const known = this.#storyFor(subjects, note)
    if (known === undefined && severity < minSeverity) {
      this.#memory.note(note.event, note.actor, note.others, note.detections)
      return
    }
    const why = `detected: ${note.detections[0]?.detection.name ?? ''}`
    const story = known ?? this.#begin(first, note, why)
    const wasAttacker = isAttacker(story)
    const isCounted = isNoise && this.#isEnough(story, first)
    const place = this.#place(story, first, { why, note, isCounted })
    for (const other of subjects.slice(1)) this.#joinSubject(place, other)
    if (first.request !== undefined) this.#joinSender(place, first)
    this.#tellIn(place, note)
    if (severity >= 40) this.#joinContainer(place, first, note)
    if (!isNoise && severity >= 40) {
      this.#joinActor(place, first)
      // What it ran and reached counts for more now.
      for (const link of first.links.slice()) this.#followFrom(link, first)
    }
    if (first.story !== undefined) this.respread(first.story, !wasAttacker && isAttacker(first.story))
  }

  /** The subject's own; of a request its sender's; of what never joins the one of the same rule. */
  #storyFor(subjects: readonly GraphNode[], note: Note): Story | undefined {
    for (const { story } of subjects) if (story !== undefined) return story
    const [first] = subjects
    if (first === undefined) return undefined
    if (first.request !== undefined) {
      const sender = first.links.find(({ kind }) => kind === 'sent')?.from
      if (sender?.story !== undefined) return sender.story
      if (sender !== undefined && isOnlyShown(sender)) return this.#ofShared(sender, note)
    }
    if (isOnlyShown(first)) return this.#ofShared(first, note)
    const parent = starterOf(first)
    const ofSiblings = parent === undefined ? undefined : this.#ofShared(parent, note)
    return ofSiblings ?? this.#ofContainer(note.event, note)
  }

  #ofShared(node: GraphNode, note: Note): Story | undefined {
    const story = this.#byShared.get(sharedKey(node, note))
    return story?.status === 'open' ? story : undefined
  }

  /** Within one container what is medium or graver belongs together. */
  #ofContainer({ container }: Event, note: Note): Story | undefined {
    if (container === undefined || gravest(note.detections) < 40) return undefined
    return this.#memory.get('container', `container:${cut(container.id)}`)?.story
  }

  #begin(first: GraphNode, note: Note, why: string): Story {
    const time = note.event['@timestamp']
    const story = newStory(this.stories.takeId(), { time, change: 'opened', why })
    const before = first.past ?? first.links.find(({ kind }) => kind === 'sent')?.from.past
    if (before !== undefined) {
      story.continues = before
      addHistory(story, {
        time,
        change: 'split',
        why: `it goes on from incident ${before}, which is closed`,
        other: before,
      })
    }
    this.stories.open.set(story.id, story)
    this.stories.changed.add(story)
    return story
  }

  #isEnough(story: Story, first: GraphNode): boolean {
    if (first.request === undefined || first.story === story) return false
    let requests = 0
    for (const { node } of story.nodes.values()) if (node.request !== undefined) requests += 1
    return requests >= maxNoiseRequests
  }

  #place(
    story: Story,
    first: GraphNode,
    how: { readonly why: string; readonly note: Note; readonly isCounted: boolean },
  ): Story {
    const time = how.note.event['@timestamp']
    if (how.isCounted) return story
    if (!isOnlyShown(first)) {
      const parent = starterOf(first)
      if (parent !== undefined) this.#keepShared(parent, how.note, story)
      return this.absorb(first, story, { why: how.why })
    }
    addNode(story, first, { role: 'context', why: how.why, time }, this.#bounds)
    this.#keepShared(first, how.note, story)
    this.#showAncestors(first, story, time)
    return story
  }

  #keepShared(node: GraphNode, note: Note, story: Story): void {
    this.#keepByKey(sharedKey(node, note), story)
  }

  #keepByKey(key: string, story: Story): void {
    if (this.#byShared.size >= maxShared) {
      const [oldest] = this.#byShared.keys()
      if (oldest !== undefined) this.#byShared.delete(oldest)
    }
    this.#byShared.set(key, story)
  }

  /** A story that was stored: its alerts, come again, are no other incident. */
  restored(story: Story): void {
    for (const { nodes, detections } of story.steps) {
      const node = story.nodes.get(nodes[0] ?? '')?.node
      const [first] = detections
      if (node === undefined || first === undefined) continue
      const shared = isOnlyShown(node) ? node : starterOf(node)
      if (shared !== undefined) this.#keepByKey(`${first.rule}\n${shared.id}`, story)
    }
  }

  #joinSubject(story: Story, other: GraphNode): void {
    const link = other.links.find(({ from, to }) => story.nodes.has((from === other ? to : from).id))
    if (link === undefined) return
    if (isOnlyShown(other)) this.#show(other, story, link)
    else this.absorb(other, story, { via: link, why: link.why })
  }

  #joinSender(story: Story, request: GraphNode): void {
    const link = request.links.find(({ kind }) => kind === 'sent')
    if (link === undefined) return
    if (!isOnlyShown(link.from)) this.absorb(link.from, story, { via: link, why: link.why })
    else {
      this.#show(link.from, story, link)
      this.#byShared.set(`noise\n${link.from.id}`, story)
    }
  }

  /** The whole of what acted: the request's command, the job, the session. */
  #joinActor(story: Story, first: GraphNode): void {
    const { process } = first
    if (process === undefined || process.boundary !== undefined) return
    let now = story
    for (const root of rootsOf(first)) now = this.absorb(root.node, now, { via: root.via, why: root.why })
  }

  #joinContainer(story: Story, first: GraphNode, { event }: Note): void {
    const { container } = event
    if (container === undefined || isOnlyShown(first)) return
    const node = this.#memory.get('container', `container:${cut(container.id)}`)
    if (node === undefined) return
    const why = `${first.label} runs in this container`
    const via = this.#memory.link({ from: node, to: first, kind: 'holds', why, event })
    if (via !== undefined) this.absorb(node, first.story ?? story, { via, why })
  }

  /** Once more the links of all that waited for the story to be more than an attempt. */
  respread(story: Story, isDue: boolean): void {
    if (!isDue) return
    for (const { node, role } of story.nodes.values().toArray()) {
      if (role !== 'member' || node.address === undefined) continue
      for (const link of node.links.slice()) this.#followFrom(link, node)
    }
  }

  /** Makes a node and all that joins by it members. @returns the story that they are in: an older one when both met */
  absorb(
    first: GraphNode,
    into: Story,
    how: { readonly via?: GraphLink | undefined; readonly why: string },
  ): Story {
    let story = into
    const queue: Step[] = [{ node: first, via: how.via, why: how.why }]
    for (let at = 0; at < queue.length && at < maxQueue; at++) {
      const step = queue[at]
      if (step === undefined) break
      const { node, via } = step
      if (via !== undefined && story.cuts.has(pairOf(via.from.id, via.to.id))) continue
      if (node.story !== undefined && node.story !== story && node.story.status === 'open') {
        story = this.merge(story, node.story, { why: via?.why ?? step.why, time: via?.first ?? '' })
        if (via !== undefined) addLink(story, via, this.#bounds)
        continue
      }
      if (via !== undefined && isOnlyShown(node)) {
        this.#show(node, story, via)
        continue
      }
      if (node.story === story) {
        if (via !== undefined) addLink(story, via, this.#bounds)
        continue
      }
      if (!this.#take(story, step)) continue
      for (const link of node.links.slice()) {
        const next = this.#next(link, node, story)
        if (next !== undefined) queue.push(next)
      }
    }
    this.stories.changed.add(story)
    return story
  }

  #take(story: Story, { node, via, why }: Step): boolean {
    const note = node.notes[0]
    const time = via?.first ?? note?.event['@timestamp'] ?? isoOf(story.lastMs * 1000)
    if (addNode(story, node, { role: 'member', why, time }, this.#bounds) === undefined) return false
    node.story = story
    if (via !== undefined) {
      this.#taint(node, via)
      addLink(story, via, this.#bounds)
    }
    if (node.request?.isConfirmed === true) confirmRequest(story, node)
    if (node.process !== undefined) this.#showAncestors(node, story, time)
    const notes = node.notes.splice(0)
    for (const past of notes) this.#tellIn(story, past)
    return true
  }

  /** From when on a file is the attacker's. */
  #taint(node: GraphNode, { kind, first }: GraphLink): void {
    if (node.file === undefined || (kind !== 'wrote' && kind !== 'changed' && kind !== 'uploaded')) return
    const ms = microsOf(first) / 1000
    node.file.taintedMs = Math.min(node.file.taintedMs ?? ms, ms)
  }

  #consider(link: GraphLink, self: GraphNode, story: Story): void {
    const next = this.#next(link, self, story)
    if (next !== undefined) this.absorb(next.node, story, { via: link, why: link.why })
  }

  #next(link: GraphLink, self: GraphNode, story: Story): Step | undefined {
    const node = link.from === self ? link.to : link.from
    if (story.cuts.has(pairOf(link.from.id, link.to.id))) return undefined
    if (node.file !== undefined && link.from === self) this.#taint(node, link)
    if (node.story === story || story.nodes.has(node.id)) addLink(story, link, this.#bounds)
    if (node.story === story) return undefined
    const verdict = joins(link, self, story)
    if (verdict === 'context') this.#show(node, story, link)
    return verdict === 'member' ? { node, via: link, why: link.why } : undefined
  }

  #show(node: GraphNode, story: Story, via: GraphLink): void {
    const shown = addNode(story, node, { role: 'context', why: via.why, time: via.first }, this.#bounds)
    if (shown === undefined) return
    addLink(story, via, this.#bounds)
    this.stories.changed.add(story)
    if (node.process !== undefined) this.#showAncestors(node, story, via.first)
  }

  /** Who started it, up to the first program that starts things for others. */
  #showAncestors(node: GraphNode, story: Story, time: string): void {
    let child = node
    for (let depth = 0; depth < maxAncestors; depth++) {
      const parent = child.process?.parent
      if (parent?.process === undefined) return
      const link = child.links.find(({ kind, from }) => kind === 'started' && from === parent)
      if (link === undefined || story.cuts.has(pairOf(link.from.id, link.to.id))) return
      const known = story.nodes.has(parent.id)
      addNode(story, parent, { role: 'context', why: link.why, time }, this.#bounds)
      addLink(story, link, this.#bounds)
      const { boundary } = parent.process
      if (known || (boundary !== undefined && boundary !== 'packages')) return
      child = parent
    }
  }

  #tellIn(story: Story, note: Note): void {
    for (const other of note.others) {
      if (story.nodes.has(other.id)) continue
      const link = other.links.find(({ from, to }) => (from === other ? to : from) === note.actor)
      if (
        link !== undefined &&
        story.nodes.has(note.actor.id) &&
        !story.cuts.has(pairOf(link.from.id, link.to.id))
      )
        this.#show(other, story, link)
    }
    const why =
      story.nodes.get(note.actor.id)?.why ??
      note.others.map(({ id }) => story.nodes.get(id)?.why).find((text) => text !== undefined) ??
      ''
    addStep(story, note, why, this.#bounds)
    this.stories.changed.add(story)
  }

  #confirm({ from }: GraphLink): void {
    if (from.story !== undefined) {
      confirmRequest(from.story, from)
      this.stories.changed.add(from.story)
    }
  }

  /** The younger goes into the older. */
  merge(one: Story, other: Story, how: { readonly why: string; readonly time: string }): Story {
    if (one === other) return one
    const [older, younger] = one.id < other.id ? [one, other] : [other, one]
    const time = how.time === '' ? isoOf(Math.max(one.lastMs, other.lastMs) * 1000) : how.time
    const wasAttacker = isAttacker(older) && isAttacker(younger)
    takeIn(older, younger, this.#bounds)
    addHistory(older, { time, change: 'merged', why: how.why, other: younger.id })
    addHistory(younger, { time, change: 'merged', why: how.why, other: older.id })
    younger.status = 'merged'
    younger.into = older.id
    this.stories.open.delete(younger.id)
    this.stories.keepClosed(younger)
    this.stories.changed.add(older)
    this.stories.changed.add(younger)
    this.respread(older, !wasAttacker)
    return older
  }
}

/** The program that started it, unless that one starts things for others. */
function starterOf({ process }: GraphNode): GraphNode | undefined {
  const parent = process?.parent
  return parent?.process !== undefined && parent.process.boundary === undefined ? parent : undefined
}

function sharedKey(node: GraphNode, { detections }: Note): string {
  const isNoise = detections.every((found: Found) => found.isNoise)
  return `${isNoise ? 'noise' : (detections[0]?.detection.rule ?? '')}\n${node.id}`
}
