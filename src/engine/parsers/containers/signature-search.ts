// Finds the places where one of several byte patterns may begin, in one pass that skips most bytes: the shift table of
// Wu and Manber ("A fast algorithm for multi-pattern searching", 1994) over the patterns' first five bytes.

/** Bytes of a pattern that are looked for. */
export const patternBytes = 5
const blockBytes = 2
const largestShift = patternBytes - blockBytes + 1

export class SignatureSearch {
  /** By the pair of bytes that ends the window: how far it can move; 0: the pattern may be here. */
  readonly #shifts = new Uint8Array(65_536).fill(largestShift)
  /** Pairs that a pattern begins with. */
  readonly #firstPairs = new Uint8Array(65_536)

  /** Texts of at least five bytes, one character (0–255) for each; only the first five count, the first is not zero. */
  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      const pairAt = (at: number): number => pattern.charCodeAt(at) | (pattern.charCodeAt(at + 1) << 8)
      this.#firstPairs[pairAt(0)] = 1
      for (let at = 0; at <= patternBytes - blockBytes; at++) {
        const shift = patternBytes - blockBytes - at
        this.#shifts[pairAt(at)] = Math.min(this.#shifts[pairAt(at)]!, shift)
      }
    }
    // Looked at closer below.
    this.#shifts[0] = 0
  }

  /**
   * Writes to `hits` where a pattern may begin in `bytes` and returns how many there are; as many as `hits` holds. The
   * caller compares the whole pattern.
   */
  find(bytes: Uint8Array, hits: Int32Array): number {
    const shifts = this.#shifts
    const firstPairs = this.#firstPairs
    const end = bytes.length
    let count = 0
    let at = patternBytes - 1
    while (at < end) {
      const last = bytes[at]!
      const shift = shifts[bytes[at - 1]! | (last << 8)]!
      if (shift > 0) {
        at += shift
        continue
      }
      // Runs of zeros are long, and no pattern begins with one.
      const isZeros = (last | bytes[at - 1]! | bytes[at - 2]! | bytes[at - 3]! | bytes[at - 4]!) === 0
      if (isZeros) {
        at += patternBytes
        continue
      }
      if (firstPairs[bytes[at - 4]! | (bytes[at - 3]! << 8)] === 1) {
        hits[count++] = at - (patternBytes - 1)
        if (count === hits.length) return count
      }
      at++
    }
    return count
  }
}
