// Brings two accounts of the same program start together: audit's, with the arguments, and the process events', with
// the time. They come by different sockets in any order. An exit waits for the start that audit still owes, and what
// audit never tells is found out.

import type { ExitFact } from './tier.ts'

interface Entry {
  readonly pid: number
  readonly sinceMs: number
  /** Times of the starts that audit has not told, in nanoseconds since boot. */
  readonly owedByAudit: number[]
  /** Starts that only audit has told. */
  owedByEvents: number
  exit: ExitFact | undefined
}

export interface PairingHandlers {
  /** Audit has not told of this start in time. */
  missed(pid: number, bootNs: number): void
  exit(fact: ExitFact): void
}

const maxEntries = 16_384

export class ExecPairing {
  readonly #handlers: PairingHandlers
  readonly #patienceMs: number
  /** By pid, oldest first. */
  readonly #entries = new Map<number, Entry>()

  constructor(patienceMs: number, handlers: PairingHandlers) {
    this.#patienceMs = patienceMs
    this.#handlers = handlers
  }

  /** Audit tells of a start. Its exact time when the process events have told it already. */
  fromAudit(pid: number, nowMs: number): number | undefined {
    const entry = this.#entries.get(pid) ?? this.#begin(pid, nowMs)
    const bootNs = entry.owedByAudit.shift()
    if (bootNs === undefined) entry.owedByEvents++
    return bootNs
  }

  /** To be called when the start that audit told has been handed on: an exit that waited may follow. */
  settle(pid: number): void {
    const entry = this.#entries.get(pid)
    if (entry !== undefined && entry.owedByAudit.length === 0 && entry.owedByEvents === 0) this.#close(entry)
  }

  /** The process events tell of a start. */
  fromEvents(pid: number, bootNs: number, nowMs: number): void {
    let entry = this.#entries.get(pid)
    // The number belongs to another process already.
    if (entry?.exit !== undefined) this.#close(entry)
    if (entry === undefined || entry.exit !== undefined) entry = this.#begin(pid, nowMs)
    if (entry.owedByEvents > 0) entry.owedByEvents--
    else entry.owedByAudit.push(bootNs)
    this.settle(pid)
  }

  /** The process has ended: told at once, or when audit has told its starts. */
  exit(fact: ExitFact): void {
    const entry = this.#entries.get(fact.pid)
    if (entry === undefined || entry.owedByAudit.length === 0) {
      if (entry !== undefined) this.#entries.delete(fact.pid)
      this.#handlers.exit(fact)
    } else entry.exit = fact
  }

  /** Gives up on what has been waited for too long. */
  expire(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      if (nowMs - entry.sinceMs < this.#patienceMs && this.#entries.size <= maxEntries) return
      this.#close(entry)
    }
  }

  forget(): void {
    this.#entries.clear()
  }

  #begin(pid: number, sinceMs: number): Entry {
    const entry: Entry = { pid, sinceMs, owedByAudit: [], owedByEvents: 0, exit: undefined }
    this.#entries.set(pid, entry)
    return entry
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.pid)
    for (const bootNs of entry.owedByAudit) this.#handlers.missed(entry.pid, bootNs)
    if (entry.exit !== undefined) this.#handlers.exit(entry.exit)
  }
}
