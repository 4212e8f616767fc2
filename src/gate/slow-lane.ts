// Long scans must not occupy every instance. A scan that passes its slice goes on where it is, at low priority,
// as long as one instance stays free for quick answers; otherwise it is put into the queue and done again later.

import type { Slice } from '../engine/index.ts'
import type { ThreadPriority } from '../platform/linux/scheduling.ts'
import type { Counters } from './counters.ts'
import { Control, type Slots } from './shared-state.ts'

/** For work that nobody waits for, or that is long: quick answers go first. */
export const lowNice = 10

/** A first look; then a scan that used this much of the processor until the second one is long. */
const lookMs = 2
const longMs = 3
/** One that waits (for a disk, for a busy processor) is long after this time: it occupies an instance all the same. */
const stalledMs = 50

export class SlowLane {
  readonly #control: Int32Array
  readonly #slots: Slots
  readonly #counters: Counters
  readonly #worker: number
  readonly #priority: ThreadPriority
  /** How many workers may be in long scans at a time. */
  readonly #capacity: number
  #inside = false
  #background = false

  constructor(
    shared: { control: Int32Array; slots: Slots; counters: Counters; priority: ThreadPriority },
    worker: number,
    capacity: number,
  ) {
    this.#control = shared.control
    this.#slots = shared.slots
    this.#counters = shared.counters
    this.#priority = shared.priority
    this.#worker = worker
    this.#capacity = capacity
  }

  /**
   * For one quick scan: notices when it becomes a long one. Time alone would not do: on a busy machine a small scan
   * may be kept from running for a while, and must not be put behind long ones for that.
   */
  slice(): Slice {
    if (this.#inside) return { afterMs: Number.POSITIVE_INFINITY, look: () => Number.POSITIVE_INFINITY }
    let before = -1
    const started = performance.now()
    return {
      afterMs: lookMs,
      look: () => {
        const used = threadCpuMs()
        const isLong = before >= 0 && used - before >= longMs * 0.8
        if (before < 0) before = used
        if (!isLong && performance.now() - started < stalledMs) return longMs
        return this.enter() ? Number.POSITIVE_INFINITY : -1
      },
    }
  }

  /** Joins the long scans if there is room; then the thread runs at low priority until `leave`. */
  enter(): boolean {
    if (this.#inside) return true
    if (!this.#raise(Control.slow, this.#capacity)) return false
    this.#inside = true
    this.#counters.setLane(this.#worker, 1)
    this.#priority.set(lowNice)
    return true
  }

  leave(): void {
    if (this.#background) Atomics.sub(this.#control, Control.background, 1)
    this.#background = false
    if (!this.#inside) return
    Atomics.sub(this.#control, Control.slow, 1)
    this.#inside = false
    this.#counters.setLane(this.#worker, 0)
  }

  /** The next file of the queue, having entered; undefined when there is none or no room. `leave` afterwards. */
  take(): number | undefined {
    if (this.#slots.queued() === 0) return undefined
    do {
      if (!this.enter()) return undefined
      // What nobody waits for gets one worker at a time.
      this.#background = this.#raise(Control.background, 1)
      if (this.#background) this.#counters.setLane(this.#worker, 2)
      const index = this.#slots.take(this.#worker, this.#background)
      if (index !== undefined) return index
      this.leave()
      // Somebody may have queued a file and found the lane full, because we were in it for this look.
    } while (this.#slots.hasQueued(Atomics.load(this.#control, Control.background) === 0))
    return undefined
  }

  #raise(word: number, most: number): boolean {
    for (;;) {
      const now = Atomics.load(this.#control, word)
      if (now >= most) return false
      if (Atomics.compareExchange(this.#control, word, now, now + 1) === now) return true
    }
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
