// Scanning threads for those who ask over a socket: started when there is work, ended when there is none for a
// while. Each has an engine over the shared database; a reload reaches a thread between two scans.

import type { Worker } from 'node:worker_threads'

import type { Judged, ScanOrder, Workload } from '../api/clamd/index.ts'
import { messageOf } from '../base/app-error.ts'
import { endThread } from '../base/end-thread.ts'
import { type Program, startThread } from '../base/program.ts'
import type { SharedEngine } from '../engine/index.ts'
import type { FromScanThread, ScanJob, ScanThreadStart, ToScanThread } from './scan-messages.ts'

export interface PoolOptions {
  readonly shared: SharedEngine
  /** The modules of the threads (base/program.ts). */
  readonly program?: Program | undefined
  /** At most so many. */
  readonly threads: number
  /** A scan that takes longer has hung its thread. */
  readonly hangMs: number
  readonly onNotice: (message: string) => void
}

const idleTimeoutMs = 30_000
/** With many signatures and plugins a thread may take a while until it can scan. */
const startTimeoutMs = 30_000
/** A thread that hangs in a system call cannot be ended: after this time it is left behind. */
const endTimeoutMs = 2000
/** As small as those of the gate's workers. */
const heap = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

interface Job {
  readonly order: ScanOrder
  readonly resolve: (judged: Judged) => void
  /** While it waits. */
  readonly withdraw: () => void
  since: number
}

interface Thread {
  readonly worker: Worker
  ready: boolean
  job: Job | undefined
  hang: NodeJS.Timeout | undefined
  rest: NodeJS.Timeout | undefined
  ended: boolean
}

export class ScanPool {
  readonly #options: PoolOptions
  readonly #threads = new Set<Thread>()
  readonly #queue: Job[] = []
  #shared: SharedEngine
  #stopped = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#shared = options.shared
  }

  /** Resolves with the verdict; a scan that dies or hangs is `failed`. */
  scan(order: ScanOrder): Promise<Judged> {
    const { promise, resolve } = Promise.withResolvers<Judged>()
    if (this.#stopped || order.signal.aborted) return Promise.resolve({ kind: 'withdrawn' })
    const job: Job = { order, resolve, withdraw: () => this.#withdraw(job), since: performance.now() }
    this.#queue.push(job)
    order.signal.addEventListener('abort', job.withdraw)
    this.#pump()
    return promise
  }

  /** Scans that run now end with the old signatures, all later ones have the new. */
  reload(shared: SharedEngine): void {
    this.#shared = shared
    for (const { worker } of this.#threads) {
      worker.postMessage({ kind: 'engine', shared } satisfies ToScanThread)
    }
  }

  workload(): Workload {
    const now = performance.now()
    const running = [...this.#threads].flatMap(({ job }) => (job === undefined ? [] : [job]))
    return {
      threads: {
        live: this.#threads.size,
        idle: this.#threads.size - running.length,
        most: this.#options.threads,
      },
      idleTimeoutMs,
      waitingMs: this.#queue.map(({ since }) => now - since),
      running: running.map(({ order, since }) => ({ label: order.label, ms: now - since })),
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const job of this.#queue.splice(0)) job.resolve({ kind: 'withdrawn' })
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, { kind: 'withdrawn' })))
  }

  #withdraw(job: Job): void {
    const index = this.#queue.indexOf(job)
    if (index < 0) return
    this.#queue.splice(index, 1)
    job.resolve({ kind: 'withdrawn' })
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#stopped) {
      const idle = [...this.#threads].find(({ job }) => job === undefined)
      if (idle === undefined && this.#threads.size >= this.#options.threads) return
      const job = this.#queue.shift()
      if (job !== undefined) this.#give(idle ?? this.#start(), job)
    }
  }

  #give(thread: Thread, job: Job): void {
    const { target, allMatches, signal } = job.order
    signal.removeEventListener('abort', job.withdraw)
    job.since = performance.now()
    thread.job = job
    clearTimeout(thread.rest)
    this.#limit(thread, thread.ready ? this.#options.hangMs : startTimeoutMs)
    const message: ScanJob = { kind: 'scan', target, allMatches }
    thread.worker.postMessage(message, target.kind === 'bytes' ? [target.bytes.buffer] : [])
  }

  /** The time that the thread has from now on. */
  #limit(thread: Thread, ms: number): void {
    clearTimeout(thread.hang)
    thread.hang = setTimeout(() => {
      this.#options.onNotice(`a scanning thread hangs and is ended: ${thread.job?.order.label}`)
      void this.#end(thread, failed('its scan did not end in time')).then(() => this.#pump())
    }, ms)
  }

  #start(): Thread {
    const data: ScanThreadStart = { shared: this.#shared }
    const worker = startThread(new URL('scan-thread.ts', import.meta.url), {
      data,
      program: this.#options.program,
      resourceLimits: heap,
      // The descriptors that it scans belong to others.
      trackUnmanagedFds: false,
    })
    const thread: Thread = {
      worker,
      ready: false,
      job: undefined,
      hang: undefined,
      rest: undefined,
      ended: false,
    }
    let cause: unknown = new Error('the thread ended')
    worker.on('message', (message: FromScanThread) => {
      if (message.kind !== 'ready') this.#finish(thread, message)
      else {
        thread.ready = true
        if (thread.job !== undefined) this.#limit(thread, this.#options.hangMs)
      }
    })
    worker.on('error', (fault) => {
      cause = fault
    })
    worker.on('exit', () => {
      if (thread.ended) return
      this.#options.onNotice(`a scanning thread failed: ${messageOf(cause)}`)
      void this.#end(thread, failed(`its scan ended with a fault: ${messageOf(cause)}`)).then(() =>
        this.#pump(),
      )
    })
    this.#threads.add(thread)
    return thread
  }

  #finish(thread: Thread, judged: Judged): void {
    const { job } = thread
    if (thread.ended || job === undefined) return
    thread.job = undefined
    clearTimeout(thread.hang)
    thread.rest = setTimeout(() => void this.#end(thread, judged), idleTimeoutMs).unref()
    job.resolve(judged)
    this.#pump()
  }

  /** Ends a thread; what it was at gets `judged` when nothing reads its descriptor any more. */
  async #end(thread: Thread, judged: Judged): Promise<void> {
    if (thread.ended) return
    thread.ended = true
    clearTimeout(thread.hang)
    clearTimeout(thread.rest)
    this.#threads.delete(thread)
    await endThread(thread.worker, endTimeoutMs)
    thread.job?.resolve(judged)
  }
}

function failed(message: string): Judged {
  return {
    kind: 'verdict',
    verdict: {
      status: 'failed',
      detections: [],
      reasons: [{ code: 'fault', chain: [], message }],
      size: 0,
      ms: 0,
    },
  }
}
