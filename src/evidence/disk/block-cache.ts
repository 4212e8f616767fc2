// Structures of file systems are small and lie near each other: one reading of the medium serves many of them.

import type { EvidenceSource } from '../source.ts'

const blockBytes = 65_536
const keptBlocks = 64

/** Keeps 4 MiB; what is longer than a block goes past it. */
export function cached(source: EvidenceSource): EvidenceSource {
  const kept = new Map<number, Uint8Array>()
  const blockOf = (index: number): Uint8Array => {
    const known = kept.get(index)
    if (known !== undefined) {
      kept.delete(index)
      kept.set(index, known)
      return known
    }
    const bytes = source.read(index * blockBytes, blockBytes)
    const [oldest] = kept.keys()
    if (kept.size === keptBlocks && oldest !== undefined) kept.delete(oldest)
    kept.set(index, bytes)
    return bytes
  }
  return {
    size: source.size,
    read(offset, length) {
      if (offset < 0 || offset >= source.size || length <= 0) return new Uint8Array(0)
      const index = Math.floor(offset / blockBytes)
      const within = offset - index * blockBytes
      if (within + length > blockBytes) return source.read(offset, length)
      return blockOf(index).subarray(within, within + length)
    },
  }
}
