// Long work in short pieces: the sensors share one thread, and what the kernel queued must not wait.

import { setTimeout as delay } from 'node:timers/promises'

/** Thrown into long work when the sensor stops. */
export class Stopped extends Error {}

export interface SliceOptions {
  /** Work at a stretch. */
  readonly workMs: number
  /** Rest after it, for the other sensors and for the host. */
  readonly pauseMs: number
}

export class Slices {
  readonly #options: SliceOptions
  #startedAt = performance.now()
  #isStopped = false

  constructor(options: SliceOptions) {
    this.#options = options
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** To be awaited between steps where it says so: `if (slices.isDue) await slices.rest()`. */
  get isDue(): boolean {
    return performance.now() - this.#startedAt >= this.#options.workMs
  }

  /** Throws `Stopped` when there is no more need for the work. */
  async rest(): Promise<void> {
    await delay(this.#options.pauseMs)
    if (this.#isStopped) throw new Stopped('stopped')
    this.#startedAt = performance.now()
  }

  stop(): void {
    this.#isStopped = true
  }
}
