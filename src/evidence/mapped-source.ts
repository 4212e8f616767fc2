// Content that lies in pieces of a volume, and content that is decoded in units: random access over both, with little memory.

import type { EvidenceSource, FileSource } from './source.ts'

/** So much is read at once at most; sizes of hostile files are beyond any memory. */
const maxReadBytes = 2 ** 30

export interface Piece {
  /** In the volume; undefined: zeros. */
  readonly from: number | undefined
  /** From the offset that was asked for, at least 1. */
  readonly bytes: number
}

/** Where a piece lies beyond the volume, there are zeros. */
export function mappedSource(
  volume: EvidenceSource,
  size: number,
  pieceAt: (offset: number) => Piece,
): EvidenceSource {
  return {
    size,
    read(offset, length) {
      const wanted = roomOf(size, offset, length)
      if (wanted === 0) return new Uint8Array(0)
      const first = pieceAt(offset)
      if (first.bytes >= wanted && first.from !== undefined) {
        const bytes = volume.read(first.from, wanted)
        if (bytes.length === wanted) return bytes
      }
      const bytes = new Uint8Array(wanted)
      let piece = first
      for (let filled = 0; ;) {
        const count = Math.min(piece.bytes, wanted - filled)
        if (piece.from !== undefined) bytes.set(volume.read(piece.from, count), filled)
        filled += count
        if (filled >= wanted) return bytes
        piece = pieceAt(offset + filled)
      }
    },
  }
}

function roomOf(size: number, offset: number, length: number): number {
  return Math.max(0, Math.min(length, size - offset, maxReadBytes))
}

const keptUnits = 4

/** `load` gives the bytes of one unit; the last units that were asked for are kept. Where it gives fewer, there are zeros. */
export function unitSource(
  size: number,
  unitBytes: number,
  load: (unit: number) => Uint8Array,
): EvidenceSource {
  const kept = new Map<number, Uint8Array>()
  const unitOf = (unit: number): Uint8Array => {
    const known = kept.get(unit)
    if (known !== undefined) return known
    const bytes = load(unit)
    const [oldest] = kept.keys()
    if (kept.size === keptUnits && oldest !== undefined) kept.delete(oldest)
    kept.set(unit, bytes)
    return bytes
  }
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(roomOf(size, offset, length))
      for (let filled = 0; filled < bytes.length;) {
        const unit = Math.floor((offset + filled) / unitBytes)
        const within = offset + filled - unit * unitBytes
        const count = Math.min(unitBytes - within, bytes.length - filled)
        bytes.set(unitOf(unit).subarray(within, within + count), filled)
        filled += count
      }
      return bytes
    },
  }
}

/** The volume stays open as long as its tree. */
export function asFile(path: string, source: EvidenceSource): FileSource {
  return {
    path,
    size: source.size,
    read: (offset, length) => source.read(offset, length),
    [Symbol.dispose]() {
      // Nothing of its own is held.
    },
  }
}
