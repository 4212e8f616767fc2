// What is kept of each client address, in 48 bytes: how many requests and errors, and leaking buckets. Open addressing over
// typed arrays, because a million Map entries with objects would be ten times as large.

/** Indexes into the whole numbers of an address. */
export const field = {
  /** Second of the last request. */
  last: 2,
  requests: 3,
  errors: 4,
  /** 64 bits: which paths were already counted. */
  pathsLow: 5,
  pathsHigh: 6,
  /** Bits of `flag`. */
  flags: 7,
} as const

const wholeWords = 8

/** Indexes into the buckets of an address. */
export const bucket = { burst: 0, probe: 1, login: 2, odd: 3 } as const

const bucketWords = 4
const startSlots = 1 << 12
/** Of the slots in use before the table grows. */
const maxLoad = 0.7

export class Visitors {
  readonly #maxAddresses: number
  #slots = startSlots
  #whole = new Uint32Array(startSlots * wholeWords)
  #buckets = new Float32Array(startSlots * bucketWords)
  #size = 0
  #forgotten = 0

  /** Beyond `maxAddresses` those that were quiet longest are forgotten, half of them at once. */
  constructor(maxAddresses: number) {
    this.#maxAddresses = Math.max(maxAddresses, 16)
  }

  get size(): number {
    return this.#size
  }

  get forgotten(): number {
    return this.#forgotten
  }

  /** The slot of an address, a new one when it was never seen; valid until the next call. */
  slotOf(address: string): number {
    const [low, high] = hashOf(address)
    const found = this.#find(low, high)
    if (this.#whole[found * wholeWords] !== 0 || this.#whole[found * wholeWords + 1] !== 0) return found
    const moved = this.#makeRoom() ? this.#find(low, high) : found
    this.#whole[moved * wholeWords] = low
    this.#whole[moved * wholeWords + 1] = high
    this.#size += 1
    return moved
  }

  get(slot: number, index: (typeof field)[keyof typeof field]): number {
    return this.#whole[slot * wholeWords + index] ?? 0
  }

  set(slot: number, index: (typeof field)[keyof typeof field], value: number): void {
    this.#whole[slot * wholeWords + index] = value
  }

  level(slot: number, index: (typeof bucket)[keyof typeof bucket]): number {
    return this.#buckets[slot * bucketWords + index] ?? 0
  }

  setLevel(slot: number, index: (typeof bucket)[keyof typeof bucket], value: number): void {
    this.#buckets[slot * bucketWords + index] = value
  }

  #find(low: number, high: number): number {
    const mask = this.#slots - 1
    let slot = low & mask
    // The table is never full, so an empty slot ends the search.
    for (;;) {
      const at = slot * wholeWords
      const one = this.#whole[at]
      const other = this.#whole[at + 1]
      if ((one === low && other === high) || (one === 0 && other === 0)) return slot
      slot = (slot + 1) & mask
    }
  }

  /** True when slots moved. */
  #makeRoom(): boolean {
    if (this.#size >= this.#maxAddresses) {
      this.#rebuild(this.#slots, this.#medianLast())
      return true
    }
    if (this.#size < this.#slots * maxLoad) return false
    this.#rebuild(this.#slots * 2, 0)
    return true
  }

  /** Keeps those seen after `since`; those of that very second while there is room. */
  #rebuild(slots: number, since: number): void {
    const whole = this.#whole
    const buckets = this.#buckets
    const before = this.#slots
    const most = since === 0 ? this.#size : Math.floor(this.#size / 2)
    const total = this.#size
    this.#slots = slots
    this.#whole = new Uint32Array(slots * wholeWords)
    this.#buckets = new Float32Array(slots * bucketWords)
    this.#size = 0
    for (let slot = 0; slot < before && this.#size < most; slot += 1) {
      const at = slot * wholeWords
      const low = whole[at] ?? 0
      const high = whole[at + 1] ?? 0
      if ((low === 0 && high === 0) || (whole[at + field.last] ?? 0) < since) continue
      const target = this.#find(low, high)
      this.#whole.set(whole.subarray(at, at + wholeWords), target * wholeWords)
      this.#buckets.set(buckets.subarray(slot * bucketWords, (slot + 1) * bucketWords), target * bucketWords)
      this.#size += 1
    }
    this.#forgotten += total - this.#size
  }

  #medianLast(): number {
    const seconds = new Uint32Array(this.#size)
    let count = 0
    for (let slot = 0; slot < this.#slots && count < this.#size; slot += 1) {
      const at = slot * wholeWords
      if (this.#whole[at] === 0 && this.#whole[at + 1] === 0) continue
      seconds[count] = this.#whole[at + field.last] ?? 0
      count += 1
    }
    seconds.sort()
    return Math.max(1, seconds[seconds.length >> 1] ?? 1)
  }
}

/** 64 bits, never zero. Two addresses with the same hash share their counts: of a million, one pair in 37 million logs. */
function hashOf(text: string): readonly [number, number] {
  let low = 0x811c_9dc5
  let high = 0x9e37_79b9
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    low = Math.imul(low ^ code, 0x0100_0193)
    high = Math.imul(high ^ (code + (low >>> 13)), 0x85eb_ca6b)
  }
  low = Math.imul(low ^ (low >>> 16), 0x7feb_352d)
  return [(low ^ (low >>> 15)) >>> 0, (high ^ (high >>> 14)) >>> 0 || 1]
}
