// Finds all patterns of a database in an object: first pass, verification of its candidates, joining of chains.
// One for each thread; all of them read the same tables.

import type { Image } from '../image.ts'
import type { Budget } from '../limits.ts'
import { Chains } from './chains.ts'
import { HitList } from './hit-list.ts'
import { Job } from './kernel/job.ts'
import { shapeField, shapeWords } from './layout.ts'
import { Verifier } from './verifier.ts'

export interface MatchRequest {
  /** The whole object. */
  readonly bytes: Uint8Array
  /** Its kind; see layout.ts. */
  readonly profile: number
  /** Every match of every pattern, also where the first one would be enough. */
  readonly all: boolean
  readonly budget: Budget
  /** Told about everything that is followed up: for profiles. */
  readonly tally?: MatchTally | undefined
}

export interface MatchTally {
  /** A place (or, without an atom, the whole object) was looked at for a pattern. */
  add(pattern: number, ms: number, found: boolean): void
}

export class Matcher {
  readonly #job: Job
  readonly #verifier: Verifier
  readonly #hits: HitList
  readonly #chains: Chains
  readonly #existence: Uint8Array
  readonly #anchors: Int32Array
  readonly #searches: Int32Array
  readonly #shapes: Int32Array
  /** Patterns marked in the job's table, to be cleared. */
  readonly #done: number[] = []
  #tally: MatchTally | undefined

  constructor(image: Image) {
    const patterns = image.bytes('existence').length
    this.#existence = image.bytes('existence')
    this.#anchors = image.words('anchors')
    this.#searches = image.words('searches')
    this.#shapes = image.words('shapes')
    this.#job = new Job(image, patterns)
    this.#hits = new HitList(patterns, image.bytes('longest'))
    this.#verifier = new Verifier(image, this.#hits)
    this.#chains = new Chains(image.words('chains'))
  }

  /** The object's matches; good until the next run. */
  run(request: MatchRequest): HitList {
    const { bytes, profile, all, budget } = request
    const hits = this.#hits
    hits.clear()
    this.#tally = request.tally
    this.#forget()
    this.#verifier.open({ bytes, budget, all })
    this.#anchored(profile)
    for (let from = 0; from < bytes.length;) {
      const length = this.#job.start(bytes, from, profile)
      do this.#follow(this.#job.next(), from, all)
      while (!this.#job.ended)
      from += length
      this.#verifier.checkTime()
    }
    this.#chains.join(hits)
    this.#postpone(profile)
    return hits
  }

  #follow(count: number, from: number, all: boolean): void {
    const { candidates, done } = this.#job
    for (let i = 0; i < count; i++) {
      const shape = candidates[i * 2 + 1]!
      const pattern = this.#shapes[shape * shapeWords + shapeField.pattern]!
      if (done[pattern] === 1) continue
      const found = this.#look(shape, pattern, from + candidates[i * 2]!)
      if (!found || all || this.#existence[pattern] === 0) continue
      done[pattern] = 1
      this.#done.push(pattern)
    }
  }

  #look(shape: number, pattern: number, atom: number): boolean {
    const tally = this.#tally
    if (tally === undefined) return this.#verifier.atAtom(shape, atom)
    const started = performance.now()
    const found = this.#verifier.atAtom(shape, atom)
    tally.add(pattern, performance.now() - started, found)
    return found
  }

  #anchored(profile: number): void {
    const anchors = this.#anchors
    for (let i = 0; i < anchors.length; i += 3) {
      if (((anchors[i + 1]! >>> profile) & 1) === 1) this.#verifier.atStart(anchors[i]!, anchors[i + 2]!)
    }
  }

  /** Patterns without an atom are searched for when a condition asks about them. */
  #postpone(profile: number): void {
    const searches = this.#searches
    if (searches.length === 0) return
    const patterns: number[] = []
    for (let i = 0; i < searches.length; i += 2) {
      if (((searches[i + 1]! >>> profile) & 1) === 1) patterns.push(this.#patternOf(searches[i]!))
    }
    this.#hits.postpone(patterns, (pattern) => {
      const started = this.#tally === undefined ? 0 : performance.now()
      for (let i = 0; i < searches.length; i += 2) {
        const shape = searches[i]!
        if (this.#patternOf(shape) === pattern) this.#verifier.everywhere(shape)
      }
      this.#tally?.add(pattern, performance.now() - started, this.#hits.count(pattern) > 0)
    })
  }

  #patternOf(shape: number): number {
    return this.#shapes[shape * shapeWords + shapeField.pattern]!
  }

  #forget(): void {
    for (const pattern of this.#done) this.#job.done[pattern] = 0
    this.#done.length = 0
  }
}
