// The counters of an ordered run. An entry has a key (smaller is better); a counter is left with the best key of the
// entries whose count allows it: a minimum over a sliding window, kept as a queue of rising keys for each lane.

import { counter, header } from './program-format.ts'
import { isIn } from './reads.ts'

/** No key. */
export const none = 0x7fff_ffff
/** Places of a program are below this. */
const placeRange = 1 << 16

export class CounterMemory {
  /** Bytes read since the run began. */
  step = 0
  /** Places of counters with live entries. */
  #active = new Int32Array(0)
  activeCount = 0
  /** Lanes of these when the last byte was read. */
  activeLanes = 0
  /** Ways out after a byte, best first: key × placeRange + place. */
  #exits = new Float64Array(0)

  // By lane: step of the first entry since it came to life (−1: dead), of its newest entry, its best key since then,
  // and the first element and length of its queue.
  #since = new Int32Array(0)
  #newest = new Int32Array(0)
  #best = new Int32Array(0)
  #head = new Int32Array(0)
  #length = new Int32Array(0)
  /** Keys of entries that have not their least count, by step modulo the ring's size. */
  #ring = new Int32Array(0)
  #queueKeys = new Int32Array(0)
  #queueSteps = new Int32Array(0)

  #code: Int32Array = new Int32Array(0)
  #base = 0

  open(code: Int32Array, base: number): void {
    for (let index = 0; index < this.activeCount; index++) this.#bury(this.#active[index]!)
    this.activeCount = 0
    this.activeLanes = 0
    this.step = 0
    this.#code = code
    this.#base = base
    const places = code[base + header.places]!
    const lanes = code[base + header.lanes]!
    if (lanes === 0) return
    if (places > this.#active.length) {
      this.#active = new Int32Array(places * 2)
      this.#exits = new Float64Array(places * 2)
    }
    if (lanes > this.#since.length) {
      this.#since = new Int32Array(lanes * 2).fill(-1)
      this.#newest = new Int32Array(lanes * 2)
      this.#best = new Int32Array(lanes * 2)
      this.#head = new Int32Array(lanes * 2)
      this.#length = new Int32Array(lanes * 2)
    }
    const pending = code[base + header.pending]!
    if (pending > this.#ring.length) this.#ring = new Int32Array(pending)
    const queued = code[base + header.queued]!
    if (queued > this.#queueKeys.length) {
      this.#queueKeys = new Int32Array(queued)
      this.#queueSteps = new Int32Array(queued)
    }
  }

  #bury(place: number): void {
    const word = this.#base + place
    const first = this.#code[word + counter.lane]!
    this.#since.fill(-1, first, first + this.#code[word + counter.lanes]!)
  }

