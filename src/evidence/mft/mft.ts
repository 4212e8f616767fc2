// The $MFT of an NTFS volume as a stream of files: a first pass finds the directories and the records that belong together, a second one
// yields each file with its whole path.

import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { Directories } from './directories.ts'
import { addRecord, draftOf, entryOf, type MftEntry } from './entry.ts'
import { baad, file, fixUp } from '../ntfs-record.ts'

const usualRecordBytes = 1024
const blockRecords = 1024
/** A table of 32 GiB. */
const maxEntries = 32 * 1024 * 1024

/** Entries in the order of their numbers; records that belong to another one are part of that one. */
export function* readMft(source: EvidenceSource, notes: Notes): Generator<MftEntry> {
  const recordBytes = recordBytesOf(source, notes)
  const claimed = Math.floor(source.size / recordBytes)
  const count = Math.min(claimed, maxEntries)
  if (count < claimed) notes.add(`only the first ${maxEntries} records are read`)
  if (source.size % recordBytes !== 0) notes.add('the last record is cut off', count * recordBytes)
  const directories = new Directories(count)
  for (const { entry, record } of records(source, recordBytes, count)) directories.add(entry, record)
  const extension = new Uint8Array(recordBytes)
  const pathOf = (entry: number, sequence: number): string => directories.pathOf(entry, sequence)
  for (const { entry, record, isWhole } of records(source, recordBytes, count)) {
    const draft = draftOf(record, entry, entry * recordBytes)
    if (draft.header.baseEntry !== 0) continue
    if (!isWhole) {
      draft.faults.push('a sector of the record was not written with the others')
      notes.add(`record ${entry}: a sector was not written with the others`, draft.offset)
    }
    addRecord(draft, record)
    for (const part of directories.extensionsOf(entry)) {
      extension.set(source.read(part * recordBytes, recordBytes))
      fixUp(extension)
      // Of a file that had this record before.
      if (u16(extension, 38) !== draft.header.sequence) continue
      addRecord(draft, extension)
    }
    yield entryOf(draft, pathOf)
  }
}

function recordBytesOf(source: EvidenceSource, notes: Notes): number {
  const head = source.read(0, 48)
  const told = u32(head, 28)
  if (u32(head, 0) === file && told >= 512 && told <= 65_536 && (told & (told - 1)) === 0) return told
  notes.add('the first record is damaged; records of 1024 bytes are assumed', 0)
  return usualRecordBytes
}

interface ReadRecord {
  readonly entry: number
  /** With its sectors' ends put back; valid until the next one. */
  readonly record: Uint8Array
  readonly isWhole: boolean
}

/** Every record with a signature; blank ones are passed over. */
function* records(source: EvidenceSource, recordBytes: number, count: number): Generator<ReadRecord> {
  const record = new Uint8Array(recordBytes)
  for (let first = 0; first < count; first += blockRecords) {
    const block = source.read(first * recordBytes, Math.min(blockRecords, count - first) * recordBytes)
    const there = Math.floor(block.length / recordBytes)
    for (let index = 0; index < there; index++) {
      const at = index * recordBytes
      const signature = u32(block, at)
      if (signature !== file && signature !== baad) continue
      record.set(block.subarray(at, at + recordBytes))
      const isWhole = fixUp(record) && signature === file
      yield { entry: first + index, record, isWhole }
    }
  }
}
