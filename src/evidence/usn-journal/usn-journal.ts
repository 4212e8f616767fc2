// The change journal of NTFS and ReFS ($Extend\$UsnJrnl, stream $J): what happened to which file, when. Records of versions 2, 3 and 4
// (winioctl.h: USN_RECORD_V2 to V4).

import { filetime, u16, u32, u64, utf16Exactly } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'

const blockBytes = 1024 * 1024
/** A name of 255 characters and the longest fixed part. */
const maxRecordBytes = 76 + 2 * 255 + 8
const recordV4Bytes = 64
const largestRecord = 65_536

export interface UsnRecord {
  readonly offset: number
  readonly version: number
  readonly usn: number
  /** Absent in version 4. */
  readonly time?: string
  /** Absent in version 4. */
  readonly name?: string
  readonly mftEntry: number
  readonly mftSequence: number
  readonly parentEntry: number
  readonly parentSequence: number
  readonly reasons: readonly string[]
  readonly source: number
  readonly fileAttributes: number
}

/** In the order of their bits. */
const reasonNames = [
  [0x00000001, 'data-overwrite'],
  [0x00000002, 'data-extend'],
  [0x00000004, 'data-truncation'],
  [0x00000010, 'named-data-overwrite'],
  [0x00000020, 'named-data-extend'],
  [0x00000040, 'named-data-truncation'],
  [0x00000100, 'file-create'],
  [0x00000200, 'file-delete'],
  [0x00000400, 'ea-change'],
  [0x00000800, 'security-change'],
  [0x00001000, 'rename-old-name'],
  [0x00002000, 'rename-new-name'],
  [0x00004000, 'indexable-change'],
  [0x00008000, 'basic-info-change'],
  [0x00010000, 'hard-link-change'],
  [0x00020000, 'compression-change'],
  [0x00040000, 'encryption-change'],
  [0x00080000, 'object-id-change'],
  [0x00100000, 'reparse-point-change'],
  [0x00200000, 'stream-change'],
  [0x00400000, 'transacted-change'],
  [0x00800000, 'integrity-change'],
  [0x01000000, 'desired-storage-class-change'],
  [0x80000000, 'close'],
] as const

const reasonLists = new Map<number, readonly string[]>()

function reasonsOf(bits: number): readonly string[] {
  const known = reasonLists.get(bits)
  if (known !== undefined) return known
  const list = reasonNames.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name)
  if (reasonLists.size < 4096) reasonLists.set(bits, list)
  return list
}

/** Holes and pages' ends are passed over; behind damage the next record is looked for. */
export function* readUsnJournal(source: EvidenceSource, notes: Notes): Generator<UsnRecord> {
  for (let start = 0; start < source.size;) {
    const block = source.read(start, blockBytes + largestRecord)
    if (block.length === 0) return
    // What begins in the last bytes may go on in the next block.
    const isLast = start + block.length >= source.size
    const stop = isLast ? block.length : blockBytes
    const end = yield* readBlock(block, { start, stop, notes })
    start += Math.max(end, 8)
  }
}

interface Place {
  readonly start: number
  readonly stop: number
  readonly notes: Notes
}

/** Returns where it stopped: at the first record that begins at or behind `stop`. */
function* readBlock(block: Uint8Array, { start, stop, notes }: Place): Generator<UsnRecord, number> {
  let at = 0
  let isLost = false
  while (at < stop) {
    if (u32(block, at) === 0) {
      at = nextWord(block, at, stop)
      continue
    }
    const length = recordLength(block, at)
    if (length === undefined) {
      if (!isLost) notes.add('a record is damaged', start + at)
      isLost = true
      at += 8
      continue
    }
    isLost = false
    yield readRecord(block, at, start + at)
    at += 8 * Math.ceil(length / 8)
  }
  return at
}

/** The first eight-byte boundary with something behind it. */
function nextWord(block: Uint8Array, from: number, stop: number): number {
  let at = from + 8
  while (at < stop && block[at] === 0 && u32(block, at) === 0) at += 8
  return at
}

/** Undefined: no record begins here. */
function recordLength(block: Uint8Array, at: number): number | undefined {
  const length = u32(block, at)
  const version = u16(block, at + 4)
  if (u16(block, at + 6) > 1 || at + length > block.length) return undefined
  if (version === 4) return length >= recordV4Bytes && length <= largestRecord ? length : undefined
  if (version !== 2 && version !== 3) return undefined
  const field = version === 2 ? 56 : 72
  const nameBytes = u16(block, at + field)
  const nameAt = u16(block, at + field + 2)
  const fits = nameAt >= field + 4 && nameAt + nameBytes <= length && length <= maxRecordBytes
  return fits ? length : undefined
}

function readRecord(block: Uint8Array, at: number, offset: number): UsnRecord {
  const version = u16(block, at + 4)
  // From version 3 on file identifiers have 128 bits; on NTFS the upper half is zero.
  const idBytes = version === 2 ? 8 : 16
  const rest = at + 8 + 2 * idBytes
  const common = {
    offset,
    version,
    usn: u64(block, rest),
    mftEntry: u32(block, at + 8) + u16(block, at + 12) * 2 ** 32,
    mftSequence: u16(block, at + 14),
    parentEntry: u32(block, at + 8 + idBytes) + u16(block, at + 12 + idBytes) * 2 ** 32,
    parentSequence: u16(block, at + 14 + idBytes),
  }
  if (version === 4) {
    return {
      ...common,
      reasons: reasonsOf(u32(block, rest + 8)),
      source: u32(block, rest + 12),
      fileAttributes: 0,
    }
  }
  const time = filetime(block, rest + 8)
  return {
    ...common,
    ...(time === undefined ? {} : { time }),
    name: utf16Exactly(block, at + u16(block, rest + 34), u16(block, rest + 32) / 2),
    reasons: reasonsOf(u32(block, rest + 16)),
    source: u32(block, rest + 20),
    fileAttributes: u32(block, rest + 28),
  }
}
