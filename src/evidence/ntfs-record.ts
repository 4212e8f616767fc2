// One FILE record of an NTFS $MFT: the sequence array that guards its sectors, its header, and the walk over its attributes
// (Linux-NTFS project's documentation of NTFS).

import { u16, u32, utf16Exactly } from './fields.ts'

export const file = 0x454c4946
export const baad = 0x44414142
const sectorBytes = 512
/** More than any record holds. */
const maxAttributes = 512
const attributeEnd = 0xffffffff

export interface RecordHeader {
  readonly signature: number
  readonly lsnLow: number
  readonly lsnHigh: number
  readonly sequence: number
  readonly links: number
  readonly firstAttribute: number
  readonly flags: number
  readonly usedBytes: number
  readonly allocatedBytes: number
  readonly baseEntry: number
  readonly baseSequence: number
}

export function readHeader(record: Uint8Array): RecordHeader {
  return {
    signature: u32(record, 0),
    lsnLow: u32(record, 8),
    lsnHigh: u32(record, 12),
    sequence: u16(record, 16),
    links: u16(record, 18),
    firstAttribute: u16(record, 20),
    flags: u16(record, 22),
    usedBytes: u32(record, 24),
    allocatedBytes: u32(record, 28),
    baseEntry: u32(record, 32) + u16(record, 36) * 2 ** 32,
    baseSequence: u16(record, 38),
  }
}

/** Puts back the last two bytes of each sector, in place. False: a sector was not written with the others. */
export function fixUp(record: Uint8Array): boolean {
  const at = u16(record, 4)
  const count = u16(record, 6)
  if (count === 0 || at + 2 * count > record.length) return false
  let isWhole = true
  for (let index = 1; index < count; index++) {
    const end = index * sectorBytes
    if (end > record.length) break
    if (record[end - 2] !== record[at] || record[end - 1] !== record[at + 1]) {
      isWhole = false
      continue
    }
    record[end - 2] = record[at + 2 * index] ?? 0
    record[end - 1] = record[at + 2 * index + 1] ?? 0
  }
  return isWhole
}

export interface Attribute {
  readonly type: number
  /** In the record. */
  readonly at: number
  readonly bytes: number
  readonly isResident: boolean
  readonly name: string
  /** Of a resident one: where its content lies in the record. */
  readonly contentAt: number
  readonly contentBytes: number
}

/** Calls back for each attribute of the record that lies within it. False: one did not. */
export function eachAttribute(record: Uint8Array, visit: (attribute: Attribute) => void): boolean {
  let at = u16(record, 20)
  for (let count = 0; count < maxAttributes; count++) {
    if (at + 8 > record.length) return false
    const type = u32(record, at)
    if (type === attributeEnd) return true
    const bytes = u32(record, at + 4)
    if (bytes < 16 || at + bytes > record.length) return false
    const isResident = record[at + 8] === 0
    const contentBytes = isResident ? u32(record, at + 16) : 0
    const contentAt = isResident ? at + u16(record, at + 20) : 0
    if (contentAt + contentBytes > at + bytes) return false
    const units = record[at + 9] ?? 0
    const name = units === 0 ? '' : utf16Exactly(record, at + u16(record, at + 10), units)
    visit({ type, at, bytes, isResident, name, contentAt, contentBytes })
    at += bytes
  }
  return false
}
