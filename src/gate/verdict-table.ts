// The second level of the verdict cache: one table in shared memory for all workers, for files that carry no
// ignore mark in the kernel (evicted, or asked through another group). The key is everything that changes when
// the content may have changed: device, inode, size, mtime ns, ctime ns, database generation.

import type { Stat } from '../platform/linux/statx.ts'

/** `clean`: allow. `stuck`: a scan of it once hung an instance; the deadline's policy answers at once. */
export type CachedVerdict = 'clean' | 'stuck'

const entryWords = 12
const ways = 4
const At = { sequence: 0, verdict: 1, generation: 2, key: 3 } as const
const keyWords = 9

export class VerdictTable {
  readonly #words: Int32Array
  readonly #mask: number
  readonly #key = new Int32Array(keyWords)

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer)
    this.#mask = this.#words.length / (entryWords * ways) - 1
  }

  /** Memory for at least `entries` verdicts; untouched pages cost nothing. */
  static allocate(entries: number): SharedArrayBuffer {
    const bucketCount = 2 ** Math.ceil(Math.log2(Math.max(ways, entries) / ways))
    return new SharedArrayBuffer(bucketCount * ways * entryWords * 4)
  }

  get(stat: Stat, generation: number): CachedVerdict | undefined {
    const bucket = this.#load(stat)
    for (let way = 0; way < ways; way++) {
      const at = (bucket * ways + way) * entryWords
      const sequence = Atomics.load(this.#words, at)
      // Odd: somebody writes this entry. A changed sequence afterwards: it was written while we read.
      if ((sequence & 1) === 1 || !this.#matches(at, generation)) continue
      const verdict = this.#words[at + At.verdict]
      if (Atomics.load(this.#words, at) === sequence) return verdict === 2 ? 'stuck' : 'clean'
    }
    return undefined
  }

  /** A file was written in a way that may not show in its times (a mapping on tmpfs). */
  forget(stat: Stat, generation: number): void {
    const bucket = this.#load(stat)
    for (let way = 0; way < ways; way++) {
      const at = (bucket * ways + way) * entryWords
      if (!this.#matches(at, generation)) continue
      this.#write(at, () => {
        this.#words[at + At.verdict] = 0
      })
    }
  }

  put(stat: Stat, generation: number, verdict: CachedVerdict): void {
    const bucket = this.#load(stat)
    const at = (bucket * ways + this.#victim(bucket, generation)) * entryWords
    this.#write(at, () => {
      this.#words[at + At.verdict] = verdict === 'stuck' ? 2 : 1
      this.#words[at + At.generation] = generation
      this.#words.set(this.#key, at + At.key)
    })
  }

  /** Does nothing when another thread writes the entry: a verdict less is remembered. */
  #write(at: number, change: () => void): void {
    const sequence = Atomics.load(this.#words, at)
    if ((sequence & 1) === 1) return
    if (Atomics.compareExchange(this.#words, at, sequence, sequence + 1) !== sequence) return
    change()
    Atomics.store(this.#words, at, sequence + 2)
  }

  /** Fills the key from the file and gives its bucket. */
  #load(stat: Stat): number {
    const key = this.#key
    key[0] = stat.device
    key[1] = stat.inodeLow
    key[2] = stat.inodeHigh
    key[3] = stat.sizeLow
    key[4] = stat.sizeHigh
    key[5] = stat.mtimeSeconds
    key[6] = stat.mtimeNs
    key[7] = stat.ctimeSeconds
    key[8] = stat.ctimeNs
    const hash = Math.imul(stat.inodeLow ^ Math.imul(stat.device, 0x85ebca6b), 0x9e3779b1)
    return (hash >>> 8) & this.#mask
  }

  #matches(at: number, generation: number): boolean {
    if (this.#words[at + At.generation] !== generation || this.#words[at + At.verdict] === 0) return false
    for (let word = 0; word < keyWords; word++) {
      if (this.#words[at + At.key + word] !== this.#key[word]) return false
    }
    return true
  }

  /** The way to overwrite: the same inode, an outdated or unused entry, or any. */
  #victim(bucket: number, generation: number): number {
    for (let way = 0; way < ways; way++) {
      const at = (bucket * ways + way) * entryWords
      const sameFile =
        this.#words[at + At.key + 1] === this.#key[1] && this.#words[at + At.key] === this.#key[0]
      const isUnused = this.#words[at + At.verdict] === 0
      if (sameFile || isUnused || this.#words[at + At.generation] !== generation) return way
    }
    return ((this.#key[8] ?? 0) >>> 4) % ways
  }
}
