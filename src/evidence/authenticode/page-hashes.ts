// Page hashes: a table of offsets and digests, one for each page of the image, that the loader compares page by page
// (signtool /ph). The first row is the header, the last one says where the sections end and has no digest.

import { timingSafeEqual } from 'node:crypto'

import type { EvidenceSource } from '../source.ts'
import { digestBytes, type DigestName } from './algorithm.ts'
import { pageDigest } from './pe-digest.ts'
import type { PeLayout } from './pe-layout.ts'

const pageBytes = 4096
const largestPage = 65_536

export type PageHashResult = 'match' | 'mismatch' | 'malformed'

export function checkPageHashes(
  source: EvidenceSource,
  layout: PeLayout,
  { digestName, table }: { readonly digestName: DigestName; readonly table: Uint8Array },
): PageHashResult {
  const rows = rowsOf(table, 4 + digestBytes[digestName])
  if (rows === undefined) return 'malformed'
  const sizes = new Set([pageBytes, Math.min(Math.max(layout.sectionAlignment, 512), largestPage)])
  for (const size of sizes) {
    const isRight = rows.every((row, index) => {
      const next = rows[index + 1]
      if (next === undefined) return true
      const to = Math.min(next.offset, row.offset + size)
      const actual = pageDigest(source, layout, digestName, { from: row.offset, to, length: size })
      return timingSafeEqual(actual, row.digest)
    })
    if (isRight) return 'match'
  }
  return 'mismatch'
}

interface Row {
  readonly offset: number
  readonly digest: Uint8Array
}

/** Undefined: the offsets do not rise from zero, or a row is cut off. So no byte is hashed more than once. */
function rowsOf(table: Uint8Array, rowBytes: number): Row[] | undefined {
  if (table.length < 2 * rowBytes || table.length % rowBytes !== 0) return undefined
  const view = new DataView(table.buffer, table.byteOffset, table.length)
  const rows: Row[] = []
  for (let at = 0; at < table.length; at += rowBytes) {
    const offset = view.getUint32(at, true)
    const before = rows.at(-1)?.offset
    if (before === undefined ? offset !== 0 : offset <= before) return undefined
    rows.push({ offset, digest: table.subarray(at + 4, at + rowBytes) })
  }
  return rows
}
