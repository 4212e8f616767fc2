// The bounded queue between the sensors and the store. A store that is slow or stands still never makes a sensor wait:
// what does not fit any more is dropped, counted, and the sensors tell again what is true when there is room.

import type { EventRow } from '../../store/index.ts'

/**
 * What the store gets a few rows at a time costs it three times as much as what comes as a whole block (measured: 48 and
 * 19 µs for the two events of a program at 800 programs a second). So rows wait a moment for others, unless a host has
 * been quiet or it is urgent.
 */
const gatherMs = 200
const blockRows = 512
/** event.severity: alerts do not wait. */
const urgentSeverity = 50

export interface OutletOptions {
  readonly maxQueuedRows: number
  readonly post: (rows: readonly EventRow[]) => void
  /** So many rows were dropped from `fromMs` to `toMs`. Called when there is room again. */
  readonly onDropped: (count: number, fromMs: number, toMs: number) => void
}

export class Outlet {
  readonly #options: OutletOptions
  #rows: EventRow[] = []
  #unconfirmed = 0
  #dropped = 0
  #droppedFromMs = 0
  #total = 0
  #flushedAtMs = Number.NEGATIVE_INFINITY
  #isUrgent = false

  constructor(options: OutletOptions) {
    this.#options = options
  }

  /** Rows on their way that are not confirmed. */
  get queued(): number {
    return this.#rows.length + this.#unconfirmed
  }

  /** Rows handed on since the start. */
  get total(): number {
    return this.#total
  }

  add(row: EventRow): void {
    if (this.queued >= this.#options.maxQueuedRows) {
      if (this.#dropped === 0) this.#droppedFromMs = Date.now()
      this.#dropped++
      return
    }
    if (row.severity >= urgentSeverity) this.#isUrgent = true
    this.#rows.push(row)
  }

  /** Sends what has gathered, when it is worth it. `nowMs`: of a clock that only goes forward. */
  flushDue(nowMs: number): void {
    const isDue = this.#isUrgent || nowMs - this.#flushedAtMs >= gatherMs || this.#rows.length >= blockRows
    if (!isDue || this.#rows.length === 0) return
    this.#flushedAtMs = nowMs
    this.flush()
  }

  /** Sends everything. */
  flush(): void {
    const { length } = this.#rows
    if (length === 0) return
    this.#isUrgent = false
    const rows = this.#rows
    this.#rows = []
    this.#unconfirmed += length
    this.#total += length
    this.#options.post(rows)
  }

  /** The store has dealt with so many rows. */
  confirm(count: number): void {
    this.#unconfirmed -= count
    if (this.#dropped === 0 || this.queued > this.#options.maxQueuedRows / 2) return
    const dropped = this.#dropped
    this.#dropped = 0
    this.#options.onDropped(dropped, this.#droppedFromMs, Date.now())
  }
}
