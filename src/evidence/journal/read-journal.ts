// Entries of a journal file in the order of the file: every one that is there, also of a file that was cut off, never closed,
// or damaged.

import { hex, u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { DataValues, type Field, type JournalValue } from './data-values.ts'
import { listedEntries } from './entry-arrays.ts'
import { type JournalHeader, readJournalHeader } from './header.ts'
import { entryBytes, type Layout, layoutOf } from './layout.ts'
import { Pages } from './pages.ts'
import { microsecondsTime } from './time.ts'
import { type FoundEntry, Walk } from './walk.ts'

export type { JournalValue } from './data-values.ts'

export interface JournalEntry {
  /** As journalctl writes and takes it. */
  readonly cursor: string
  /** Of its writer; one counter for all files with the same `seqnumId`. */
  readonly seqnum: number
  /** When journald took it. ISO 8601; absent past the year 9999. */
  readonly realtime?: string
  readonly realtimeUs: number
  /** Since the start of `bootId`. */
  readonly monotonicUs: number
  readonly bootId: string
  /** Of the entry in the file. */
  readonly offset: number
  /** False: the list of entries of the file does not have it, and journalctl does not show it. */
  readonly isListed: boolean
  /** A field that the entry has more than once is a list. */
  readonly fields: Readonly<Record<string, JournalValue | readonly JournalValue[]>>
}

/** What was there, known at the end. */
export interface JournalSummary {
  entries: number
  /** Entries that the list does not have, the last of the file aside: whoever writes or dies right then leaves such. */
  unlisted: number
}

const maxFields = 4096
const maxBytesOfEntry = 64 * 1024 * 1024
/** Values are shared by entries: a small file could tell without end. */
const leastTold = 256 * 1024 * 1024
const toldPerByte = 64

function newSummary(): JournalSummary {
  return { entries: 0, unlisted: 0 }
}

/** `summary` grows. Nothing, with a note, where `source` is no journal. */
export function* readJournal(
  source: EvidenceSource,
  notes: Notes,
  summary: JournalSummary = newSummary(),
): Generator<JournalEntry, void, undefined> {
  const header = readJournalHeader(source, notes)
  if (header === undefined) return
  const used = header.headerBytes + header.arenaBytes
  if (used > source.size) notes.add(`the file is cut off: it has ${source.size} of ${used} bytes`)
  const layout = layoutOf(header.incompatibleFlags.includes('compact'))
  const pages = new Pages(source)
  // A window of its own: the list lies elsewhere than the entries.
  const listed = listedEntries(new Pages(source), header.entryArrayOffset, { layout, notes })
  const reader = new EntryReader(pages, { header, layout, notes })
  let pending = 0
  for (const found of new Walk(pages, header, { layout, notes, listed }).entries()) {
    const entry = reader.read(found)
    if (reader.told > leastTold + toldPerByte * source.size) {
      notes.add('its entries hold far more than the file: the others are left out', found.offset)
      return
    }
    summary.entries += 1
    if (entry.isListed) {
      summary.unlisted += pending
      pending = 0
    } else pending += 1
    yield entry
  }
  if (summary.entries !== header.entries)
    notes.add(`${summary.entries} entries are there, the header has ${header.entries}`)
  if (pending > 1) summary.unlisted += pending
  if (summary.unlisted > 0) notes.add(`${summary.unlisted} entries are not in the list of entries`)
}

class EntryReader {
  readonly #pages: Pages
  readonly #layout: Layout
  readonly #notes: Notes
  readonly #values: DataValues
  readonly #seqnumId: string
  #boot = ''
  readonly #bootBytes = Buffer.alloc(16)
  readonly #items = new Float64Array(maxFields)
  /** Bytes of all values that were given. */
  told = 0

  constructor(pages: Pages, given: { header: JournalHeader; layout: Layout; notes: Notes }) {
    this.#pages = pages
    this.#layout = given.layout
    this.#notes = given.notes
    this.#values = new DataValues(pages, given.layout, given.notes)
    this.#seqnumId = given.header.seqnumId
  }

  read({ offset, size, isListed }: FoundEntry): JournalEntry {
    const count = this.#itemsOf(offset, size)
    const at = this.#pages.seek(offset, entryBytes)
    const { bytes } = this.#pages
    const bootId = this.#bootOf(bytes, at + 40)
    const realtimeUs = u64(bytes, at + 24)
    const realtime = microsecondsTime(realtimeUs)
    const cursor = `s=${this.#seqnumId};i=${hex64(bytes, at + 16)};b=${bootId};m=${hex64(bytes, at + 32)};t=${hex64(bytes, at + 24)};x=${hex64(bytes, at + 56)}`
    const seqnum = u64(bytes, at + 16)
    const monotonicUs = u64(bytes, at + 32)
    return {
      cursor,
      seqnum,
      ...(realtime === undefined ? {} : { realtime }),
      realtimeUs,
      monotonicUs,
      bootId,
      offset,
      isListed,
      fields: this.#fields(count, offset),
    }
  }

  /** Into `#items`, because looking at a field moves the window. */
  #itemsOf(offset: number, size: number): number {
    const { entryItemBytes, isCompact } = this.#layout
    const all = Math.floor((size - entryBytes) / entryItemBytes)
    const count = Math.min(all, maxFields)
    if (all > count) this.#notes.add(`of an entry only the first ${count} of ${all} fields are read`, offset)
    const at = this.#pages.seek(offset + entryBytes, count * entryItemBytes)
    if (at < 0) return 0
    const { bytes } = this.#pages
    for (let index = 0; index < count; index++) {
      this.#items[index] = isCompact ? u32(bytes, at + 4 * index) : u64(bytes, at + 16 * index)
    }
    return count
  }

  #fields(count: number, offset: number): JournalEntry['fields'] {
    // Names are the file's: none of them may mean anything to an object.
    const fields = Object.create(null) as Record<string, JournalValue | JournalValue[]>
    const repeated = new Map<string, JournalValue[]>()
    let told = 0
    for (let index = 0; index < count; index++) {
      const field = this.#values.at(this.#items[index] ?? 0)
      if (field === undefined) continue
      told += field.bytes
      if (told > maxBytesOfEntry) {
        this.#notes.add(
          `of an entry only the first ${index} of ${count} fields are read: they are too long`,
          offset,
        )
        break
      }
      put(fields, repeated, field)
    }
    this.told += told + 16 * count
    return fields
  }

  #bootOf(bytes: Buffer, at: number): string {
    if (this.#boot === '' || bytes.compare(this.#bootBytes, 0, 16, at, at + 16) !== 0) {
      bytes.copy(this.#bootBytes, 0, at, at + 16)
      this.#boot = hex(bytes, at, 16)
    }
    return this.#boot
  }
}

function put(
  fields: Record<string, JournalValue | JournalValue[]>,
  repeated: Map<string, JournalValue[]>,
  { name, value }: Field,
): void {
  const before = fields[name]
  if (before === undefined) {
    fields[name] = value
    return
  }
  const list = repeated.get(name) ?? [before as JournalValue]
  list.push(value)
  repeated.set(name, list)
  fields[name] = list
}

/** Exact, without leading zeros. */
function hex64(bytes: Uint8Array, at: number): string {
  const high = u32(bytes, at + 4)
  const low = u32(bytes, at).toString(16)
  return high === 0 ? low : high.toString(16) + low.padStart(8, '0')
}
