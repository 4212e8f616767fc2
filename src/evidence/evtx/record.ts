// One record of an event log. What it says is decoded when it is asked for.

import type { Notes } from '../note.ts'
import { expandFragment } from './expand.ts'
import { RecordFault } from './fault.ts'
import { addNodes } from './json.ts'
import type { ChunkScope } from './scope.ts'
import { unsigned32 } from './scalar.ts'
import { filetimeMs, filetimeText } from './time.ts'
import type { Scalar } from './tree.ts'
import type { Fragment, JsonObject, SystemReaders } from './values.ts'
import { xmlText } from './xml.ts'

/** `**`, zero, zero; size u32; record number u64; FILETIME; BinXML; size again. */
export const recordMagic = 0x2a2a
export const recordHeaderBytes = 24
export const leastRecordBytes = recordHeaderBytes + 4

/** Where a record was found: among those of its chunk, in what the chunk does not count, or in raw data. */
export type RecordOrigin = 'log' | 'slack' | 'carved'

type SystemField = keyof SystemReaders

/** Keeps its chunk in memory. */
export class EvtxRecord {
  readonly origin: RecordOrigin
  /** In bytes. */
  readonly size: number
  private readonly scope: ChunkScope
  private readonly at: number
  private readonly notes: Notes
  private read: Fragment | undefined | 'faulty' = undefined

  constructor(scope: ChunkScope, at: number, { origin, notes, size }: RecordPlace) {
    this.scope = scope
    this.at = at
    this.origin = origin
    this.notes = notes
    this.size = size
  }

  /** From the beginning of the source. */
  get offset(): number {
    return this.scope.chunk.offset + this.at
  }

  /** The record's number; beyond 2^53 only nearly. */
  get id(): number {
    return this.half(12) * 4_294_967_296 + this.half(8)
  }

  /** When it was written, by its header: ISO 8601 with 100 ns. */
  get writtenTime(): string {
    return filetimeText(this.half(16), this.half(20))
  }

  /** When it happened: what TimeCreated says; when it was written where that is missing. ISO 8601 with up to 100 ns. */
  get time(): string {
    const created = this.system('systemTime')
    return typeof created === 'string' && created !== '' ? created : this.writtenTime
  }

  /** The same in milliseconds since 1970. */
  get timeMs(): number {
    const created = this.system('systemTime')
    const ms =
      typeof created === 'string' ? Date.parse(`${created.slice(0, 23).replace('Z', '')}Z`) : Number.NaN
    return Number.isNaN(ms) ? filetimeMs(this.half(16), this.half(20)) : ms
  }

  /** One field of its System part without decoding the others; undefined when it has no value or cannot be read. */
  system(field: SystemField): Scalar | undefined {
    return this.guarded((fragment) => fragment.system[field](fragment.values))
  }

  /** `{Event: {#attributes, System, EventData or UserData}}`; undefined when it cannot be read: a note says why. */
  event(): JsonObject | undefined {
    return this.guarded((fragment) => {
      const document: JsonObject = {}
      fragment.write(fragment.values, document)
      return document
    })
  }

  /** The same by the way that has no short cuts; for checks. */
  eventByNodes(): JsonObject | undefined {
    return this.guarded((fragment) => {
      const document: JsonObject = {}
      addNodes(document, expandFragment(fragment))
      return document
    })
  }

  /** The element Event, indented; undefined when it cannot be read. */
  xml(): string | undefined {
    return this.guarded((fragment) => expandFragment(fragment).map(xmlText).join('\n'))
  }

  private guarded<T>(read: (fragment: Fragment) => T): T | undefined {
    if (this.read === 'faulty') return undefined
    const { chunk } = this.scope
    try {
      chunk.beginRecord()
      this.read ??= this.scope.fragment(this.at + recordHeaderBytes, this.at + this.size - 4, 0)
      if (this.read === undefined) throw new RecordFault('it is empty', this.at)
      return read(this.read)
    } catch (thrown) {
      if (!(thrown instanceof RecordFault)) throw thrown
      this.read = 'faulty'
      this.notes.add(`record ${this.id} cannot be read: ${thrown.message}`, this.offset)
      return undefined
    }
  }

  private half(at: number): number {
    return unsigned32(this.scope.chunk.bytes, this.at + at)
  }
}

interface RecordPlace {
  readonly origin: RecordOrigin
  readonly size: number
  readonly notes: Notes
}
