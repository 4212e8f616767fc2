// Which of a set of words occur in a text's bytes, letters of either case: asked of every text that is scanned, so nearly
// all of it is skipped (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994; blocks of three bytes).

const blockBytes = 3
const tableBits = 15
const tableMask = (1 << tableBits) - 1

/** Lower case for letters, everything else as it is. */
const lower = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))

function slotOf(a: number, b: number, c: number): number {
  return (a ^ (b << 5) ^ (c << 10)) & tableMask
}

export class WordGate {
  readonly #words: readonly Buffer[]
  readonly #shortest: number
  readonly #shifts = new Uint8Array(1 << tableBits)
  /** Words whose first `#shortest` bytes end in the block of a slot. */
  readonly #ends = new Map<number, number[]>()

  /** Words in lower case, of at least three bytes: the shortest says how far a step may go. */
  constructor(words: readonly string[]) {
    this.#words = words.map((word) => Buffer.from(word, 'latin1'))
    this.#shortest = Math.min(...words.map(({ length }) => length))
    this.#shifts.fill(this.#shortest - blockBytes + 1)
    for (const [index, word] of this.#words.entries()) this.#enter(word, index)
  }

  #enter(word: Buffer, index: number): void {
    for (let at = 0; at + blockBytes <= this.#shortest; at++) {
      const slot = slotOf(word[at]!, word[at + 1]!, word[at + 2]!)
      const shift = this.#shortest - blockBytes - at
      if (shift < this.#shifts[slot]!) this.#shifts[slot] = shift
      if (shift === 0) this.#ends.set(slot, [...(this.#ends.get(slot) ?? []), index])
    }
  }

  /** Sets `found[index]` to 1 for each word that occurs. */
  search(bytes: Uint8Array, found: Uint8Array): void {
    const shifts = this.#shifts
    const end = bytes.length
    let at = this.#shortest - 1
    while (at < end) {
      const slot = slotOf(lower[bytes[at - 2]!]!, lower[bytes[at - 1]!]!, lower[bytes[at]!]!)
      const shift = shifts[slot]!
      if (shift === 0) {
        this.#compare(bytes, at - this.#shortest + 1, { slot, found })
        at++
      } else at += shift
    }
  }

  #compare(bytes: Uint8Array, start: number, { slot, found }: { slot: number; found: Uint8Array }): void {
    for (const index of this.#ends.get(slot) ?? []) {
      if (found[index] === 0 && isAt(bytes, start, this.#words[index]!)) found[index] = 1
    }
  }
}

function isAt(bytes: Uint8Array, start: number, word: Buffer): boolean {
  if (start + word.length > bytes.length) return false
  for (let at = 0; at < word.length; at++) {
    if (lower[bytes[start + at]!] !== word[at]) return false
  }
  return true
}
