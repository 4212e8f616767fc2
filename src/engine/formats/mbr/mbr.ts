// Partition tables of the PC (MBR) with extended partitions: each partition is a part of the disk, nothing is copied.
// Any boot sector ends in 55 AA, so a table counts only when its entries fit each other and the disk.

import { u32 } from '../../codecs/little-endian.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import type { Format, UnpackContext } from '../format.ts'

const sectorBytes = 512
const tableAt = 446
const entryBytes = 16
const extendedTypes = new Set([0x05, 0x0f, 0x85])
const typeProtective = 0xee
/** Logical partitions in a chain of extended ones. */
const mostLogical = 256

export const mbr: Format = {
  id: 'mbr',
  kind: 'archive',
  matches: ({ head, source }) => head[510] === 0x55 && head[511] === 0xaa && isTable(head, source),

  *members({ source, head }, context) {
    let index = 0
    for (const entry of entriesOf(head, 0)) {
      index++
      const logical = extendedTypes.has(entry.type)
        ? logicalPartitions(source, entry.start, context)
        : [entry]
      for (const [number, { start, count }] of logical.entries()) {
        const name = logical[0] === entry ? `partition-${index}` : `partition-${index}.${number + 1}`
        const at = start * sectorBytes
        const bytes = count * sectorBytes
        if (at + bytes > source.size) {
          context.fault(name, 'damaged', 'the partition goes on behind the end of the disk')
        }
        if (at >= source.size) context.budget.countMember()
        else yield { name, source: sliceSource(source, at, Math.min(bytes, source.size - at)), isDisk: true }
      }
    }
  },
}

/** In sectors from the beginning of the disk. */
interface Entry {
  readonly type: number
  readonly start: number
  readonly count: number
}

function entriesOf(sector: Uint8Array, base: number): Entry[] {
  const entries: Entry[] = []
  for (let at = tableAt; at < tableAt + 4 * entryBytes; at += entryBytes) {
    const type = sector[at + 4] ?? 0
    const [start, count] = [u32(sector, at + 8), u32(sector, at + 12)]
    if (type !== 0 && start > 0 && count > 0) entries.push({ type, start: base + start, count })
  }
  return entries
}

/** States are 0 or 80, empty entries empty, partitions apart from each other and, at least one, on the disk. */
function isTable(head: Uint8Array, source: ByteSource): boolean {
  for (let at = tableAt; at < tableAt + 4 * entryBytes; at += entryBytes) {
    if (((head[at] ?? 0) & 0x7f) !== 0) return false
    const isEmpty = head[at + 4] === 0
    if (isEmpty && (u32(head, at + 8) !== 0 || u32(head, at + 12) !== 0)) return false
    if (!isEmpty && u32(head, at + 12) === 0) return false
  }
  const entries = entriesOf(head, 0).toSorted((a, b) => a.start - b.start)
  const [first] = entries
  if (first === undefined || first.type === typeProtective) return false
  let end = 0
  for (const { start, count } of entries) {
    if (start < end) return false
    end = start + count
  }
  return source.read(first.start * sectorBytes, sectorBytes).length === sectorBytes
}

/** Each extended boot record has one partition and the place of the next record; a chain may lead anywhere. */
function logicalPartitions(source: ByteSource, extended: number, context: UnpackContext): Entry[] {
  const found: Entry[] = []
  const visited = new Set<number>()
  for (let at = extended; found.length < mostLogical && !visited.has(at);) {
    context.budget.checkTime()
    visited.add(at)
    const sector = source.read(at * sectorBytes, sectorBytes).slice()
    if (sector[510] !== 0x55 || sector[511] !== 0xaa) break
    const here = entriesOf(sector, 0)
    found.push(
      ...here
        .filter(({ type }) => !extendedTypes.has(type))
        .map((entry) => ({ ...entry, start: at + entry.start })),
    )
    const next = here.find(({ type }) => extendedTypes.has(type))
    if (next === undefined) break
    at = extended + next.start
  }
  return found
}
