// Partition tables written by hand.

import { crc32 } from 'node:zlib'

import { guidBytes, u32, u64, wide } from './artefact-fields.ts'

export interface Slot {
  readonly type: number
  readonly first: number
  readonly count: number
}

/** A master boot record, or one of an extended partition. */
export function writeRecordOf(disk: Buffer, at: number, slots: readonly Slot[]): void {
  for (const [index, { type, first, count }] of slots.entries()) {
    const entry = at + 446 + 16 * index
    disk[entry + 4] = type
    u32(first, count).copy(disk, entry + 8)
  }
  disk.writeUInt16LE(0xaa55, at + 510)
}

export interface GptSlot {
  readonly type: string
  readonly first: number
  readonly last: number
  readonly name: string
}

/** Header in sector 1 with its entries in 2, and copies at the end. */
export function writeGpt(disk: Buffer, sectorBytes: number, slots: readonly GptSlot[]): void {
  const entries = Buffer.alloc(128 * 128)
  for (const [index, { type, first, last, name }] of slots.entries()) {
    const at = 128 * index
    guidBytes(type).copy(entries, at)
    entries[at + 16] = index + 1
    u64(first, last).copy(entries, at + 32)
    wide(name).copy(entries, at + 56)
  }
  const lastSector = disk.length / sectorBytes - 1
  const copyAt = lastSector - Math.ceil(entries.length / sectorBytes)
  for (const [own, entriesAt] of [
    [1, 2],
    [lastSector, copyAt],
  ] as const) {
    const header = Buffer.concat([
      Buffer.from('EFI PART'),
      u32(0x10000, 92, 0, 0),
      u64(own, lastSector + 1 - own, 34, lastSector - 34),
      Buffer.alloc(16, 5),
      u64(entriesAt),
      u32(128, 128, crc32(entries)),
    ])
    header.writeUInt32LE(crc32(header), 16)
    header.copy(disk, own * sectorBytes)
    entries.copy(disk, entriesAt * sectorBytes)
  }
}
