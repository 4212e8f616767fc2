// A chunk of 64 KiB: the unit of an event log. Names and template definitions are found by their offset in it.

import { crc32 } from 'node:zlib'

import type { Notes } from '../note.ts'
import { RecordFault } from './fault.ts'
import { unsigned32 } from './scalar.ts'
import { utf16At } from './utf16.ts'

export const chunkBytes = 65_536
export const chunkHeaderBytes = 512
const maxNameUnits = 1024
const maxNames = 4096
/** Definitions that one chunk may make us read; honest ones stay within its size. */
const maxDefinitionBytes = 8 * chunkBytes
/** What one record may make us do: bytes of values read, with some for each. Values may be used more than once. */
const maxRecordWork = 2 << 20

/** Owns the bytes of one chunk, and what was read of names and templates in it. */
export class Chunk {
  readonly bytes: Buffer
  /** In the source. */
  readonly offset: number
  private readonly names = new Map<number, string>()
  private definitionBytes = 0
  private work = 0

  /** The bytes may be fewer than a chunk has: what is missing cannot be read. */
  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.offset = offset
  }

  get size(): number {
    return this.bytes.length
  }

  /** Numbers of the first and the last record, as texts where they are no safe integers. */
  get firstRecordId(): bigint {
    return this.bytes.readBigUInt64LE(24)
  }

  get lastRecordId(): bigint {
    return this.bytes.readBigUInt64LE(32)
  }

  /** Where the header says that free space begins. */
  get freeSpaceOffset(): number {
    return unsigned32(this.bytes, 48)
  }

  /** Throws RecordFault. */
  require(at: number, count: number): void {
    if (at < 0 || at + count > this.bytes.length) throw new RecordFault('it reaches beyond its chunk', at)
  }

  /** The name whose entry is at the offset: next u32, hash u16, code units u16, text, zero. Throws RecordFault. */
  nameAt(at: number): string {
    const known = this.names.get(at)
    if (known !== undefined) return known
    this.require(at, 8)
    const units = this.bytes.readUInt16LE(at + 6)
    if (units > maxNameUnits) throw new RecordFault('a name is too long', at)
    this.require(at + 8, 2 * units)
    const name = utf16At(this.bytes, at + 8, units)
    if (this.names.size < maxNames) this.names.set(at, name)
    return name
  }

  /** Throws RecordFault when this chunk has had more definitions than it has room for. */
  countDefinition(size: number, at: number): void {
    this.definitionBytes += size
    if (this.definitionBytes > maxDefinitionBytes) throw new RecordFault('too many template definitions', at)
  }

  beginRecord(): void {
    this.work = 0
  }

  /** Throws RecordFault when the record wants too much. */
  spend(work: number): void {
    this.work += work
    if (this.work > maxRecordWork) throw new RecordFault('its values repeat too often', 0)
  }
}

/** What the checksums say; nothing that keeps records from being read. */
export function checkChunk(chunk: Chunk, notes: Notes): void {
  const { bytes, offset } = chunk
  if (bytes.length < chunkBytes) {
    notes.add(`the chunk ends after ${bytes.length} of ${chunkBytes} bytes`, offset)
    if (bytes.length < chunkHeaderBytes) return
  }
  const header = crc32(bytes.subarray(128, chunkHeaderBytes), crc32(bytes.subarray(0, 120)))
  if (header !== unsigned32(bytes, 124)) notes.add('the checksum of the chunk’s header is wrong', offset)
  const free = chunk.freeSpaceOffset
  if (free < chunkHeaderBytes || free > bytes.length) {
    notes.add(`the chunk’s free space cannot begin at ${free}`, offset)
    return
  }
  if (crc32(bytes.subarray(chunkHeaderBytes, free)) !== unsigned32(bytes, 52))
    notes.add('the checksum of the chunk’s records is wrong', offset)
}
