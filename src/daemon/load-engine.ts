// Loads the engine of a guard. Rules and databases are compiled in a thread of their own: the main thread goes on, and
// what compiling leaves behind in the heap goes with the thread. The tables lie in shared memory already.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

import { AppError } from '../base/app-error.ts'
import {
  attach,
  type Engine,
  type EngineOptions,
  load,
  type Problem,
  type SharedEngine,
} from '../engine/index.ts'

export type FromLoadThread =
  | { readonly kind: 'loaded'; readonly shared: SharedEngine; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly message: string }

export interface LoadedEngine {
  readonly engine: Engine
  readonly problems: readonly Problem[]
}

/** Throws AppError when a file cannot be read or a plugin is wrong. */
export async function loadEngine(options: EngineOptions): Promise<LoadedEngine> {
  if (!hasSignatures(options)) {
    const engine = load(options)
    return { engine, problems: engine.problems }
  }
  const worker = new Worker(new URL('./load-thread.ts', import.meta.url), {
    // Plugins run where they scan.
    workerData: { ...options, plugins: [] },
  })
  try {
    const [answer] = (await once(worker, 'message')) as [FromLoadThread]
    if (answer.kind === 'failed') throw new AppError('list-invalid', answer.message)
    return { engine: attach({ ...answer.shared, options }), problems: answer.problems }
  } finally {
    await worker.terminate()
  }
}

function hasSignatures({ rules = [], databases = [], folders = [] }: EngineOptions): boolean {
  return rules.length + databases.length > 0 || folders.some(({ path }) => existsSync(path))
}
