// Event log records in raw data: disk images, memory, unallocated space. First whole chunks, which teach the templates;
// then records that lie alone.

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { Chunk, chunkBytes, chunkHeaderBytes } from './chunk.ts'
import { chunkMagic } from './read-evtx.ts'
import { EvtxRecord, leastRecordBytes, recordHeaderBytes } from './record.ts'
import { recordsOf } from './records.ts'
import { unsigned32 } from './scalar.ts'
import { ChunkScope } from './scope.ts'
import { TemplateLibrary } from './template.ts'

const blockBytes = 1 << 20
const chunkSignature = Buffer.from(chunkMagic, 'latin1')
const recordSignature = Buffer.from([0x2a, 0x2a, 0, 0])
const chunkHeaderSize = 128

export interface CarveOptions {
  readonly notes: Notes
  /** Templates that are known from logs. */
  readonly library?: TemplateLibrary
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Every record in the data, those of chunks first. Throws AppError when the source cannot be read. */
export function* carveEvtx(
  source: EvidenceSource,
  options: CarveOptions,
): Generator<EvtxRecord, void, undefined> {
  const { notes } = options
  const library = options.library ?? new TemplateLibrary()
  const chunks: Range[] = []
  let behind = 0
  for (const offset of signatures(source, chunkSignature)) {
    if (offset < behind) continue
    const chunk = new Chunk(source.read(offset, chunkBytes), offset)
    if (chunk.size < chunkHeaderBytes || unsigned32(chunk.bytes, 40) !== chunkHeaderSize) continue
    const scope = new ChunkScope(chunk, library)
    let end = offset + chunkHeaderBytes
    for (const record of recordsOf(scope, { notes, withSlack: true, origin: 'carved' })) {
      end = record.offset + record.size
      yield record
    }
    chunks.push({ start: offset, end })
    // What was read is not looked at again; another chunk may begin where this one was cut off.
    behind = end
  }
  yield* loneRecords(source, { notes, library, chunks })
}

interface LonePlan {
  readonly notes: Notes
  readonly library: TemplateLibrary
  readonly chunks: readonly Range[]
}

function* loneRecords(
  source: EvidenceSource,
  { notes, library, chunks }: LonePlan,
): Generator<EvtxRecord, void, undefined> {
  let known: ChunkScope | undefined
  let next = 0
  let behind = 0
  for (const offset of signatures(source, recordSignature)) {
    while ((chunks[next]?.end ?? Number.POSITIVE_INFINITY) <= offset) next += 1
    if (offset < behind || offset >= (chunks[next]?.start ?? Number.POSITIVE_INFINITY)) continue
    const bytes = recordAt(source, offset)
    if (bytes === undefined) continue
    behind = offset + bytes.length
    const base = baseOf(bytes, offset)
    if (base !== undefined && base !== known?.chunk.offset)
      known = new ChunkScope(new Chunk(source.read(base, chunkBytes), base), library)
    const isInKnown = known !== undefined && behind <= known.chunk.offset + known.chunk.size
    const scope = isInKnown && known !== undefined ? known : new ChunkScope(new Chunk(bytes, offset), library)
    yield new EvtxRecord(scope, offset - scope.chunk.offset, { origin: 'carved', size: bytes.length, notes })
  }
}

/** A record that names its size at both ends. */
function recordAt(source: EvidenceSource, offset: number): Buffer | undefined {
  const head = source.read(offset, 8)
  if (head.length < 8) return undefined
  const size = unsigned32(Buffer.from(head.buffer, head.byteOffset, 8), 4)
  if (size < leastRecordBytes || size > chunkBytes) return undefined
  const read = source.read(offset, size)
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength)
  return bytes.length === size && unsigned32(bytes, size - 4) === size ? bytes : undefined
}

/** Where the chunk of the record began: a record that brings its template's definition tells. */
function baseOf(bytes: Buffer, offset: number): number | undefined {
  const instance = recordHeaderBytes + 4
  const definition = instance + 10
  if (bytes.length < definition + 8 || bytes[instance] !== 0x0c) return undefined
  const isInline = unsigned32(bytes, definition + 4) === unsigned32(bytes, instance + 2)
  const base = offset + definition - unsigned32(bytes, instance + 6)
  return isInline && base >= 0 && base <= offset && offset - base < chunkBytes ? base : undefined
}

/** Places of the pattern, in order, each once. */
function* signatures(source: EvidenceSource, pattern: Buffer): Generator<number, void, undefined> {
  const overlap = pattern.length - 1
  for (let start = 0; start < source.size; start += blockBytes) {
    const read = source.read(start, blockBytes + overlap)
    const block = Buffer.from(read.buffer, read.byteOffset, read.byteLength)
    for (let at = block.indexOf(pattern); at >= 0; at = block.indexOf(pattern, at + 1)) yield start + at
  }
}
