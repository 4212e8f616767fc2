// The entries of one central directory, in order. Read in batches that are copied, because the members are read
// between two entries; nothing is kept per entry.

import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Directory } from './end-record.ts'
import {
  type CentralEntry,
  centralBytes,
  centralLength,
  centralSignature,
  parseCentralEntry,
} from './header.ts'

/** Holds the longest entry (46 + 3 × 65,535 bytes). */
const batchBytes = 256 * 1024

export interface DirectoryEnd {
  /** Where the last entry ended. */
  readonly end: number
  /** Entries that were there; the end record's count is only a claim. */
  readonly count: number
}

export function* entriesOf(source: ByteSource, directory: Directory): Generator<CentralEntry, DirectoryEnd> {
  let batch = new Uint8Array(0)
  let batchAt = directory.start
  let at = 0
  let count = 0
  const has = (bytes: number): boolean => {
    if (at + bytes <= batch.length) return true
    batchAt += at
    at = 0
    batch = source.read(batchAt, Math.min(batchBytes, directory.end - batchAt)).slice()
    return bytes <= batch.length
  }
  while (has(centralBytes) && u32(batch, at) === centralSignature) {
    const length = centralLength(batch, at)
    if (!has(length)) break
    const entry = parseCentralEntry(batch, at)
    at += length
    count++
    yield entry
  }
  return { end: batchAt + at, count }
}
