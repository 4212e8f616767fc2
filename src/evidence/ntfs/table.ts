// The $MFT of a volume by number of record. The table is a file itself, and one so fragmented that its runs do not fit into its first
// record lists further ones, which lie in the part that is known by then.

import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { file, fixUp } from '../ntfs-record.ts'
import type { EvidenceSource } from '../source.ts'
import { listedRecords } from './attribute-list.ts'
import type { Geometry } from './boot-sector.ts'
import { piecesOf } from './pieces.ts'
import { dataType, plainSource, streamOf, type Volume } from './stream.ts'

const keptRecords = 256
const isInUse = 1

export interface FileRecord {
  readonly entry: number
  readonly sequence: number
  readonly isFolder: boolean
  /** With its sectors' ends put back. */
  readonly bytes: Uint8Array
}

export class MftTable {
  readonly source: EvidenceSource
  readonly #recordBytes: number
  readonly #kept = new Map<number, FileRecord | undefined>()

  constructor(source: EvidenceSource, recordBytes: number) {
    this.source = source
    this.#recordBytes = recordBytes
  }

  /** A record in use, base or not; undefined: there is none, or it is damaged. */
  record(entry: number): FileRecord | undefined {
    if (this.#kept.has(entry)) return this.#kept.get(entry)
    const record = parse(this.source.read(entry * this.#recordBytes, this.#recordBytes), {
      entry,
      recordBytes: this.#recordBytes,
    })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size === keptRecords && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(entry, record)
    return record
  }
}

function parse(
  raw: Uint8Array,
  { entry, recordBytes }: { entry: number; recordBytes: number },
): FileRecord | undefined {
  if (raw.length < recordBytes || u32(raw, 0) !== file) return undefined
  const bytes = new Uint8Array(raw)
  const flags = u16(bytes, 22)
  if (!fixUp(bytes) || (flags & isInUse) === 0) return undefined
  return { entry, sequence: u16(bytes, 16), isFolder: (flags & 2) !== 0, bytes }
}

/** Undefined: the table is not where it should be, nor is its mirror; a note says so. */
export function openTable(
  source: EvidenceSource,
  { clusterBytes, recordBytes, tableAt, mirrorAt }: Geometry,
  notes: Notes,
): MftTable | undefined {
  const volume: Volume = { source, clusterBytes, notes }
  for (const at of [tableAt, mirrorAt]) {
    const first = parse(source.read(at, recordBytes), { entry: 0, recordBytes })
    if (first === undefined) continue
    if (at === mirrorAt) notes.add('the $MFT is not where it should be; its mirror is used', at)
    return tableOf(volume, first, recordBytes)
  }
  notes.add('the $MFT is not where it should be', tableAt)
  return undefined
}

function tableOf(volume: Volume, first: FileRecord, recordBytes: number): MftTable | undefined {
  const { pieces } = piecesOf(first.bytes)
  const known = streamOf(volume, pieces, { type: dataType, name: '' })
  if (known === undefined) {
    volume.notes.add('the $MFT says nothing of its own content')
    return undefined
  }
  let table = new MftTable(plainSource(volume, known), recordBytes)
  for (const entry of listedRecords(volume, pieces)) {
    const record = table.record(entry)
    if (record === undefined || entry === 0) continue
    pieces.push(...piecesOf(record.bytes).pieces)
    const longer = streamOf(volume, pieces, { type: dataType, name: '' })
    if (longer !== undefined) table = new MftTable(plainSource(volume, longer), recordBytes)
  }
  return table
}
