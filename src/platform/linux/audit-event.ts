// Puts the records of one audit event together: they share a serial number, those of several events come mixed, and
// AUDIT_EOE ends each. What the kernel has dropped never comes: events are closed after a time, or when too many wait.

import { type AuditRecord, RecordType } from './audit-record.ts'

export interface AuditEvent {
  readonly serial: number
  /** Milliseconds since 1970. */
  readonly timeMs: number
  /** In the kernel's order, at least one. */
  readonly records: readonly AuditRecord[]
  /** False when its end did not come, or it had more records than are kept. */
  readonly complete: boolean
}

export interface AssemblerLimits {
  readonly maxEvents: number
  /** Of one event: an argument list may be of 2 MB. */
  readonly maxRecords: number
  /** Texts of all events that wait, together. */
  readonly maxBytes: number
  readonly timeoutMs: number
}

interface Pending {
  readonly serial: number
  readonly timeMs: number
  readonly sinceMs: number
  readonly records: AuditRecord[]
  bytes: number
  cut: boolean
}

export class AuditAssembler {
  readonly #limits: AssemblerLimits
  readonly #done: (event: AuditEvent) => void
  /** Oldest first. */
  readonly #pending = new Map<number, Pending>()
  #bytes = 0

  /** `done` is told every event once. */
  constructor(limits: AssemblerLimits, done: (event: AuditEvent) => void) {
    this.#limits = limits
    this.#done = done
  }

  /** Events whose end has not come yet. */
  get size(): number {
    return this.#pending.size
  }

  add(record: AuditRecord, nowMs: number): void {
    const pending = this.#pending.get(record.serial)
    if (record.type === RecordType.endOfEvent) {
      if (pending !== undefined) this.#finish(pending, !pending.cut)
      return
    }
    this.#keep(pending ?? this.#begin(record, nowMs), record)
    while (this.#bytes > this.#limits.maxBytes || this.#pending.size > this.#limits.maxEvents)
      this.#finishOldest()
  }

  /** Closes what has waited too long. */
  expire(nowMs: number): void {
    for (const pending of this.#pending.values()) {
      if (nowMs - pending.sinceMs < this.#limits.timeoutMs) return
      this.#finish(pending, false)
    }
  }

  #begin({ serial, timeMs }: AuditRecord, sinceMs: number): Pending {
    const pending = { serial, timeMs, sinceMs, records: [], bytes: 0, cut: false }
    this.#pending.set(serial, pending)
    return pending
  }

  #keep(pending: Pending, record: AuditRecord): void {
    if (pending.records.length >= this.#limits.maxRecords) {
      pending.cut = true
      return
    }
    pending.records.push(record)
    pending.bytes += record.body.length
    this.#bytes += record.body.length
  }

  #finishOldest(): void {
    const [oldest] = this.#pending.values()
    if (oldest !== undefined) this.#finish(oldest, false)
  }

  #finish(pending: Pending, complete: boolean): void {
    this.#pending.delete(pending.serial)
    this.#bytes -= pending.bytes
    const { serial, timeMs, records } = pending
    this.#done({ serial, timeMs, records, complete })
  }
}
