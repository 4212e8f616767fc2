// Texts that were found clean, remembered by hash: most requests of a site are the same few thousand. Direct-mapped, so memory
// is fixed; the seed is chance, so nobody can craft a text that hides behind a clean one.

/** Slots of a cache, 8 bytes each: few at first, doubled as they are used. */
const startSlots = 1 << 10
const maxSlots = 1 << 16

export class CleanCache {
  #slots = startSlots
  #table = new Uint32Array(startSlots * 2)
  #added = 0
  readonly #seedA = Math.floor(Math.random() * 2 ** 32)
  readonly #seedB = Math.floor(Math.random() * 2 ** 32)
  #a = 0
  #b = 0

  /** Whether this pair of texts was found clean; `add` refers to the pair last asked for. */
  has(first: string, second = ''): boolean {
    this.#a = this.#seedA
    this.#b = this.#seedB
    this.#mix(first)
    // A sign that neither text can hold keeps ('a', 'bc') from being ('ab', 'c').
    this.#mixCode(0x1_0000)
    this.#mix(second)
    const slot = (this.#a & (this.#slots - 1)) * 2
    return this.#table[slot] === this.#a && this.#table[slot + 1] === this.#b
  }

  add(): void {
    this.#added += 1
    if (this.#added > this.#slots && this.#slots < maxSlots) this.#grow()
    this.#put(this.#a, this.#b)
  }

  #put(a: number, b: number): void {
    const slot = (a & (this.#slots - 1)) * 2
    this.#table[slot] = a
    this.#table[slot + 1] = b
  }

  #grow(): void {
    const old = this.#table
    this.#slots *= 2
    this.#table = new Uint32Array(this.#slots * 2)
    for (let at = 0; at < old.length; at += 2) {
      const [a = 0, b = 0] = [old[at], old[at + 1]]
      this.#put(a, b)
    }
  }

  #mix(text: string): void {
    let a = this.#a
    let b = this.#b
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      a = Math.imul(a ^ code, 0x0100_0193)
      b = Math.imul(b ^ (code + (a >>> 15)), 0x85eb_ca6b)
    }
    this.#a = a >>> 0
    this.#b = b >>> 0
  }

  #mixCode(code: number): void {
    this.#a = Math.imul(this.#a ^ code, 0x0100_0193) >>> 0
    this.#b = Math.imul(this.#b ^ (code + (this.#a >>> 15)), 0x85eb_ca6b) >>> 0
  }
}

/** Texts of a generation; two generations are kept. */
const maxTexts = 8192
const maxTextLength = 1024

/** The same for texts of which there are few and long ones, such as agents: kept as they are, because V8 hashes a string faster. */
export class CleanTexts {
  #young = new Set<string>()
  #old = new Set<string>()

  has(text: string): boolean {
    if (this.#young.has(text)) return true
    if (!this.#old.has(text)) return false
    this.add(text)
    return true
  }

  add(text: string): void {
    if (text.length > maxTextLength) return
    if (this.#young.size >= maxTexts) {
      this.#old = this.#young
      this.#young = new Set()
    }
    // A copy of its own: a slice would keep the block of the log that it was cut from.
    this.#young.add(Buffer.from(text, 'latin1').toString('latin1'))
  }
}
