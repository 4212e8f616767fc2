// The recycle bin: what was deleted, from where, when. `$I…` beside each `$R…` since Vista, one INFO2 a drive before. Neither is
// published; see FORMAT.md.

import { ansi, filetime, u32, u64, utf16 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'

const maxBytes = 64 * 1024
const info2HeaderBytes = 20
/** ANSI alone (Windows 95), and with the name in UTF-16. */
const recordSizes = [280, 800] as const

export interface DeletedFile {
  /** Of the `$I` file; of INFO2, the version in its header. */
  readonly version: number
  readonly originalPath: string
  readonly fileSize: number
  readonly deleted?: string
  /** Of INFO2: the number in the name `Dc12.txt`, and its drive (0: A). */
  readonly index?: number
  readonly drive?: number
  /** Of INFO2: restored or emptied since. */
  readonly isGone?: boolean
}

/** A `$I` file. Undefined: it is none. */
export function readDeletedFile(source: EvidenceSource, notes: Notes): DeletedFile | undefined {
  const bytes = source.read(0, maxBytes)
  const version = u64(bytes, 0)
  if (bytes.length < 24 || (version !== 1 && version !== 2)) return undefined
  const units = version === 1 ? 260 : u32(bytes, 24)
  const pathAt = version === 1 ? 24 : 28
  if (bytes.length < pathAt + 2 * units) notes.add('the path is cut off', bytes.length)
  const deleted = filetime(bytes, 16)
  return {
    version,
    originalPath: utf16(bytes, pathAt, units),
    fileSize: u64(bytes, 8),
    ...(deleted === undefined ? {} : { deleted }),
  }
}

/** The records of an INFO2 file; none where it is something else. */
export function* readInfo2(source: EvidenceSource, notes: Notes): Generator<DeletedFile> {
  const header = source.read(0, info2HeaderBytes)
  const version = u32(header, 0)
  const size = u32(header, 12)
  if (header.length < info2HeaderBytes || !recordSizes.some((known) => known === size)) {
    notes.add('this is no INFO2 file', 0)
    return
  }
  for (let at = info2HeaderBytes; at < source.size; at += size) {
    const record = source.read(at, size)
    if (record.length < size) {
      notes.add('the last record is cut off', at)
      return
    }
    const deleted = filetime(record, 268)
    const drive = u32(record, 264)
    // The first letter of the ANSI path, the drive's, is overwritten when a file leaves the bin.
    const isGone = record[0] === 0
    const short = isGone
      ? String.fromCharCode(65 + (drive % 26)) + ansi(record, 1, 259)
      : ansi(record, 0, 260)
    yield {
      version,
      originalPath: size === 280 ? short : utf16(record, 280, 260) || short,
      fileSize: u32(record, 276),
      ...(deleted === undefined ? {} : { deleted }),
      index: u32(record, 260),
      drive,
      isGone,
    }
  }
}
