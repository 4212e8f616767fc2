// The incidents that there are: open ones within their bounds, and the newest closed ones, which can be opened again by hand.

import type { Bounds } from './options.ts'
import { scoreOf } from './score.ts'
import type { Story } from './state.ts'
import { isoOf } from './step-time.ts'
import { addHistory, dropEvidence } from './story.ts'

export class Stories {
  readonly open = new Map<number, Story>()
  readonly closed = new Map<number, Story>()
  /** That something is to be told about. */
  readonly changed = new Set<Story>()
  readonly #bounds: Bounds
  #nextId: number

  constructor(bounds: Bounds, nextId: number) {
    this.#bounds = bounds
    this.#nextId = nextId
  }

  /** An id that nobody had. */
  takeId(): number {
    const id = this.#nextId
    this.#nextId += 1
    return id
  }

  keepIdsAbove(id: number): void {
    this.#nextId = Math.max(this.#nextId, id + 1)
  }

  close(story: Story, why: string, time: string): void {
    story.status = 'closed'
    addHistory(story, { time, change: 'closed', why })
    for (const { node } of story.nodes.values()) {
      if (node.story !== story) continue
      node.story = undefined
      node.past = story.id
    }
    this.open.delete(story.id)
    this.keepClosed(story)
    this.changed.add(story)
  }

  keepClosed(story: Story): void {
    this.closed.set(story.id, story)
    for (const [id, old] of this.closed) {
      if (this.closed.size <= this.#bounds.maxClosed) break
      if (!this.changed.has(old)) this.closed.delete(id)
      else break
    }
  }

  /** Silent ones close; beyond the bounds the least grave go first. */
  tidy(clockMs: number): void {
    for (const story of this.open.values()) {
      if (clockMs - story.lastMs <= this.#bounds.idleMs) continue
      const hours = Math.round(this.#bounds.idleMs / 3_600_000)
      this.close(story, `nothing belonged to it for ${hours} hours`, isoOf(clockMs * 1000))
    }
    let members = 0
    for (const { nodes } of this.open.values()) members += nodes.size
    while (this.open.size > this.#bounds.maxOpen || members > this.#bounds.maxMembers) {
      const lowest = this.#lowest()
      if (lowest === undefined) break
      members -= lowest.nodes.size
      this.close(
        lowest,
        'there were too many open incidents, and it was the least grave',
        isoOf(clockMs * 1000),
      )
    }
    this.#limitEvidence()
  }

  #lowest(): Story | undefined {
    let lowest: Story | undefined
    let score = Number.POSITIVE_INFINITY
    for (const story of this.open.values()) {
      const own = scoreOf(story)
      if (own >= score) continue
      lowest = story
      score = own
    }
    return lowest
  }

  #limitEvidence(): void {
    let bytes = 0
    const stories = [...this.open.values()].toSorted((a, b) => b.lastMs - a.lastMs)
    for (const story of stories) {
      bytes += story.evidenceBytes
      if (bytes <= this.#bounds.maxAllEvidenceBytes) continue
      for (const step of story.steps) dropEvidence(story, step)
    }
  }
}