  /** An entry of the counter at `place`; whether it may be left at once. */
  enter(place: number, key: number): boolean {
    const code = this.#code
    const word = this.#base + place
    const { step } = this
    const index = step % code[word + counter.lanes]!
    const lane = code[word + counter.lane]! + index
    if (!this.#isActive(word)) this.#active[this.activeCount++] = place
    if (this.#since[lane]! < 0) {
      this.#since[lane] = step
      this.#best[lane] = key
      this.#head[lane] = 0
      this.#length[lane] = 0
    }
    this.#newest[lane] = step
    if (key < this.#best[lane]!) this.#best[lane] = key
    if (code[word + counter.least] === 0) {
      this.#mature(word, index, step, key)
      return true
    }
    this.#ring[code[word + counter.ring]! + (step & code[word + counter.ringMask]!)] = key
    return false
  }

  #isActive(word: number): boolean {
    const first = this.#code[word + counter.lane]!
    const end = first + this.#code[word + counter.lanes]!
    for (let lane = first; lane < end; lane++) if (this.#since[lane]! >= 0) return true
    return false
  }

  /** Puts an entry with its least count into the lane's queue. */
  #mature(word: number, index: number, step: number, key: number): void {
    const code = this.#code
    const lane = code[word + counter.lane]! + index
    const mask = code[word + counter.queueMask]!
    const queue = code[word + counter.queue]! + index * (mask + 1)
    const head = this.#head[lane]!
    let length = this.#length[lane]!
    while (length > 0 && this.#queueKeys[queue + ((head + length - 1) & mask)]! >= key) length--
    if (length <= mask) {
      const at = queue + ((head + length) & mask)
      this.#queueKeys[at] = key
      this.#queueSteps[at] = step
      length++
    }
    this.#length[lane] = length
  }

  /** Reads a byte in all counters, the step already counted; gives the number of exits. */
  advance(byte: number): number {
    let exits = 0
    let kept = 0
    this.activeLanes = 0
    for (let index = 0; index < this.activeCount; index++) {
      const place = this.#active[index]!
      const word = this.#base + place
      this.activeLanes += this.#code[word + counter.lanes]!
      const key = this.#advanceCounter(word, byte)
      if (key !== none) {
        const out = place + counter.sets + this.#code[word + counter.lanes]!
        this.#exits[exits++] = key * placeRange + out
      }
      if (this.#isActive(word)) this.#active[kept++] = place
    }
    this.activeCount = kept
    if (exits > 1) this.#sortExits(exits)
    return exits
  }

  #sortExits(count: number): void {
    const exits = this.#exits
    if (count > 16) {
      exits.subarray(0, count).sort()
      return
    }
    for (let index = 1; index < count; index++) {
      const exit = exits[index]!
      let to = index
      for (; to > 0 && exits[to - 1]! > exit; to--) exits[to] = exits[to - 1]!
      exits[to] = exit
    }
  }

  exitKey(index: number): number {
    return Math.floor(this.#exits[index]! / placeRange)
  }

  exitPlace(index: number): number {
    return this.#exits[index]! - this.exitKey(index) * placeRange
  }

  /** Gives the best key with which the counter can be left now. */
  #advanceCounter(word: number, byte: number): number {
    const code = this.#code
    const { step } = this
    const lanes = code[word + counter.lanes]!
    const first = code[word + counter.lane]!
    const ring = code[word + counter.ring]!
    const mask = code[word + counter.ringMask]!
    this.#ring[ring + (step & mask)] = none
    let best = none
    // How far the lane in hand is within its item, before this byte.
    let phase = (step - 1) % lanes
    for (let index = 0; index < lanes; index++, phase = phase === 0 ? lanes - 1 : phase - 1) {
      const lane = first + index
      const since = this.#since[lane]!
      if (since < 0) continue
      const set = this.#base + code[word + counter.sets + phase]!
      if (!isIn(code, set, byte)) this.#since[lane] = -1
      else if (phase === lanes - 1) {
        const entry = step - code[word + counter.least]!
        const key = entry >= since ? this.#ring[ring + (entry & mask)]! : none
        this.#expire(word, index)
        if (key !== none) this.#mature(word, index, entry, key)
        best = Math.min(best, this.#front(word, index))
      }
    }
    return best
  }

  /** Drops the entries of a lane that have passed the counter's most. */
  #expire(word: number, index: number): void {
    const most = this.#code[word + counter.most]!
    if (most < 0) return
    const lane = this.#code[word + counter.lane]! + index
    const mask = this.#code[word + counter.queueMask]!
    const queue = this.#code[word + counter.queue]! + index * (mask + 1)
    let head = this.#head[lane]!
    let length = this.#length[lane]!
    for (; length > 0 && this.step - this.#queueSteps[queue + head]! > most; length--)
      head = (head + 1) & mask
    this.#head[lane] = head
    this.#length[lane] = length
    if (this.step - this.#newest[lane]! >= most) this.#since[lane] = -1
  }

  /** The lane's best key after a whole item; none if it cannot be left. */
  #front(word: number, index: number): number {
    const lane = this.#code[word + counter.lane]! + index
    if (this.#length[lane] === 0) return none
    const queue = this.#code[word + counter.queue]! + index * (this.#code[word + counter.queueMask]! + 1)
    return this.#queueKeys[queue + this.#head[lane]!]!
  }

  /** Forgets what cannot lead to a key below `best`. */
  prune(best: number): void {
    let kept = 0
    for (let index = 0; index < this.activeCount; index++) {
      const place = this.#active[index]!
      const word = this.#base + place
      const first = this.#code[word + counter.lane]!
      const end = first + this.#code[word + counter.lanes]!
      for (let lane = first; lane < end; lane++) if (this.#best[lane]! >= best) this.#since[lane] = -1
      if (this.#isActive(word)) this.#active[kept++] = place
    }
    this.activeCount = kept
  }
}
