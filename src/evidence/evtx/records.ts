// The records of one chunk, in the order in which they lie: as far as the header says, further where a log that was not
// closed has more, and on past what is damaged.

import type { Notes } from '../note.ts'
import { type Chunk, chunkBytes, chunkHeaderBytes } from './chunk.ts'
import { EvtxRecord, leastRecordBytes, recordMagic, type RecordOrigin } from './record.ts'
import { unsigned32 } from './scalar.ts'
import type { ChunkScope } from './scope.ts'

interface RecordOptions {
  readonly notes: Notes
  /** Also those that lie beyond what the chunk counts: older ones, of its last use. */
  readonly withSlack: boolean
  readonly origin: RecordOrigin
}

const magicBytes = Buffer.from([0x2a, 0x2a, 0, 0])

export function* recordsOf(
  scope: ChunkScope,
  options: RecordOptions,
): Generator<EvtxRecord, void, undefined> {
  const { chunk } = scope
  const { notes } = options
  const free = chunk.freeSpaceOffset
  let end = free >= chunkHeaderBytes && free <= chunk.size ? free : chunk.size
  let at = chunkHeaderBytes
  let lastId = -1
  for (;;) {
    if (at + leastRecordBytes > chunk.size) return
    const size = sizeAt(chunk, at)
    if (at >= end) {
      // The header of a log that was not closed is older than its last records.
      if (size === undefined || idAt(chunk, at) !== lastId + 1) break
      notes.add('there are records beyond what the header of the chunk counts', chunk.offset + at)
      end = chunk.size
    }
    if (size === undefined) {
      const next = nextRecord(chunk, at + 4, end)
      if (next === undefined && isEmpty(chunk, at, end)) break
      notes.add(
        next === undefined
          ? 'no record follows in this chunk'
          : `${next - at} bytes before the next record are damaged`,
        chunk.offset + at,
      )
      if (next === undefined) break
      at = next
      continue
    }
    lastId = idAt(chunk, at)
    if (unsigned32(chunk.bytes, at + size - 4) !== size)
      notes.add(`record ${lastId} was not written to its end`, chunk.offset + at)
    yield new EvtxRecord(scope, at, { origin: options.origin, size, notes })
    at += size
  }
  if (!options.withSlack) return
  yield* slackRecords(scope, Math.max(at, chunkHeaderBytes), options)
}

/** Older records, wherever one begins. */
function* slackRecords(
  scope: ChunkScope,
  from: number,
  { notes }: RecordOptions,
): Generator<EvtxRecord, void, undefined> {
  const { chunk } = scope
  let at = nextRecord(chunk, from, chunk.size)
  while (at !== undefined) {
    const size = sizeAt(chunk, at) ?? leastRecordBytes
    yield new EvtxRecord(scope, at, { origin: 'slack', size, notes })
    at = nextRecord(chunk, at + size, chunk.size)
  }
}

/** Of the record at the offset; undefined where there is none. */
function sizeAt(chunk: Chunk, at: number): number | undefined {
  const { bytes } = chunk
  if (at + leastRecordBytes > bytes.length || unsigned32(bytes, at) !== recordMagic) return undefined
  const size = unsigned32(bytes, at + 4)
  if (size < leastRecordBytes || size > chunkBytes || at + size > bytes.length) return undefined
  return size
}

function idAt(chunk: Chunk, at: number): number {
  return unsigned32(chunk.bytes, at + 12) * 4_294_967_296 + unsigned32(chunk.bytes, at + 8)
}

/** The next place where a record begins and its size stands at its end too. */
function nextRecord(chunk: Chunk, from: number, end: number): number | undefined {
  let at = chunk.bytes.indexOf(magicBytes, from)
  while (at >= 0 && at < end) {
    const size = sizeAt(chunk, at)
    if (size !== undefined && unsigned32(chunk.bytes, at + size - 4) === size) return at
    at = chunk.bytes.indexOf(magicBytes, at + 1)
  }
  return undefined
}

function isEmpty(chunk: Chunk, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (chunk.bytes[at] !== 0) return false
  return true
}
