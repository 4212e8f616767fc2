// Runs a program from one place: the set of all instructions that can be next moves through the bytes together, so each
// byte costs at most one visit to each instruction. Long repeats are counters: since all entries of a counter advance
// together, what matters is when they were made, not how far each has come.

import { holds } from './assertions.ts'
import { counter, flag, header, headerWords, op } from './program-format.ts'
import { isIn, reads } from './reads.ts'
import type { Run } from './run.ts'
import type { StepMeter } from './step-meter.ts'

/** What is done with the places where the program matches. */
export const wanted = { nearest: 0, farthest: 1, all: 2 } as const

const chunk = 1 << 14

export class SetRunner {
  readonly #meter: StepMeter
  // By place: the stamp of the step that last reached it.
  #marks = new Int32Array(0)
  #stamp = 0
  /** Places of instructions that read the next byte; `#next` is being filled. */
  #list = new Int32Array(0)
  #next = new Int32Array(0)
  #count = 0
  #stack = new Int32Array(0)
  #matched = false
  /** Instructions and lanes looked at and not yet counted. */
  #visits = 0

  // Counters: the places of those with live entries, and by lane the steps (bytes read) of
  /** … the first entry since the lane came to life; −1: dead, */
  #since = new Int32Array(0)
  /** … its newest entry, */
  #newest = new Int32Array(0)
  /** … its newest entry that has its least count; −1: none. */
  #matured = new Int32Array(0)
  /** By step modulo the ring's size: whether an entry was made then. */
  #ring = new Uint8Array(0)
  #active = new Int32Array(0)
  #activeCount = 0
  #exits = new Int32Array(0)

  #code: Int32Array = new Int32Array(0)
  #base = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #width = 1
  #step = 0

  constructor(meter: StepMeter) {
    this.#meter = meter
  }

