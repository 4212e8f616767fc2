// Which sizes the answers of a path have: an attack that is answered with a size never seen for that path has likely done
// something. Bounded memory: a table by hash that grows with the paths, in which rare paths give way in the end.

const startSlots = 1 << 10
const maxSlots = 1 << 16
/** Sizes kept of a path; a path with more of them is a page that changes, of which a size says nothing. */
const sizesEach = 4
const words = 2 + sizesEach
/** Answers of a path after which its sizes are known. */
const leastSeen = 8

export type SizeVerdict = 'usual' | 'new' | 'unknown'

export class ResponseSizes {
  /** Hash, count of answers, sizes plus one. */
  #slots = startSlots
  #table = new Uint32Array(startSlots * words)
  #paths = 0

  /** What a size says about an answer; with `learn` it is a usual one from now on. */
  see(path: string, size: number, learn: 'learn' | 'ask'): SizeVerdict {
    const hash = hashOf(path)
    const slot = (hash & (this.#slots - 1)) * words
    if (this.#table[slot] !== hash) {
      if (learn === 'learn') this.#replace(slot, hash, size)
      if (this.#paths * 4 > this.#slots && this.#slots < maxSlots) this.#grow()
      return 'unknown'
    }
    const count = this.#table[slot + 1] ?? 0
    const verdict = this.#verdict(slot, count, size)
    if (learn === 'learn') this.#learn(slot, count, size)
    return verdict
  }

  #verdict(slot: number, count: number, size: number): SizeVerdict {
    let kept = 0
    for (let index = 0; index < sizesEach; index += 1) {
      const one = this.#table[slot + 2 + index] ?? 0
      if (one === size + 1) return 'usual'
      if (one !== 0) kept += 1
    }
    return kept < sizesEach && count >= leastSeen ? 'new' : 'unknown'
  }

  #learn(slot: number, count: number, size: number): void {
    this.#table[slot + 1] = Math.min(count + 1, 0xffff_ffff)
    for (let index = 0; index < sizesEach; index += 1) {
      const one = this.#table[slot + 2 + index] ?? 0
      if (one === size + 1) return
      if (one === 0) {
        this.#table[slot + 2 + index] = size + 1
        return
      }
    }
  }

  #grow(): void {
    const old = this.#table
    this.#slots *= 2
    this.#table = new Uint32Array(this.#slots * words)
    for (let at = 0; at < old.length; at += words) {
      const hash = old[at] ?? 0
      if (hash !== 0) this.#table.set(old.subarray(at, at + words), (hash & (this.#slots - 1)) * words)
    }
  }

  /** A path that was seen often loses half of its count before it loses its place. */
  #replace(slot: number, hash: number, size: number): void {
    const count = this.#table[slot + 1] ?? 0
    if (count > 1) {
      this.#table[slot + 1] = count >> 1
      return
    }
    if (count === 0) this.#paths += 1
    this.#table.fill(0, slot, slot + words)
    this.#table[slot] = hash
    this.#table[slot + 1] = 1
    this.#table[slot + 2] = size + 1
  }
}

function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193)
  hash ^= hash >>> 15
  return hash >>> 0 || 1
}
