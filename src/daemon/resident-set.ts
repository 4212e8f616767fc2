// Keeps the daemon's resident set at what it uses: start-up and busy times leave free memory and pages of the binary behind.

import { HeapWatch } from '../base/collect-garbage.ts'
import { releaseBinaryPages, trimHeap } from '../platform/linux/release-pages.ts'

/** Threads that were only needed for the start have ended by then. */
const firstMs = 20_000
/** A collection takes some hundred milliseconds: rarely, so that an idle daemon stays one. */
const everyMs = 120_000
/** Less is left as it is: looking for it would cost more. */
const leastGrownBytes = 8 * 1024 * 1024

export class ResidentSet {
  #timer: NodeJS.Timeout
  readonly #heap = new HeapWatch()
  #settledBytes = 0

  constructor() {
    this.#timer = setTimeout(() => this.#look(), firstMs).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #look(): void {
    this.#timer = setTimeout(() => this.#look(), everyMs).unref()
    if (process.memoryUsage.rss() < this.#settledBytes + leastGrownBytes) return
    this.#heap.collectIfGrown()
    releaseBinaryPages()
    trimHeap()
    this.#settledBytes = process.memoryUsage.rss()
  }
}
