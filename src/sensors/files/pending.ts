// Changes that wait to be looked at: the kernel's queue is emptied first, files are looked at afterwards. What happened
// to one name by one process meanwhile is one change.

import { FileMask } from '../../platform/linux/fanotify-events.ts'
import type { Rule } from './interests.ts'

export interface PendingChange {
  /** Bytes in a latin1 string, as all paths here. */
  readonly path: string
  readonly rule: Rule
  readonly pid: number
  /** Of FileMask; grows while it waits. */
  mask: number
  /** The name it had before a rename. */
  readonly previous: { readonly path: string; readonly rule: Rule } | undefined
  /** Milliseconds since 1970; it happened in this span. */
  readonly from: number
  to: number
}

/** From here on the kernel's queue has to wait. */
const maxPending = 49_152
/** May have given privileges: they go before the rest. */
const urgentMask = FileMask.attributes | FileMask.rename | FileMask.movedTo

export class PendingChanges {
  readonly #urgent = new Map<string, PendingChange>()
  readonly #others = new Map<string, PendingChange>()

  get size(): number {
    return this.#urgent.size + this.#others.size
  }

  /** No more should be read: what one reading of the kernel's queue brings still finds its place. */
  get isFull(): boolean {
    return this.size >= maxPending
  }

  add(change: PendingChange): void {
    const key = `${change.pid}:${change.mask & FileMask.onDirectory}:${change.path}`
    const waiting = this.#urgent.get(key) ?? this.#others.get(key)
    if (waiting !== undefined && change.previous === undefined) {
      waiting.mask |= change.mask
      waiting.to = change.to
      if ((change.mask & urgentMask) !== 0 && this.#others.delete(key)) this.#urgent.set(key, waiting)
      return
    }
    if (waiting !== undefined) this.#urgent.set(`${key}\0${change.previous?.path}`, change)
    else this.#queueOf(change).set(key, change)
  }

  /** Whether the path waits to be looked at, for this process. */
  has(path: string, pid: number): boolean {
    const key = `${pid}:0:${path}`
    return this.#urgent.has(key) || this.#others.has(key)
  }

  /** The next one, which then no longer waits. */
  take(): PendingChange | undefined {
    return first(this.#urgent) ?? first(this.#others)
  }

  #queueOf(change: PendingChange): Map<string, PendingChange> {
    return (change.mask & urgentMask) !== 0 || change.rule.autostart !== undefined
      ? this.#urgent
      : this.#others
  }
}

function first(queue: Map<string, PendingChange>): PendingChange | undefined {
  for (const [key, change] of queue) {
    queue.delete(key)
    return change
  }
  return undefined
}
