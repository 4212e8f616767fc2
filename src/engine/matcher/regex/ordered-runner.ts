// Runs a program from every place of a stretch at once. Each way through the program carries the place where it began;
// ways are kept in the order of these, so the first to reach an instruction is the one that counts and all others are
// dropped: one pass finds, for every place where the program can end, the best of all beginnings. A backward program
// thus gives every start of a match with its nearest or farthest end.

import { holds } from './assertions.ts'
import { CounterMemory, none } from './counter-memory.ts'
import { counter, flag, header, headerWords, op } from './program-format.ts'
import { isIn, reads } from './reads.ts'
import type { Run } from './run.ts'
import type { StepMeter } from './step-meter.ts'

/** Which match ends the run. */
export const until = {
  /** None: every place where the program ends is reported with its best beginning. */
  end: 0,
  /** The one with the first beginning. */
  first: 1,
  /** The one that is seen first. */
  any: 2,
} as const

interface Goal {
  readonly until: number
  /** Of two beginnings the later in reading order is better. */
  readonly later: boolean
  readonly report?: (place: number, began: number) => void
}

const chunk = 1 << 14

export class OrderedRunner {
  readonly #meter: StepMeter
  readonly #counters = new CounterMemory()
  // By place: the stamp of the step that last reached it.
  #marks = new Int32Array(0)
  #stamp = 0
  // Places of instructions that read the next byte, with the keys of their ways, smaller (better) ones first; `#next`
  // is being filled.
  #list = new Int32Array(0)
  #keys = new Int32Array(0)
  #next = new Int32Array(0)
  #nextKeys = new Int32Array(0)
  #listed = 0
  #count = 0
  /** Instructions looked at and not yet counted. */
  #visits = 0
  #byte = 0
  #stack = new Int32Array(0)
  #matched = none

  #code: Int32Array = new Int32Array(0)
  #base = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #width = 1
  #nullable = false
  /** 1 if the program reads upwards, else −1; the next byte is at `#ahead` from the place between two bytes. */
  #direction = 1
  #ahead = 0
  #origin = 0
  #limit = 0
  #newestFirst = false

  constructor(meter: StepMeter) {
    this.#meter = meter
  }

  /** Where the match that ended the run began; −1 for none. */
  run(run: Run, goal: Goal): number {
    this.#open(run)
    this.#newestFirst = goal.later
    const direction = this.#direction
    const limit = this.#limit
    const counters = this.#counters
    // A key is the step at which the way began, negative if later is better.
    const sign = goal.later ? -1 : 1
    let best = none
    let exits = 0
    let work = 0
    for (let step = 0; ; step++) {
      const moving = this.#listed + counters.activeCount + exits > 0
      if (!moving) {
        const from = step
        step = best === none ? this.#skip(from) : -1
        if (step < 0) break
        work += (step - from) >> 2
      }
      const at = run.at + step * direction
      const next = step < limit ? this.#bytes[at + this.#ahead]! : -1
      counters.step = step
      this.#fill(at, best === none && this.#canBegin(next) ? step * sign : none, exits)
      if (this.#matched !== none) {
        if (goal.until === until.end) goal.report?.(at, run.at + this.#matched * sign * direction)
        else best = this.#matched
        if (goal.until === until.any) break
        if (goal.until === until.first) this.#prune(best)
      }
      work += this.#listed + this.#visits + counters.activeLanes + 1
      this.#visits = 0
      if (work > chunk) {
        this.#meter.add(work)
        work = 0
      }
      if (next < 0) break
      this.#turn(next)
      counters.step = step + 1
      exits = counters.activeCount === 0 ? 0 : counters.advance(next)
    }
    this.#meter.add(work + this.#visits + 1)
    this.#visits = 0
    return best === none ? -1 : run.at + best * direction
  }

  /** The first step from this one on after which a match can begin; −1 for none. */
  #skip(from: number): number {
    if (this.#nullable) return from
    const code = this.#code
    const bytes = this.#bytes
    const first = this.#base + header.first
    const direction = this.#direction
    const limit = this.#limit
    let at = this.#origin + from * direction + this.#ahead
    for (let step = from; step < limit; step++, at += direction)
      if (isIn(code, first, bytes[at]!)) return step
    return -1
  }

  /** `next` is the byte to be read, −1 for none. */
  #canBegin(next: number): boolean {
    return this.#nullable || (next >= 0 && isIn(this.#code, this.#base + header.first, next))
  }

