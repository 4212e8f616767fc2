// The bounded queue between the sensors and the store. A store that is slow or stands still never makes a sensor wait:
// what does not fit any more is dropped, counted, and the sensors tell again what is true when there is room.

import type { EventRow } from '../../store/index.ts'

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
    this.#rows.push(row)
  }

  /** Sends what has gathered. */
  flush(): void {
    const { length } = this.#rows
    if (length === 0) return
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
