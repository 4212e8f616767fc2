// GUID partition tables (UEFI specification, chapter 5), or their copy at the end of the disk.

import { crc32 } from 'node:zlib'

import { guid, u32, u64, utf16 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import type { Partition } from './partition.ts'

const signature = 'EFI PART'
const sectorSizes = [512, 4096] as const
const headerBytes = 92
const maxEntries = 1024
const noType = '00000000-0000-0000-0000-000000000000'

/** Undefined: the disk has none, neither at its beginning nor at its end. */
export function readGpt(source: EvidenceSource, notes: Notes): Partition[] | undefined {
  for (const sectorBytes of sectorSizes) {
    const found = tableAt(source, { at: sectorBytes, sectorBytes })
    if (found === undefined) continue
    if (!found.isWhole) notes.add('the partition table does not have the checksum that it says', sectorBytes)
    return found.partitions
  }
  for (const sectorBytes of sectorSizes) {
    const at = (Math.floor(source.size / sectorBytes) - 1) * sectorBytes
    const found = tableAt(source, { at, sectorBytes })
    if (found === undefined) continue
    notes.add('the partition table is lost; its copy at the end of the disk is used', at)
    return found.partitions
  }
  return undefined
}

function tableAt(
  source: EvidenceSource,
  { at, sectorBytes }: { at: number; sectorBytes: number },
): { partitions: Partition[]; isWhole: boolean } | undefined {
  const header = source.read(at, headerBytes)
  if (header.length < headerBytes || Buffer.from(header.subarray(0, 8)).toString('latin1') !== signature)
    return undefined
  const count = Math.min(u32(header, 80), maxEntries)
  const entryBytes = u32(header, 84)
  if (entryBytes < 128 || entryBytes > 4096) return undefined
  const table = source.read(u64(header, 72) * sectorBytes, count * entryBytes)
  const partitions: Partition[] = []
  for (let index = 0; (index + 1) * entryBytes <= table.length; index++) {
    const entry = table.subarray(index * entryBytes, (index + 1) * entryBytes)
    const type = guid(entry, 0)
    const first = u64(entry, 32)
    const last = u64(entry, 40)
    if (type === noType || last < first) continue
    partitions.push({
      number: index + 1,
      start: first * sectorBytes,
      bytes: (last - first + 1) * sectorBytes,
      type,
      name: utf16(entry, 56, 36),
    })
  }
  const own = Buffer.from(header)
  own.fill(0, 16, 20)
  const isWhole = crc32(own) === u32(header, 16) && crc32(table) === u32(header, 88)
  return { partitions, isWhole }
}
