// Transaction logs of a hive: the old format (until Windows 8: a bitmap of dirty sectors and their bytes), and the new one (8.1
// on: entries with checksums, in the order of their sequence numbers).

import { u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { type BaseBlock, readBaseBlock } from './base-block.ts'
import { marvin32 } from './marvin32.ts'

const dirt = 0x54_52_49_44 // DIRT
const entrySignature = 0x45_4c_76_48 // HvLE
const entryHeader = 40
const sector = 512

/** Bytes for the hive: `to` counts from the beginning of its bins. */
export interface DirtyPage {
  readonly to: number
  readonly bytes: Buffer
}

export interface LogFile {
  /** File name, for notes. */
  readonly name: string
  readonly base: BaseBlock
  readonly bytes: Buffer
  readonly isNew: boolean
}

interface LogEntry {
  readonly sequence: number
  readonly binsBytes: number
  readonly pages: readonly DirtyPage[]
}

/** Undefined, with a note, for what is no log or an unfinished one. An empty file is a log that was never written: no note. */
export function readLog(name: string, bytes: Buffer, notes: Notes): LogFile | undefined {
  if (bytes.length === 0) return undefined
  const base = readBaseBlock(bytes)
  const isNew = base.fileType === 'new log'
  const why = whyNot(base)
  if (why === '') return { name, base, bytes, isNew }
  notes.add(`${name} ${why} and is not replayed`)
  return undefined
}

function whyNot({
  hasSignature,
  isChecksumRight,
  fileType,
  primarySequence,
  secondarySequence,
}: BaseBlock): string {
  if (!hasSignature) return 'is no transaction log'
  if (!isChecksumRight) return 'has a wrong checksum'
  if (fileType === 'new log') return ''
  if (fileType !== 'old log') return 'is no transaction log'
  return primarySequence === secondarySequence ? '' : 'was not written to its end'
}

/** Entries of a log of the new format, up to the first that is not whole, not in order or not the hive's. */
export function* entriesOf(log: LogFile, notes: Notes): Generator<LogEntry> {
  let sequence = log.base.primarySequence
  let at = sector
  while (at + entryHeader <= log.bytes.length && u32(log.bytes, at) === entrySignature) {
    const size = u32(log.bytes, at + 4)
    // An older entry, which the newer ones did not reach.
    if (u32(log.bytes, at + 12) !== sequence) return
    const entry = size % sector === 0 && size > 0 ? readEntry(log.bytes, at, size) : undefined
    if (entry === undefined) {
      notes.add(`${log.name}: the entry at ${at} is damaged; it and what follows is not replayed`, at)
      return
    }
    yield entry
    at += size
    sequence = (sequence + 1) >>> 0
  }
}

function readEntry(bytes: Buffer, at: number, size: number): LogEntry | undefined {
  if (at + size > bytes.length || !areHashesRight(bytes, at, size)) return undefined
  const count = u32(bytes, at + 20)
  const end = at + size
  let data = at + entryHeader + 8 * count
  if (data > end) return undefined
  const pages: DirtyPage[] = []
  for (let reference = at + entryHeader; pages.length < count; reference += 8) {
    const length = u32(bytes, reference + 4)
    if (data + length > end) return undefined
    pages.push({ to: u32(bytes, reference), bytes: bytes.subarray(data, data + length) })
    data += length
  }
  return { sequence: u32(bytes, at + 12), binsBytes: u32(bytes, at + 16), pages }
}

function areHashesRight(bytes: Buffer, at: number, size: number): boolean {
  const body = marvin32(bytes, at + entryHeader, at + size)
  const head = marvin32(bytes, at, at + 32)
  return (
    body.low === u32(bytes, at + 24) &&
    body.high === u32(bytes, at + 28) &&
    head.low === u32(bytes, at + 32) &&
    head.high === u32(bytes, at + 36)
  )
}

/** Of a log of the old format: its pages, neighbours joined; undefined, with a note, where it has no bitmap. */
export function oldPages(log: LogFile, notes: Notes): readonly DirtyPage[] | undefined {
  const { bytes, base } = log
  const start = base.sectorBytes
  if (u32(bytes, start) !== dirt) {
    notes.add(`${log.name} has no bitmap of dirty pages and is not replayed`, start)
    return undefined
  }
  const bits = Math.min(base.binsBytes / sector, 8 * Math.max(0, bytes.length - start - 4))
  let data = Math.ceil((start + 4 + bits / 8) / base.sectorBytes) * base.sectorBytes
  const pages: DirtyPage[] = []
  for (let bit = 0; bit < bits; bit += 1) {
    let run = 0
    while (bit + run < bits && isSet(bytes, start + 4, bit + run)) run += 1
    if (run === 0) continue
    const length = run * sector
    pages.push({ to: bit * sector, bytes: bytes.subarray(data, data + length) })
    data += length
    if (data > bytes.length) {
      notes.add(`${log.name} ends before its dirty pages do`, bytes.length)
      break
    }
    bit += run
  }
  return pages
}

function isSet(bytes: Buffer, start: number, bit: number): boolean {
  return (((bytes[start + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) === 1
}
