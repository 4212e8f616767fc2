// The scanning threads: a bounded queue of files, batches that keep the cost of messages low, and replacement of
// a thread that died or hangs. Such a file is `failed`; the run goes on.

import { setImmediate } from 'node:timers/promises'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { SharedEngine } from '../../engine/index.ts'
import type { FileEntry } from './entry.ts'
import { failedVerdict } from './judge.ts'
import type { Outcome } from './protocol.ts'
import { ScanThread } from './thread.ts'

export interface PoolOptions {
  readonly shared: SharedEngine
  readonly threads: number
  /** A file that takes longer has hung its thread. */
  readonly hangMs: number
  readonly onOutcome: (entry: FileEntry, outcome: Outcome) => void
}

/** Files that may wait: enough for an estimate of the time left, little enough to hold. */
const queueLimit = 65_536
const largestBatch = 64
const watchMs = 500

export class ScanPool {
  readonly #options: PoolOptions
  readonly #threads = new Set<ScanThread>()
  readonly #watch: NodeJS.Timeout
  #queue: FileEntry[] = []
  #head = 0
  #running = 0
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(options: PoolOptions) {
    this.#options = options
    this.#watch = setInterval(() => this.#replaceHanging(), watchMs)
  }

  /** Files known and not yet judged. */
  get waiting(): number {
    return this.#queue.length - this.#head + this.#running
  }

  /** False when the queue is full: then wait for `roomy`. Nothing starts before `pump`. */
  add(entry: FileEntry): boolean {
    this.#queue.push(entry)
    return this.#queue.length - this.#head < queueLimit
  }

  /** Gives waiting files to idle threads; starts threads while there is work for them. */
  pump(): void {
    for (const thread of this.#threads) this.#feed(thread)
    while (this.#threads.size < this.#options.threads && this.#head < this.#queue.length) {
      const thread: ScanThread = new ScanThread(this.#options.shared, {
        onResults: (entries, outcomes) => this.#finish(entries, outcomes),
        onIdle: () => this.#feed(thread),
        onDeath: (cause) => this.#bury(thread, cause),
      })
      this.#threads.add(thread)
      this.#feed(thread)
    }
  }

  /** Lets results and signals in between two stretches of a walk. Throws like `roomy`, and when aborted. */
  async breathe(): Promise<void> {
    await setImmediate()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when the queue is half empty. Throws when no thread can be started. */
  async roomy(): Promise<void> {
    await this.#until(() => this.#queue.length - this.#head < queueLimit / 2)
  }

  /** Resolves when everything is judged. */
  async drain(): Promise<void> {
    this.pump()
    await this.#until(() => this.waiting === 0)
  }

  /** Ends the threads at once; what they were at is not reported. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch)
    this.#queue = []
    this.#head = 0
    await Promise.all([...this.#threads].map((thread) => thread.end()))
  }

  /** Makes `roomy` and `drain` throw: for a run that is broken off. */
  abort(reason: Error): void {
    this.#failure ??= reason
    this.#wake?.()
  }

  async #until(condition: () => boolean): Promise<void> {
    while (this.#failure === undefined && !condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  #feed(thread: ScanThread): void {
    for (;;) {
      const waiting = this.#queue.length - this.#head
      // A second batch ahead saves a pause between two, but its files wait behind whatever is slow in the first.
      const ahead = waiting > this.#options.threads * largestBatch * 2 ? 2 : 1
      if (waiting === 0 || thread.openBatches >= ahead) break
      // Small batches towards the end, so that all threads finish together.
      const size = Math.min(largestBatch, Math.ceil(waiting / (this.#options.threads * 4)))
      const batch = this.#queue.slice(this.#head, this.#head + size)
      this.#head += size
      this.#running += size
      thread.give(batch)
    }
    if (this.#head > queueLimit / 2) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  #finish(entries: readonly FileEntry[], outcomes: readonly Outcome[]): void {
    this.#running -= entries.length
    try {
      for (const [index, entry] of entries.entries()) {
        const outcome = outcomes[index]
        if (outcome !== undefined) this.#options.onOutcome(entry, outcome)
      }
    } catch (thrown) {
      this.abort(thrown instanceof Error ? thrown : new Error(messageOf(thrown)))
    }
    this.#wake?.()
  }

  #bury(thread: ScanThread, cause: unknown): void {
    this.#threads.delete(thread)
    const { current, rest } = thread.unfinished()
    if (current === undefined && !thread.ready) {
      this.abort(new AppError('internal', `a scanning thread cannot start: ${messageOf(cause)}`, { cause }))
      return
    }
    this.#running -= rest.length
    this.#queue.push(...rest)
    if (current !== undefined) {
      const verdict = failedVerdict(current, `its scan ended with a fault: ${messageOf(cause)}`, 'fault')
      this.#finish([current], [{ kind: 'verdict', verdict }])
    }
    this.pump()
  }

  #replaceHanging(): void {
    for (const thread of this.#threads) {
      if (thread.busyMs() <= this.#options.hangMs) continue
      void thread.end()
      this.#bury(thread, new Error('it did not end in time'))
    }
  }
}
