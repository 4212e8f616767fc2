// Windows event logs (.evtx) as records: [MS-EVEN6] and the published descriptions of the file. See FORMAT.md.

import { crc32 } from 'node:zlib'

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { Chunk, checkChunk, chunkBytes, chunkHeaderBytes } from './chunk.ts'
import { type EvtxRecord, recordMagic } from './record.ts'
import { recordsOf } from './records.ts'
import { unsigned32 } from './scalar.ts'
import { ChunkScope } from './scope.ts'
import { TemplateLibrary } from './template.ts'

const fileMagic = 'ElfFile\0'
export const chunkMagic = 'ElfChnk\0'
const fileHeaderBytes = 4096

export interface EvtxHeader {
  /** Chunks in use, as the header says. */
  readonly chunks: number
  readonly nextRecordId: number
  /** `3.1`, `3.2`. */
  readonly version: string
  /** Not closed: the header may be older than the chunks. */
  readonly isDirty: boolean
  readonly isFull: boolean
}

export interface EvtxOptions {
  readonly notes: Notes
  /** Also records in what chunks do not count. */
  readonly withSlack?: boolean
  /** For many files: templates are read once for all. */
  readonly library?: TemplateLibrary
}

/** Undefined when it is no event log. Throws AppError when the source cannot be read. */
export function readEvtxHeader(source: EvidenceSource, notes: Notes): EvtxHeader | undefined {
  const read = source.read(0, 128)
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength)
  if (bytes.length < 128 || bytes.toString('latin1', 0, 8) !== fileMagic) return undefined
  if (crc32(bytes.subarray(0, 120)) !== unsigned32(bytes, 124))
    notes.add('the checksum of the file’s header is wrong', 0)
  const flags = unsigned32(bytes, 120)
  return {
    chunks: bytes.readUInt16LE(42),
    nextRecordId: Number(bytes.readBigUInt64LE(24)),
    version: `${bytes.readUInt16LE(38)}.${bytes.readUInt16LE(36)}`,
    isDirty: (flags & 1) !== 0,
    isFull: (flags & 2) !== 0,
  }
}

/**
 * Every record of the log, in the order of the file. Damage becomes notes; a record may turn out to be unreadable when it
 * is asked for what it says. Throws AppError when the source cannot be read.
 */
export function* readEvtx(
  source: EvidenceSource,
  options: EvtxOptions,
): Generator<EvtxRecord, void, undefined> {
  const { notes } = options
  const library = options.library ?? new TemplateLibrary()
  const header = readEvtxHeader(source, notes)
  if (header === undefined) notes.add('this does not begin as an event log does', 0)
  const unusedFrom =
    header === undefined || header.isDirty ? source.size : fileHeaderBytes + header.chunks * chunkBytes
  for (let offset = fileHeaderBytes; offset + chunkHeaderBytes <= source.size; offset += chunkBytes) {
    const chunk = new Chunk(source.read(offset, chunkBytes), offset)
    if (chunk.size < chunkHeaderBytes) return
    // What lies in chunks that are not in use is no damage.
    if (!isChunk(chunk, offset < unusedFrom ? notes : undefined)) continue
    checkChunk(chunk, notes)
    const scope = new ChunkScope(chunk, library)
    yield* recordsOf(scope, { notes, withSlack: options.withSlack === true, origin: 'log' })
  }
}

/** Unused chunks are zeros, or not written yet. */
function isChunk({ bytes, offset }: Chunk, notes: Notes | undefined): boolean {
  if (bytes.toString('latin1', 0, 8) === chunkMagic) return true
  if (bytes.subarray(0, chunkHeaderBytes).every((byte) => byte === 0)) return false
  notes?.add('this is no chunk: its signature is damaged', offset)
  return unsigned32(bytes, chunkHeaderBytes) === recordMagic
}
