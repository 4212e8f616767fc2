// What was lost, by source, counted from the start on: the kernel's losses, the sensors', and our own. Each loss becomes
// a `sensor.loss` event, those of one second together.

import type { Event } from '../../model/index.ts'
import type { Loss } from '../../sensors/sensor.ts'

/** Losses of one source are told together when they follow each other within this time. */
const gatherMs = 1000

export interface LedgerEntry {
  readonly source: string
  /** Events that are known to be missing. */
  readonly lost: number
  /** How often something was lost. */
  readonly times: number
  /** ISO 8601. */
  readonly last: string
}

interface Pending {
  count: number
  from: number
  to: number
  readonly dueMs: number
}

export class Ledger {
  readonly #emit: (event: Event) => void
  readonly #entries = new Map<string, { lost: number; times: number; last: number }>()
  readonly #pending = new Map<string, Pending>()

  constructor(emit: (event: Event) => void) {
    this.#emit = emit
  }

  lost({ source, count, from, to }: Loss, nowMs: number): void {
    const entry = this.#entries.get(source)
    if (entry === undefined) this.#entries.set(source, { lost: count, times: 1, last: nowMs })
    else {
      entry.lost += count
      entry.times++
      entry.last = nowMs
    }
    const pending = this.#pending.get(source)
    const begins = from ?? nowMs
    const ends = to ?? nowMs
    if (pending === undefined) {
      this.#pending.set(source, { count, from: begins, to: ends, dueMs: nowMs + gatherMs })
      return
    }
    pending.count += count
    pending.from = Math.min(pending.from, begins)
    pending.to = Math.max(pending.to, ends)
  }

  /** Tells what has been gathered; `all` also what is younger. */
  tell(nowMs: number, all = false): void {
    if (this.#pending.size === 0) return
    for (const [source, pending] of this.#pending) {
      if (!all && pending.dueMs > nowMs) continue
      this.#pending.delete(source)
      this.#emit(lossEvent(source, pending, nowMs))
    }
  }

  entries(): LedgerEntry[] {
    return [...this.#entries].map(([source, { lost, times, last }]) => ({
      source,
      lost,
      times,
      last: new Date(last).toISOString(),
    }))
  }
}

function lossEvent(source: string, { count, from, to }: Pending, nowMs: number): Event {
  const what = count === 0 ? 'an unknown number of events' : `${count} events`
  return {
    '@timestamp': new Date(nowMs).toISOString(),
    event: {
      kind: 'metric',
      category: ['host'],
      type: ['info'],
      action: 'sensor.loss',
      dataset: 'hx.health',
      provider: 'haechi',
      severity: 50,
    },
    message: `${what} of ${source} were lost`,
    hx: {
      loss: { source, count, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    },
  }
}
