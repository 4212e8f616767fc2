// What start-up and busy times leave behind is collected at a moment of our choosing: an idle thread would keep it for ever.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/**
 * Does nothing without --expose-gc, with which bin/haechi starts a guard. Takes some tens of milliseconds, in which the
 * thread does nothing else.
 */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) return
  // Pages that are half empty are no pages given back. For this collection only: it takes twice the time.
  setFlagsFromString('--compact-on-every-full-gc')
  globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  setFlagsFromString('--no-compact-on-every-full-gc')
}

/** A heap that grew by less is left as it is. */
const leastGrownBytes = 4 * 1024 * 1024

/** Knows how large the heap of this thread was after it was last collected. */
export class HeapWatch {
  #settledBytes = 0
  #lookedAtMs = Number.NEGATIVE_INFINITY

  /** Collects garbage at the first call, and then when the heap has grown by a quarter and some megabytes. */
  collectIfGrown(): void {
    if (heapBytes() < this.#settledBytes * 1.25 + leastGrownBytes) return
    collectGarbage()
    this.#settledBytes = heapBytes()
  }

  /** True when it has not looked for so long; for a caller whose moments are many. */
  isDue(everyMs: number): boolean {
    const nowMs = performance.now()
    if (nowMs - this.#lookedAtMs < everyMs) return false
    this.#lookedAtMs = nowMs
    return true
  }
}

/** With the buffers that objects of the heap hold: nobody else notices that they are free. */
function heapBytes(): number {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

const everyMs = 60_000

/** Collects the garbage of this thread now, and whenever it has become much. */
export function keepHeapSmall(): void {
  const heap = new HeapWatch()
  heap.collectIfGrown()
  setInterval(() => heap.collectIfGrown(), everyMs).unref()
}