  /** The wanted end (a backward run's start), −1 for none; `wanted.all` reports each and gives −1. */
  run(run: Run, want: number, report?: (place: number) => void): number {
    const { code, base, bytes } = run
    this.#open(run)
    const backward = (code[base + header.flags]! & flag.backward) !== 0
    const direction = backward ? -1 : 1
    const ahead = backward ? -1 : 0
    const limit = Math.min(run.limit, backward ? run.at : bytes.length - run.at)
    let at = run.at
    let best = -1
    let work = 0
    this.#follow(headerWords, at)
    for (;;) {
      if (this.#matched) {
        if (want === wanted.all) report?.(at)
        else best = at
        if (want === wanted.nearest) break
      }
      if (work > chunk) {
        this.#meter.add(work)
        work = 0
      }
      const count = this.#count
      if (this.#step === limit || (count === 0 && this.#activeCount === 0)) break
      const list = this.#next
      if (count === 1 && this.#activeCount === 0) {
        // A single way: no set to keep.
        let place = list[0]!
        const from = this.#step
        let step = from
        for (; step < limit; step++, place++, at += direction) {
          if (!reads(code, base, code[base + place]!, bytes[at + ahead]!)) break
        }
        this.#step = step
        work += step - from + 1
        if ((code[base + place]! & 0xff) <= op.any) break
        this.#begin()
        this.#follow(place, at)
        continue
      }
      const byte = bytes[at + ahead]!
      this.#next = this.#list
      this.#list = list
      this.#begin()
      this.#step++
      at += direction
      const exits = this.#activeCount === 0 ? 0 : this.#advance(byte)
      for (let index = 0; index < count; index++) {
        const place = list[index]!
        if (reads(code, base, code[base + place]!, byte)) this.#follow(place + 1, at)
      }
      for (let index = 0; index < exits; index++) this.#follow(this.#exits[index]!, at)
      work += count + this.#visits + 1
      this.#visits = 0
    }
    this.#meter.add(work + this.#visits + 1)
    this.#visits = 0
    return best
  }

  #open({ code, base, bytes, at }: Run): void {
    // Of the last run, and so before its program is forgotten.
    for (let index = 0; index < this.#activeCount; index++) this.#bury(this.#active[index]!)
    this.#activeCount = 0
    this.#code = code
    this.#base = base
    this.#bytes = bytes
    this.#width = (code[base + header.flags]! & flag.wide) === 0 ? 1 : 2
    this.#step = 0
    if (at < 0 || at > bytes.length) throw new RangeError(`a run cannot begin at ${at} of ${bytes.length}`)
    this.#reserve(code, base)
    this.#begin()
  }

  #reserve(code: Int32Array, base: number): void {
    const places = code[base + header.places]!
    if (places > this.#marks.length) {
      const size = Math.max(256, places * 2)
      this.#marks = new Int32Array(size)
      this.#list = new Int32Array(size)
      this.#next = new Int32Array(size)
      this.#stack = new Int32Array(size)
      this.#active = new Int32Array(size)
      this.#exits = new Int32Array(size)
      this.#stamp = 0
    }
    const lanes = code[base + header.lanes]!
    if (lanes > this.#since.length) {
      this.#since = new Int32Array(lanes * 2).fill(-1)
      this.#newest = new Int32Array(lanes * 2)
      this.#matured = new Int32Array(lanes * 2)
    }
    const pending = code[base + header.pending]!
    if (pending > this.#ring.length) this.#ring = new Uint8Array(pending * 2)
  }

  /** A new, empty set. */
  #begin(): void {
    this.#count = 0
    this.#matched = false
    if (++this.#stamp < 0x7fff_ffff) return
    this.#marks.fill(0)
    this.#stamp = 1
  }

  /** Adds what can be reached from a place without reading. */
  #follow(from: number, at: number): void {
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
          if (this.#enter(place)) {
            place += counter.sets + code[base + place + counter.lanes]!
            continue
          }
          break
        case op.match:
          this.#matched = true
          break
        default:
          this.#next[this.#count++] = place
      }
      if (depth === 0) return
      place = stack[--depth]!
    }
  }

  /** An entry of the counter; whether it may be left at once. */
  #enter(place: number): boolean {
    const code = this.#code
    const word = this.#base + place
    const lanes = code[word + counter.lanes]!
    const step = this.#step
    const lane = code[word + counter.lane]! + (step % lanes)
    if (!this.#isActive(word, lanes)) this.#active[this.#activeCount++] = place
    if (this.#since[lane]! < 0) {
      this.#since[lane] = step
      this.#matured[lane] = -1
    }
    this.#newest[lane] = step
    if (code[word + counter.least] === 0) {
      this.#matured[lane] = step
      return true
    }
    this.#ring[code[word + counter.ring]! + (step & code[word + counter.ringMask]!)] = 1
    return false
  }

  #isActive(word: number, lanes: number): boolean {
    const first = this.#code[word + counter.lane]!
    for (let lane = 0; lane < lanes; lane++) if (this.#since[first + lane]! >= 0) return true
    return false
  }

  #bury(place: number): void {
    const word = this.#base + place
    const first = this.#code[word + counter.lane]!
    this.#since.fill(-1, first, first + this.#code[word + counter.lanes]!)
  }

  /** Reads the byte in all counters; gives the number of places in `#exits` where they are left. */
  #advance(byte: number): number {
    let exits = 0
    let kept = 0
    for (let index = 0; index < this.#activeCount; index++) {
      const place = this.#active[index]!
      const result = this.#advanceCounter(this.#base + place, byte)
      if ((result & canLeave) !== 0) {
        this.#exits[exits++] = place + counter.sets + this.#code[this.#base + place + counter.lanes]!
      }
      if ((result & alive) !== 0) this.#active[kept++] = place
    }
    this.#activeCount = kept
    return exits
  }

  #advanceCounter(word: number, byte: number): number {
    const code = this.#code
    const step = this.#step
    const lanes = code[word + counter.lanes]!
    const least = code[word + counter.least]!
    const most = code[word + counter.most]!
    const first = code[word + counter.lane]!
    const ring = code[word + counter.ring]!
    const mask = code[word + counter.ringMask]!
    this.#ring[ring + (step & mask)] = 0
    this.#visits += lanes
    let result = 0
    // How far the lane in hand is within its item, before this byte.
    let phase = (step - 1) % lanes
    for (let lane = first; lane < first + lanes; lane++, phase = phase === 0 ? lanes - 1 : phase - 1) {
      const since = this.#since[lane]!
      if (since < 0) continue
      if (!isIn(code, this.#base + code[word + counter.sets + phase]!, byte)) {
        this.#since[lane] = -1
        continue
      }
      if (phase === lanes - 1) {
        const entry = step - least
        if (entry >= since && this.#ring[ring + (entry & mask)] === 1) this.#matured[lane] = entry
        const matured = this.#matured[lane]!
        if (matured >= 0 && (most < 0 || step - matured <= most)) result |= canLeave
        if (most >= 0 && step - this.#newest[lane]! >= most) {
          this.#since[lane] = -1
          continue
        }
      }
      result |= alive
    }
    return result
  }
}

const canLeave = 1
const alive = 2
