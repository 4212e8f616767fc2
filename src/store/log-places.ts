// Lines of logs are stored once: after a crash the sensor may hand over again what was stored already. The `hx.log.id` of a
// line is the identity of its file and, behind the last colon, its place there, which only grows; the place of the last
// stored line of each file is kept in the same transaction as the lines.

import type { DatabaseSync } from 'node:sqlite'

import type { EventRow } from './row.ts'

const placeForm = /^(.{1,1024}):(\d{1,15})$/s
/** Files whose place is held in memory. */
const maxHeld = 4096
/** A file without lines for so long is not read again. */
const keptMs = 90 * 86_400_000

export interface Sifted {
  readonly rows: readonly EventRow[]
  readonly repeated: number
  /** File → place of its last line, to be saved with the rows. */
  readonly places: ReadonlyMap<string, number>
}

export class LogPlaces {
  readonly #db: DatabaseSync
  readonly #held = new Map<string, number>()

  constructor(db: DatabaseSync) {
    this.#db = db
    db.prepare('DELETE FROM log_places WHERE used_us < ?').run((Date.now() - keptMs) * 1000)
  }

  /** Leaves out the rows that are stored already. */
  sift(rows: readonly EventRow[]): Sifted {
    const places = new Map<string, number>()
    if (rows.every(({ logId }) => logId === '')) return { rows, repeated: 0, places }
    const kept = rows.filter(({ logId }) => {
      const match = logId === '' ? null : placeForm.exec(logId)
      if (match === null) return true
      const [, file = '', digits = ''] = match
      const place = Number(digits)
      if (place <= (places.get(file) ?? this.#placeOf(file))) return false
      places.set(file, place)
      return true
    })
    return { rows: kept, repeated: rows.length - kept.length, places }
  }

  /** Within the transaction of the rows. */
  save(places: ReadonlyMap<string, number>): void {
    if (places.size === 0) return
    const save = this.#db.prepare('INSERT OR REPLACE INTO log_places (file, place, used_us) VALUES (?, ?, ?)')
    const nowUs = Date.now() * 1000
    for (const [file, place] of places) save.run(file, place, nowUs)
  }

  /** After the transaction. */
  saved(places: ReadonlyMap<string, number>): void {
    for (const [file, place] of places) this.#hold(file, place)
  }

  #placeOf(file: string): number {
    const held = this.#held.get(file)
    if (held !== undefined) return held
    const row = this.#db.prepare('SELECT place FROM log_places WHERE file = ?').get(file)
    const place = Number(row?.['place'] ?? -1)
    this.#hold(file, place)
    return place
  }

  #hold(file: string, place: number): void {
    this.#held.delete(file)
    this.#held.set(file, place)
    if (this.#held.size <= maxHeld) return
    const [oldest] = this.#held.keys()
    if (oldest !== undefined) this.#held.delete(oldest)
  }
}
