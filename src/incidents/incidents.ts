// The incident engine: stored events in, in order; incidents out. Pure and bounded: it reads no clock, and whatever an event
// holds, it does not throw.

import { AppError } from '../base/app-error.ts'
import type { Event, Incident, WebRequestSeen } from '../model/index.ts'
import { type ByHand, openStory, reopen, split } from './by-hand.ts'
import { foundIn } from './detections.ts'
import { Grower } from './grow.ts'
import { observe } from './observe.ts'
import { boundsOf, type IncidentOptions } from './options.ts'
import { storyOf } from './restore.ts'
import type { Seen } from './seen.ts'
import { Stories } from './stories.ts'
import { snapshot } from './snapshot.ts'
import type { Note } from './state.ts'
import { timeOf } from './step-time.ts'
import { putAfter } from './story.ts'
import { createWorld, type World } from './world.ts'

export interface IncidentEngine {
  /**
   * One stored event (with `event.sequence`), in the order of sequence. `detections`: what rules made of it (`hx.detection`).
   * `request`: what a web server's line says.
   */
  add(event: Event, detections?: readonly Event[], request?: WebRequestSeen): void
  /** Before the first `add`, after a restart: older events, for context only (processes, files, requests, sessions). */
  remember(event: Event, request?: WebRequestSeen): void
  /** Brings back what was stored. */
  restore(incident: Incident): void
  /** Incidents that changed since the last call, whole. */
  takeChanged(): readonly Incident[]
  /** By hand, as the following. Throws AppError `not-found`, and `usage` when it is not open. `time`: ISO 8601. */
  close(id: number, why: string, time: string): void
  /** Throws AppError `not-found`, and `usage` when it is open or was merged. */
  reopen(id: number, why: string, time: string): void
  /** The younger one goes into the older one, whichever is named first. */
  merge(into: number, other: number, why: string, time: string): void
  /** Cuts the link between two nodes: the part without the first step becomes an incident of its own; the cut is for ever. */
  split(id: number, from: string, to: string, why: string, time: string): void
}

/** Silent incidents are looked for after so many events. */
const tidyEvery = 2048
/** Their times are read from texts that may say anything: one that is far ahead moves the clock by an hour at most. */
const doubtful: ReadonlySet<string> = new Set(['hx.log', 'hx.login', 'hx.history'])
const maxLeapMs = 3_600_000

export function createIncidents(
  options: IncidentOptions & { readonly nextId?: number } = {},
): IncidentEngine {
  return new Engine(options)
}

class Engine implements IncidentEngine {
  readonly #world: World
  readonly #hand: ByHand
  #clockMs = 0
  #added = 0

  constructor({ nextId = 1, ...options }: IncidentOptions & { readonly nextId?: number }) {
    const bounds = boundsOf(options)
    this.#world = createWorld(bounds)
    this.#hand = { bounds, grower: new Grower(bounds, this.#world.memory, new Stories(bounds, nextId)) }
  }

  add(event: Event, detections: readonly Event[] = [], request?: WebRequestSeen): void {
    const { grower } = this.#hand
    const { memory, web } = this.#world
    const ms = this.#tick(event)
    const found = foundIn(event, detections)
    const { container } = event
    if (container !== undefined && found.length > 0)
      this.#world.things.other('container', container.id, container.name ?? container.id.slice(0, 12))
    const seen = observe(this.#world, { event, detections: found, request, ms })
    web.settle(this.#clockMs)
    grower.follow(memory.takeFresh())
    const actor = seen.actor ?? seen.subjects[0]
    if (actor !== undefined) {
      const note: Note = { event, actor, others: seen.others, detections: found }
      if (found.length > 0) grower.detect(seen, note)
      else this.#tell(seen, note)
    }
    grower.follow(memory.takeFresh())
    this.#added += 1
    if (this.#added % tidyEvery === 0) grower.stories.tidy(this.#clockMs)
  }

  #tell(seen: Seen, note: Note): void {
    if (seen.isSilent === true) {
      if (note.event.event.action === 'exit' && note.actor.story !== undefined)
        putAfter(note.actor.story, note.actor)
      return
    }
    if (this.#hand.grower.tell(note, seen.subjects)) return
    if (seen.isFleeting !== true)
      this.#world.memory.note(note.event, note.actor, note.others, note.detections)
  }

  remember(event: Event, request?: WebRequestSeen): void {
    const { memory, web } = this.#world
    const ms = this.#tick(event)
    const seen = observe(this.#world, { event, detections: [], request, ms })
    web.settle(this.#clockMs)
    memory.takeFresh()
    const { actor } = seen
    if (
      actor === undefined ||
      actor.story !== undefined ||
      seen.isSilent === true ||
      seen.isFleeting === true
    )
      return
    memory.note(event, actor, seen.others, [])
  }

  restore(incident: Incident): void {
    const { grower } = this.#hand
    const story = storyOf(incident, this.#world.memory, this.#world.things)
    grower.stories.keepIdsAbove(incident.id)
    for (const { node } of story.nodes.values())
      if (node.file?.isWebWritten === true || node.file?.isInWebRoot === true) this.#world.web.served(node)
    if (story.status === 'open') {
      grower.stories.open.set(story.id, story)
      grower.restored(story)
    } else grower.stories.keepClosed(story)
    this.#clockMs = Math.max(this.#clockMs, Math.min(story.lastMs, 8.64e15))
  }

  takeChanged(): readonly Incident[] {
    const { grower } = this.#hand
    grower.stories.tidy(this.#clockMs)
    const changed = [...grower.stories.changed].toSorted((a, b) => a.id - b.id)
    grower.stories.changed.clear()
    return changed
      .filter((story) => story.isChanged)
      .map((story) => {
        story.isChanged = false
        return snapshot(story)
      })
  }

  close(id: number, why: string, time: string): void {
    this.#hand.grower.stories.close(openStory(this.#hand, id), why, time)
  }

  reopen(id: number, why: string, time: string): void {
    reopen(this.#hand, id, { why, time })
  }

  merge(into: number, other: number, why: string, time: string): void {
    if (into === other) throw new AppError('usage', 'An incident cannot be merged with itself.')
    this.#hand.grower.merge(openStory(this.#hand, into), openStory(this.#hand, other), { why, time })
  }

  // eslint-disable-next-line max-params -- as the interface has it
  split(id: number, from: string, to: string, why: string, time: string): void {
    split(this.#hand, id, { from, to, why, time })
  }

  #tick(event: Event): number {
    const ms = timeOf(event)
    const isSure = this.#clockMs === 0 || !doubtful.has(event.event.dataset)
    this.#clockMs = Math.max(this.#clockMs, isSure ? ms : Math.min(ms, this.#clockMs + maxLeapMs))
    return ms
  }
}
