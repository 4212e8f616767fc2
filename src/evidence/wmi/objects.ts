// OBJECTS.DATA: pages of 8 KiB with a list of their records; MAPPINGn.MAP tells which of them are in use, and their order.

import { u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'

export const pageBytes = 8192
const tocEntryBytes = 16
const mostRecordBytes = 4 * 1024 * 1024
const mostPages = 262_144
const mappingSignature = 0xabcd
const pageMask = 0x3fffffff

export interface StoredRecord {
  readonly offset: number
  readonly id: number
  readonly size: number
  /** The physical page, and what the repository calls it. */
  readonly page: number
  readonly logicalPage: number | undefined
}

/** Which physical page each logical one is. */
export interface Mapping {
  readonly physical: readonly number[]
  readonly logical: ReadonlyMap<number, number>
}

/** The one of the highest version; of each file the first part is for OBJECTS.DATA, the second for INDEX.BTR. */
export function readMappings(
  files: readonly EvidenceSource[],
  notes: Notes,
): { objects: Mapping; index: Mapping } | undefined {
  let best: EvidenceSource | undefined
  let version = -1
  for (const file of files) {
    const head = file.read(0, 24)
    if (u32(head, 0) !== mappingSignature || u32(head, 4) <= version) continue
    best = file
    version = u32(head, 4)
  }
  if (best === undefined) {
    if (files.length > 0) notes.add('there is no mapping that can be read: every page is taken as in use')
    return undefined
  }
  const bytes = best.read(0, Math.min(best.size, 64 * 1024 * 1024))
  // Windows XP has neither the two numbers in the header nor more than a page's number for each entry.
  const isOld = u32(bytes, 20) < u32(bytes, 16) / 10 || (u32(bytes, 8) - 1) >>> 0 !== u32(bytes, 12)
  const objects = mappingAt(bytes, 0, isOld)
  if (objects === undefined) {
    notes.add('the mapping is damaged: every page is taken as in use')
    return undefined
  }
  const index = mappingAt(bytes, objects.end, isOld)
  return { objects: objects.mapping, index: index?.mapping ?? { physical: [], logical: new Map() } }
}

function mappingAt(
  bytes: Uint8Array,
  start: number,
  isOld: boolean,
): { mapping: Mapping; end: number } | undefined {
  if (u32(bytes, start) !== mappingSignature) return undefined
  const headerBytes = isOld ? 16 : 24
  const entryBytes = isOld ? 4 : 24
  const count = u32(bytes, start + headerBytes - 4)
  const entries = start + headerBytes
  if (count > mostPages || entries + count * entryBytes + 4 > bytes.length) return undefined
  const physical = Array.from(
    { length: count },
    (_, index) => u32(bytes, entries + index * entryBytes) & pageMask,
  )
  const logical = new Map(physical.map((page, index) => [page, index]))
  logical.delete(pageMask)
  const free = u32(bytes, entries + count * entryBytes)
  let end = entries + count * entryBytes + 4 + 4 * free
  // Some mappings end with a signature, some do not.
  if (u32(bytes, end) === 0xdcba) end += 4
  return { mapping: { physical, logical }, end }
}

/** Records of the pages in use, in the order of the file. */
export function* storedRecords(
  source: EvidenceSource,
  mapping: Mapping | undefined,
): Generator<StoredRecord> {
  const pages = Math.min(mostPages, Math.floor(source.size / pageBytes))
  for (let page = 0; page < pages; page++) {
    const logicalPage = mapping?.logical.get(page)
    if (mapping !== undefined && logicalPage === undefined) continue
    const bytes = source.read(page * pageBytes, pageBytes)
    for (let at = 0; at + tocEntryBytes <= pageBytes; at += tocEntryBytes) {
      const [id, offset, size] = [u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8)]
      if (offset < tocEntryBytes || offset >= pageBytes || size === 0 || size > mostRecordBytes) break
      yield { offset: page * pageBytes + offset, id, size, page, logicalPage }
    }
  }
}

/** A record that is longer than its page goes on in the next logical one. */
export function recordBytes(
  source: EvidenceSource,
  { offset, size, page, logicalPage }: StoredRecord,
  mapping: Mapping | undefined,
): Uint8Array {
  const room = (page + 1) * pageBytes - offset
  if (size <= room || mapping === undefined || logicalPage === undefined) return source.read(offset, size)
  const parts = [source.read(offset, room)]
  let left = size - room
  for (let next = logicalPage + 1; left > 0; next++) {
    const physical = mapping.physical[next]
    if (physical === undefined) break
    parts.push(source.read(physical * pageBytes, Math.min(left, pageBytes)))
    left -= pageBytes
  }
  return Buffer.concat(parts)
}
