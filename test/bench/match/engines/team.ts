// Several threads of one process that share the files of a scan among themselves.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import type { EngineSpec } from './engine.ts'
import type { Scanned } from './messages.ts'

export interface ThreadData {
  readonly spec: EngineSpec
  readonly shared: unknown
}

export interface ThreadJob {
  readonly files: readonly string[]
  /** The number of the next file; all threads count it up. */
  readonly next: Int32Array
}

/** Index and names for each file that a thread took. */
export type ThreadResult = readonly (readonly [index: number, names: readonly string[]])[]

export class Team {
  readonly #threads: readonly Worker[]

  private constructor(threads: readonly Worker[]) {
    this.#threads = threads
  }

  static async start(spec: EngineSpec, shared: unknown, count: number): Promise<Team> {
    const workerData: ThreadData = { spec, shared }
    const threads = Array.from(
      { length: count },
      () => new Worker(new URL('scan-thread.ts', import.meta.url), { workerData }),
    )
    await Promise.all(threads.map((thread) => once(thread, 'message')))
    return new Team(threads)
  }

  async scan(files: readonly string[]): Promise<Scanned> {
    const next = new Int32Array(new SharedArrayBuffer(4))
    const started = performance.now()
    const results = await Promise.all(
      this.#threads.map(async (thread) => {
        thread.postMessage({ files, next } satisfies ThreadJob)
        const [result] = (await once(thread, 'message')) as [ThreadResult]
        return result
      }),
    )
    const ms = performance.now() - started
    const found = files.map((): readonly string[] => [])
    for (const [index, names] of results.flat()) found[index] = names.toSorted()
    return { ms, each: [], found }
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }
}
