// Partition tables in the master boot record, and those of extended partitions, which are a chain of such records.

import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import type { Partition } from './partition.ts'

const tableAt = 446
const entryBytes = 16
const extendedTypes: ReadonlySet<number> = new Set([0x05, 0x0f, 0x85])
export const protectiveType = 0xee
const maxLogical = 1024

interface Entry {
  readonly status: number
  readonly type: number
  /** In sectors. */
  readonly first: number
  readonly count: number
}

export interface Mbr {
  readonly source: EvidenceSource
  readonly sectorBytes: number
}

/** Undefined: the sector is no record with a table, or the table makes no sense. */
export function readMbr(mbr: Mbr, notes: Notes): Partition[] | undefined {
  const entries = entriesAt(mbr, 0)
  if (entries === undefined || !isSound(mbr, entries)) return undefined
  const found: Partition[] = []
  let nextLogical = 5
  for (const [index, entry] of entries.entries()) {
    if (entry.type === 0 || entry.count === 0) continue
    if (!extendedTypes.has(entry.type)) {
      found.push(partitionOf(mbr, entry, { number: index + 1, base: 0 }))
      continue
    }
    for (const logical of logicalPartitions(mbr, entry, notes)) {
      found.push({ ...logical, number: nextLogical })
      nextLogical += 1
    }
  }
  return found
}

function entriesAt({ source, sectorBytes }: Mbr, sector: number): Entry[] | undefined {
  const bytes = source.read(sector * sectorBytes, 512)
  if (u16(bytes, 510) !== 0xaa55) return undefined
  return [0, 1, 2, 3].map((index) => {
    const at = tableAt + index * entryBytes
    return {
      status: bytes[at] ?? 0,
      type: bytes[at + 4] ?? 0,
      first: u32(bytes, at + 8),
      count: u32(bytes, at + 12),
    }
  })
}

/** Code that stands where a table could be does not look like one. */
function isSound({ source, sectorBytes }: Mbr, entries: readonly Entry[]): boolean {
  const used = entries.filter(({ type, count }) => type !== 0 && count !== 0)
  const isPlausible = entries.every(({ status }) => status === 0 || status === 0x80)
  return (
    used.length > 0 &&
    isPlausible &&
    used.every(({ first }) => first > 0 && first * sectorBytes < source.size)
  )
}

function partitionOf(
  { sectorBytes }: Mbr,
  { type, first, count }: Entry,
  { number, base }: { number: number; base: number },
): Partition {
  return {
    number,
    start: (base + first) * sectorBytes,
    bytes: count * sectorBytes,
    type: `0x${type.toString(16).padStart(2, '0')}`,
  }
}

/** A record for each: its first entry is the partition, counted from the record; the second leads on, counted from the beginning. */
function* logicalPartitions(mbr: Mbr, extended: Entry, notes: Notes): Generator<Partition> {
  const seen = new Set<number>()
  let sector = extended.first
  while (!seen.has(sector)) {
    seen.add(sector)
    const entries = entriesAt(mbr, sector)
    if (entries === undefined || seen.size > maxLogical) {
      notes.add('the chain of logical partitions is broken', sector * mbr.sectorBytes)
      return
    }
    for (const entry of entries) {
      if (entry.type !== 0 && entry.count !== 0 && !extendedTypes.has(entry.type))
        yield partitionOf(mbr, entry, { number: 0, base: sector })
    }
    const next = entries.find(({ type, count }) => extendedTypes.has(type) && count !== 0)
    if (next === undefined) return
    sector = extended.first + next.first
  }
  notes.add('the chain of logical partitions is a circle', sector * mbr.sectorBytes)
}
