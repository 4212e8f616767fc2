// Files that wait for their scan: each until it has rested for a moment, because one that is being written would be judged half.

/** Longer lists are no list any more: then all is looked through. */
const maxWaiting = 50_000
const maxTries = 40

interface Waiting {
  dueMs: number
  tries: number
}

export interface ScanQueueOptions {
  /** Since its last change, in ms. */
  readonly restMs: number
  /** `busy`: somebody writes it; it is tried again later. */
  readonly scan: (path: string) => 'done' | 'busy'
  /** Given up: it stayed busy. */
  readonly onGivenUp: (path: string) => void
  /** More files than can wait. */
  readonly onTooMany: () => void
}

/** Owns the files that wait. */
export class ScanQueue {
  readonly #options: ScanQueueOptions
  readonly #waiting = new Map<string, Waiting>()

  constructor(options: ScanQueueOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  add(path: string, nowMs: number): void {
    const dueMs = nowMs + this.#options.restMs
    const known = this.#waiting.get(path)
    if (known !== undefined) known.dueMs = dueMs
    else if (this.#waiting.size >= maxWaiting) this.#options.onTooMany()
    else this.#waiting.set(path, { dueMs, tries: 0 })
  }

  drop(path: string): void {
    this.#waiting.delete(path)
  }

  /** Scans what is due until `untilMs` of the clock; at least one. */
  work(now: () => number, untilMs: number): void {
    for (const [path, waiting] of this.#waiting) {
      if (waiting.dueMs > now()) continue
      if (this.#options.scan(path) === 'done') this.#waiting.delete(path)
      else this.#again(path, waiting, now())
      if (now() >= untilMs) return
    }
  }

  #again(path: string, waiting: Waiting, nowMs: number): void {
    waiting.tries += 1
    waiting.dueMs = nowMs + this.#options.restMs
    if (waiting.tries < maxTries) return
    this.#waiting.delete(path)
    this.#options.onGivenUp(path)
  }
}
