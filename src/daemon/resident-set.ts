// Keeps the daemon's resident set at what it uses: start-up and busy times leave free memory and pages of the binary behind.

import { HeapWatch } from '../base/collect-garbage.ts'
import { releaseBinaryPages, trimHeap } from '../platform/linux/release-pages.ts'

/** Threads that were only needed for the start, or for some work, have ended by then. */
const everyMs = 20_000
/** Less is left as it is: looking for it would cost more. */
const leastGrownBytes = 8 * 1024 * 1024

export class ResidentSet {
  readonly #timer: NodeJS.Timeout
  readonly #heap = new HeapWatch()
  #settledBytes = 0

  constructor() {
    this.#timer = setInterval(() => this.#look(), everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (process.memoryUsage.rss() < this.#settledBytes + leastGrownBytes) return
    this.#heap.collectIfGrown()
    releaseBinaryPages()
    trimHeap()
    this.#settledBytes = process.memoryUsage.rss()
  }
}
