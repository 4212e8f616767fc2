// The matches of one hexadecimal signature in the order of the file, out of the matches of its parts. Parts are joined
// as ClamAV 1.4.6 does it: of the places where a part was found the first and the last eight are remembered, and each
// match of the last part that fits to one of them is a match of the whole.

import { conditionsHold } from './part-conditions.ts'
import { endless, type StoredBody, type StoredPart } from './layout.ts'
import type { Offset, Range } from './database/index.ts'
import { type OffsetRange, offsetRange } from './offset-range.ts'
import type { Scene } from './scene.ts'

/** Told where a match starts and where its last part lies; returns true when it wants no more. */
export type Found = (start: number, last: { readonly start: number; readonly end: number }) => boolean

/** Matches between two looks at the clock. */
const checkEvery = 4096

export function findBody(body: StoredBody, offset: Offset, scene: Scene, found: Found): void {
  const places = placesOf(offset, scene)
  if (places === undefined) return
  if (body.parts.length === 1) findOne(body, places, scene, found)
  else findAll(body, places, scene, found)
}

/** Where the first part may start. */
interface Places {
  readonly range: OffsetRange
  /** Only these, where they are single places. */
  readonly only: ReadonlySet<number> | undefined
}

function placesOf(offset: Offset, scene: Scene): Places | undefined {
  const only = offset.kind === 'version-information' ? (scene.executable?.versionPlaces() ?? none) : undefined
  if (only?.size === 0) return undefined
  const range = offsetRange(offset, scene)
  return range && { range, only }
}

const none: ReadonlySet<number> = new Set()

function mayStart({ range, only }: Places, start: number): boolean {
  return start >= range.least && start <= range.most && (only === undefined || only.has(start))
}

/** A signature in one piece. */
function findOne(body: StoredBody, places: Places, scene: Scene, found: Found): void {
  const { hits, bytes, budget } = scene
  const part = body.parts[0]!
  const count = hits.count(part.pattern)
  for (let index = 0; index < count; index++) {
    if (index % checkEvery === checkEvery - 1) budget.checkTime()
    const start = hits.start(part.pattern, index)
    if (!mayStart(places, start)) continue
    const end = start + hits.length(part.pattern, index)
    if (conditionsHold(part, bytes, { start, end, wide: body.wide === true }) && found(start, { start, end }))
      return
  }
}

/** Remembered places of one part: the first one and the last eight. */
const trackedPlaces = 9

class Track {
  readonly ends = new Float64Array(trackedPlaces)
  readonly starts = new Float64Array(trackedPlaces)
  count = 0
  #next = 0

  add(start: number, end: number): void {
    if (this.#next === trackedPlaces) this.#next = 1
    this.starts[this.#next] = start
    this.ends[this.#next] = end
    this.#next++
    this.count = Math.max(this.count, this.#next)
  }

  /** The first place, as remembered, from which `start` is at a distance of the gap; negative when there is none. */
  before(start: number, { gap = noGap }: StoredPart): number {
    for (let slot = 0; slot < this.count; slot++) {
      const distance = start - this.ends[slot]!
      if (distance < 0 || distance < gap.least) continue
      if (gap.most === endless || distance <= gap.most) return slot
    }
    return -1
  }

  /** Puts a place first. */
  prefer(slot: number): void {
    for (const column of [this.starts, this.ends]) {
      const first = column[0]!
      column[0] = column[slot]!
      column[slot] = first
    }
  }
}

const noGap: Range = { least: 0, most: 0 }

function findAll(body: StoredBody, places: Places, scene: Scene, found: Found): void {
  const { parts, wide = false } = body
  const { bytes, budget } = scene
  if (parts.some(({ pattern }) => scene.hits.count(pattern) === 0)) return
  const tracks = parts.map(() => new Track())
  const queue = new Merged(parts, scene)
  for (let step = 0, index = queue.next(); index >= 0; step++, index = queue.next()) {
    if (step % checkEvery === checkEvery - 1) budget.checkTime()
    const { start, end } = queue
    const part = parts[index]!
    if (index === 0 && !mayStart(places, start)) continue
    const slot = index === 0 ? 0 : tracks[index - 1]!.before(start, part)
    if (slot < 0 || !conditionsHold(part, bytes, { start, end, wide })) continue
    if (index === 1) tracks[0]!.prefer(slot)
    if (index < parts.length - 1) tracks[index]!.add(start, end)
    else if (found(tracks[0]!.starts[0]!, queue)) return
  }
}

/** The matches of all parts by their starts; of those at one place the last part comes first. */
class Merged {
  start = 0
  end = 0
  readonly #parts: readonly StoredPart[]
  readonly #scene: Scene
  readonly #indexes: Int32Array
  readonly #counts: readonly number[]

  constructor(parts: readonly StoredPart[], scene: Scene) {
    this.#parts = parts
    this.#scene = scene
    this.#indexes = new Int32Array(parts.length)
    this.#counts = parts.map(({ pattern }) => scene.hits.count(pattern))
  }

  /** The part of the next match; negative at the end. */
  next(): number {
    const { hits } = this.#scene
    let best = -1
    for (let part = this.#parts.length - 1; part >= 0; part--) {
      const index = this.#indexes[part]!
      if (index >= this.#counts[part]!) continue
      const start = hits.start(this.#parts[part]!.pattern, index)
      if (best >= 0 && start >= this.start) continue
      best = part
      this.start = start
    }
    if (best < 0) return best
    const { pattern } = this.#parts[best]!
    this.end = this.start + hits.length(pattern, this.#indexes[best]!)
    this.#indexes[best]!++
    return best
  }
}
