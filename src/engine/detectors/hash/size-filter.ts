// Answers "does any entry ask for this size?" with one read of memory: a bitmap of hashed sizes, at least 16 bits a
// size, so at most one size in 16 is asked for in vain (an exact search follows).

export interface SharedSizeFilter {
  readonly bits: SharedArrayBuffer
  /** log2 of the number of bits. */
  readonly log2: number
}

const bitsPerSize = 16

// Fibonacci hashing: the multiplier is 2^32 over the golden ratio; the high bits are the mixed ones.
function bitOf(size: number, log2: number): number {
  return Math.imul(size, 0x9e37_79b1) >>> (32 - log2)
}

export function buildSizeFilter(columns: readonly Uint32Array[]): SharedSizeFilter {
  const sizes = columns.reduce((sum, column) => sum + column.length, 0)
  const log2 = Math.min(31, Math.max(5, Math.ceil(Math.log2(sizes * bitsPerSize + 1))))
  const bits = new SharedArrayBuffer(2 ** log2 / 8)
  const bytes = new Uint8Array(bits)
  for (const column of columns) {
    for (const size of column) {
      const bit = bitOf(size, log2)
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) | (1 << (bit & 7))
    }
  }
  return { bits, log2 }
}

/** False: certainly no entry has this size. Any number may be asked for: only its low 32 bits are looked at. */
export function attachSizeFilter({ bits, log2 }: SharedSizeFilter): (size: number) => boolean {
  const bytes = new Uint8Array(bits)
  return (size) => {
    const bit = bitOf(size, log2)
    return ((bytes[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0
  }
}
