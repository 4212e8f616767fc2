// The attribute certificate table of a PE file: WIN_CERTIFICATE entries, aligned to eight bytes, and what hides around the
// signatures in them (CVE-2013-3900: nothing signs the padding).

import type { EvidenceSource } from '../source.ts'
import { itemOf } from './cms.ts'
import type { PeLayout } from './pe-layout.ts'

const headerBytes = 8
const pkcsSignedData = 2
const maxTableBytes = 32 * 1024 * 1024
const maxEntries = 32

export interface TableEntry {
  readonly offset: number
  readonly length: number
  readonly revision: number
  readonly type: number
  /** DER, with whatever follows it. */
  readonly bytes: Uint8Array
}

export interface CertificateTable {
  readonly offset: number
  readonly size: number
  /** Those of type 2, PKCS #7 SignedData. */
  readonly entries: readonly TableEntry[]
  /** What Windows does not look at, and an honest signer does not write. One sentence each. */
  readonly oddities: readonly string[]
}

/** Undefined: the file has no table. */
export function readCertificateTable(source: EvidenceSource, layout: PeLayout): CertificateTable | undefined {
  const { table, size: fileSize } = layout
  if (table === undefined) return undefined
  const oddities: string[] = []
  const { offset, size } = table
  if (offset + size > fileSize) oddities.push('the certificate table goes beyond the end of the file')
  const behind = fileSize - (offset + size)
  if (behind > 0) oddities.push(`${behind} bytes follow the certificate table`)
  if (offset % 8 !== 0) oddities.push('the certificate table is not aligned to eight bytes')
  const bytes = source.read(offset, Math.min(size, maxTableBytes))
  const entries: TableEntry[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  while (at + headerBytes <= bytes.length && entries.length < maxEntries) {
    const length = view.getUint32(at, true)
    if (length < headerBytes || at + length > bytes.length) {
      if (length !== 0) oddities.push('an entry of the certificate table goes beyond it')
      break
    }
    const type = view.getUint16(at + 6, true)
    const own = bytes.subarray(at + headerBytes, at + length)
    if (type === pkcsSignedData) {
      entries.push({ offset: offset + at, length, revision: view.getUint16(at + 4, true), type, bytes: own })
      oddities.push(...paddingOf(own))
    } else oddities.push(`an entry of the certificate table has type ${type}, which Windows does not use`)
    at += Math.ceil(length / 8) * 8
  }
  if (at < bytes.length && bytes.subarray(at).some((byte) => byte !== 0)) {
    oddities.push(`${bytes.length - at} bytes in the certificate table belong to no signature`)
  }
  return { offset, size, entries, oddities }
}

function paddingOf(entry: Uint8Array): string[] {
  const item = itemOf(entry)
  if (item === undefined) return []
  const rest = entry.subarray(item.end)
  if (rest.length < 8 && !rest.some((byte) => byte !== 0)) return []
  const what = rest.some((byte) => byte !== 0) ? 'bytes that are not zero' : 'zeros'
  return [`${rest.length} bytes follow the signature in its own entry, ${what}: nothing signs them`]
}
