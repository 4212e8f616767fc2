// Which package owns a path, for hundreds of thousands of paths, in a few megabytes: of each path only a 53-bit hash is
// kept. The seed is new in every process, so nobody can prepare a path that passes for another.

import { randomBytes } from 'node:crypto'

const initialSlots = 4096
/** 53 bits for each of at most this many paths: a wrong owner is as good as impossible. */
const maxPaths = 8_000_000

export class PathIndex {
  readonly #seed = randomBytes(8)
  readonly #seedHigh = this.#seed.readUInt32LE(0)
  readonly #seedLow = this.#seed.readUInt32LE(4)
  /** Open addressing; 0 is an empty slot. */
  #keys = new Float64Array(initialSlots)
  #values = new Uint32Array(initialSlots)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** `owner`: any number below 2^32; a path that is there already keeps its first owner. */
  add(path: string, owner: number): void {
    if (this.#size >= maxPaths) return
    if (2 * this.#size >= this.#keys.length) this.#grow()
    this.#put(this.#hash(path), owner)
  }

  /** Undefined when no package owns it. */
  get(path: string): number | undefined {
    const slot = this.#slotOf(this.#hash(path))
    return this.#keys[slot] === 0 ? undefined : this.#values[slot]
  }

  #put(key: number, owner: number): void {
    const slot = this.#slotOf(key)
    if (this.#keys[slot] !== 0) return
    this.#keys[slot] = key
    this.#values[slot] = owner
    this.#size++
  }

  #slotOf(key: number): number {
    const last = this.#keys.length - 1
    let slot = key % this.#keys.length
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & last
    return slot
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values]
    this.#keys = new Float64Array(keys.length * 2)
    this.#values = new Uint32Array(keys.length * 2)
    this.#size = 0
    for (const [slot, key] of keys.entries()) if (key !== 0) this.#put(key, values[slot] ?? 0)
  }

  #hash(path: string): number {
    let high = this.#seedHigh
    let low = this.#seedLow
    for (let i = 0; i < path.length; i++) {
      const code = path.charCodeAt(i)
      high = Math.imul(high ^ code, 0x85ebca6b)
      low = Math.imul(low ^ code, 0xc2b2ae35)
      high ^= low >>> 15
      low ^= high >>> 13
    }
    return ((high >>> 0) & 0x1fffff) * 2 ** 32 + (low >>> 0) || 1
  }
}