  /** Fills the list at this place; a way with this key begins here unless it is `none`. */
  #fill(at: number, key: number, exits: number): void {
    this.#count = 0
    this.#matched = none
    if (++this.#stamp === 0x7fff_ffff) {
      this.#marks.fill(0)
      this.#stamp = 1
    }
    if (key !== none && this.#newestFirst) this.#follow(headerWords, at, key)
    this.#move(exits, at)
    if (key !== none && !this.#newestFirst) this.#follow(headerWords, at, key)
  }

  #open({ code, base, bytes, at, limit }: Run): void {
    const flags = code[base + header.flags]!
    const backward = (flags & flag.backward) !== 0
    this.#code = code
    this.#base = base
    this.#bytes = bytes
    this.#origin = at
    this.#width = (flags & flag.wide) === 0 ? 1 : 2
    this.#nullable = (flags & flag.nullable) !== 0
    this.#direction = backward ? -1 : 1
    this.#ahead = backward ? -1 : 0
    this.#limit = Math.min(limit, backward ? at : bytes.length - at)
    if (at < 0 || at > bytes.length) throw new RangeError(`a run cannot begin at ${at} of ${bytes.length}`)
    this.#counters.open(code, base)
    this.#listed = 0
    const places = code[base + header.places]!
    if (places <= this.#marks.length) return
    const size = Math.max(256, places * 2)
    this.#marks = new Int32Array(size)
    this.#list = new Int32Array(size)
    this.#keys = new Int32Array(size)
    this.#next = new Int32Array(size)
    this.#nextKeys = new Int32Array(size)
    this.#stack = new Int32Array(size)
    this.#stamp = 0
  }

  /** The filled list becomes the one that reads this byte. */
  #turn(byte: number): void {
    const list = this.#list
    const keys = this.#keys
    this.#list = this.#next
    this.#keys = this.#nextKeys
    this.#next = list
    this.#nextKeys = keys
    this.#listed = this.#count
    this.#byte = byte
  }

  /** Ways that read the byte, and those that leave counters after it, best first. */
  #move(exits: number, at: number): void {
    const code = this.#code
    const base = this.#base
    const list = this.#list
    const keys = this.#keys
    const byte = this.#byte
    const counters = this.#counters
    let exit = 0
    for (let index = 0; index < this.#listed; index++) {
      const place = list[index]!
      if (!reads(code, base, code[base + place]!, byte)) continue
      const key = keys[index]!
      for (; exit < exits && counters.exitKey(exit) < key; exit++) {
        this.#follow(counters.exitPlace(exit), at, counters.exitKey(exit))
      }
      this.#follow(place + 1, at, key)
    }
    for (; exit < exits; exit++) this.#follow(counters.exitPlace(exit), at, counters.exitKey(exit))
  }

  #prune(best: number): void {
    while (this.#count > 0 && this.#nextKeys[this.#count - 1]! >= best) this.#count--
    this.#counters.prune(best)
  }

  /** Adds what can be reached from a place without reading, unless a better way was there before. */
  #follow(from: number, at: number, key: number): void {
    const code = this.#code
    const base = this.#base
    const marks = this.#marks
    const stack = this.#stack
    const stamp = this.#stamp
    let depth = 0
    let place = from
    for (;;) {
      this.#visits++
      if (marks[place] === stamp) {
        if (depth === 0) return
        place = stack[--depth]!
        continue
      }
      marks[place] = stamp
      const word = code[base + place]!
      switch (word & 0xff) {
        case op.jump:
          place = word >>> 8
          continue
        case op.split:
          stack[depth++] = word >>> 8
          place++
          continue
        case op.assert:
          if (holds(word >>> 8, this.#bytes, at, this.#width)) {
            place++
            continue
          }
          break
        case op.count:
          if (this.#counters.enter(place, key)) {
            place += counter.sets + code[base + place + counter.lanes]!
            continue
          }
          break
        case op.match:
          this.#matched = key
          break
        default:
          this.#nextKeys[this.#count] = key
          this.#next[this.#count++] = place
      }
      if (depth === 0) return
      place = stack[--depth]!
    }
  }
}
