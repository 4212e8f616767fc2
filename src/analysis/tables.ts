// What a report shows of the records: some of each kind, counted, with what did not fit.

import type { ArtefactRecord } from './record.ts'

/** Kinds of which there may be millions are counted only. */
const most: Readonly<Record<string, number>> = {
  'event-log': 0,
  mft: 0,
  'usn-journal': 0,
  'log-file': 0,
  'file-times': 0,
  log: 0,
  'run-history': 3000,
}
const usualMost = 1500
const maxKinds = 200

export interface KindTable {
  readonly kind: string
  /** Of all records of the kind. */
  count: number
  /** Without their events. */
  readonly shown: ArtefactRecord[]
}

export class Tables {
  readonly #tables = new Map<string, KindTable>()

  add(record: ArtefactRecord): void {
    const table = this.#tables.get(record.kind) ?? this.#newTable(record.kind)
    if (table === undefined) return
    table.count += 1
    if (table.shown.length >= (most[record.kind] ?? usualMost)) return
    const { kind, source, times, title, data } = record
    table.shown.push({ kind, source, times, title, data })
  }

  #newTable(kind: string): KindTable | undefined {
    if (this.#tables.size >= maxKinds) return undefined
    const table: KindTable = { kind, count: 0, shown: [] }
    this.#tables.set(kind, table)
    return table
  }

  get all(): ReadonlyMap<string, KindTable> {
    return this.#tables
  }
}
