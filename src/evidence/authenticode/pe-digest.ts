// The digest that Authenticode signs: the file without its checksum, the entry of the certificate table and that table.
// In the order of the file: sections in their own order give the same unless they overlap, which Windows does not load.

import { createHash, type Hash } from 'node:crypto'

import type { EvidenceSource } from '../source.ts'
import type { DigestName } from './algorithm.ts'
import type { PeLayout } from './pe-layout.ts'

const chunkBytes = 1 << 20

interface Range {
  readonly from: number
  readonly to: number
}

/** What is left out comes from the header, so it may lie anywhere: ranges are clamped and never go backwards. */
function digestRanges({ size, checksumOffset, entryOffset, table }: PeLayout): Range[] {
  const holes = [{ from: checksumOffset, to: checksumOffset + 4 }]
  if (entryOffset !== undefined) holes.push({ from: entryOffset, to: entryOffset + 8 })
  if (table !== undefined) holes.push({ from: table.offset, to: table.offset + table.size })
  const ranges: Range[] = []
  let at = 0
  for (const { from, to } of holes.toSorted((a, b) => a.from - b.from)) {
    if (from > at) ranges.push({ from: at, to: Math.min(from, size) })
    at = Math.min(Math.max(at, to), size)
  }
  if (at < size) ranges.push({ from: at, to: size })
  return ranges
}

/**
 * Digests of the image, one pass over the file for all of them. A file without a table is filled up with zeros to a multiple
 * of eight, because that is what signing it would do; `isPadded: false` leaves that out.
 */
export function imageDigests(
  source: EvidenceSource,
  layout: PeLayout,
  names: readonly DigestName[],
  { isPadded = true }: { readonly isPadded?: boolean } = {},
): Map<DigestName, Buffer> {
  const hashes = new Map<DigestName, Hash>([...new Set(names)].map((name) => [name, createHash(name)]))
  for (const { from, to } of digestRanges(layout)) {
    for (let at = from; at < to; at += chunkBytes) {
      const bytes = source.read(at, Math.min(chunkBytes, to - at))
      for (const hash of hashes.values()) hash.update(bytes)
    }
  }
  const padding = layout.table === undefined && isPadded ? -layout.size & 7 : 0
  return new Map(
    [...hashes].map(([name, hash]) => [name, hash.update(Buffer.alloc(padding)).digest()] as const),
  )
}

/** One range hashed with what signing leaves out of it left out, and filled with zeros as if it had `length` bytes. */
export function pageDigest(
  source: EvidenceSource,
  { checksumOffset, entryOffset }: PeLayout,
  name: DigestName,
  { from, to, length }: Range & { readonly length: number },
): Buffer {
  const hash = createHash(name)
  const bytes = source.read(from, to - from)
  let at = from
  const holes = [
    { from: checksumOffset, to: checksumOffset + 4 },
    { from: entryOffset ?? checksumOffset, to: entryOffset === undefined ? checksumOffset : entryOffset + 8 },
  ]
  for (const hole of holes) {
    if (hole.from < at || hole.to > to || hole.from === hole.to) continue
    hash.update(bytes.subarray(at - from, hole.from - from))
    at = hole.to
  }
  hash.update(bytes.subarray(at - from))
  return hash.update(Buffer.alloc(Math.max(0, length - (to - from)))).digest()
}
