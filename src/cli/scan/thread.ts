// One scanning thread as the pool sees it: what it was given, where it is, and what is left when it dies.

import { Worker } from 'node:worker_threads'

import type { SharedEngine } from '../../engine/index.ts'
import type { FileEntry } from './entry.ts'
import { type Batch, type FromWorker, type Outcome, slot, type WorkerStart } from './protocol.ts'

export interface ThreadEvents {
  readonly onResults: (entries: readonly FileEntry[], outcomes: readonly Outcome[]) => void
  /** A batch is done: there is room for another one. */
  readonly onIdle: () => void
  /** Not after `end`. */
  readonly onDeath: (cause: unknown) => void
}

interface OpenBatch extends Batch {
  done: number
}

export class ScanThread {
  ready = false
  readonly #worker: Worker
  readonly #slot = new Int32Array(new SharedArrayBuffer(slot.length * 4))
  #batches: OpenBatch[] = []
  #nextId = 1
  #ended = false

  constructor(shared: SharedEngine, events: ThreadEvents) {
    this.#slot[slot.index] = -1
    const start: WorkerStart = { shared, slot: this.#slot }
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: start })
    let cause: unknown = new Error('the thread ended')
    this.#worker.on('message', (message: FromWorker) => this.#receive(message, events))
    this.#worker.on('error', (error) => {
      cause = error
    })
    this.#worker.on('exit', () => {
      if (!this.#ended) events.onDeath(cause)
    })
  }

  get openBatches(): number {
    return this.#batches.length
  }

  give(files: readonly FileEntry[]): void {
    const batch = { id: this.#nextId++, files }
    this.#batches.push({ ...batch, done: 0 })
    this.#worker.postMessage(batch)
  }

  /** How long it has been at its present file; 0 when idle. */
  busyMs(): number {
    if (Atomics.load(this.#slot, slot.index) < 0) return 0
    return ((Date.now() | 0) - Atomics.load(this.#slot, slot.startedMs)) | 0
  }

  /** After its death: the file that it was at, and those that it has not answered for. */
  unfinished(): { current?: FileEntry; rest: readonly FileEntry[] } {
    const id = Atomics.load(this.#slot, slot.batch)
    const index = Atomics.load(this.#slot, slot.index)
    const files = this.#batches.flatMap((batch) =>
      batch.files.map((entry, at) => ({ entry, current: batch.id === id && at === index })).slice(batch.done),
    )
    const current = files.find((file) => file.current)?.entry
    const rest = files.filter((file) => !file.current).map((file) => file.entry)
    return current === undefined ? { rest } : { current, rest }
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#worker.terminate()
  }

  #receive(message: FromWorker, events: ThreadEvents): void {
    // A thread that was given up may still have messages under way: its files belong to others by now.
    if (this.#ended) return
    if (message.kind === 'ready') {
      this.ready = true
      return
    }
    const batch = this.#batches.find((open) => open.id === message.batch)
    if (batch === undefined) return
    batch.done = message.from + message.outcomes.length
    const entries = batch.files.slice(message.from, batch.done)
    const finished = batch.done >= batch.files.length
    if (finished) this.#batches = this.#batches.filter((open) => open !== batch)
    events.onResults(entries, message.outcomes)
    if (finished) events.onIdle()
  }
}
