// Loads the engine of a daemon in a thread of its own: the main thread goes on, scans nothing, and what reading and compiling
// leave behind in the heap goes with the thread. The tables lie in shared memory, and so do the modules of the threads
// that will scan.

import { once } from 'node:events'

import { AppError, type ErrorCode } from '../base/app-error.ts'
import { type Program, startThread } from '../base/program.ts'
import type { EngineOptions, EngineVersion, Problem, SharedEngine } from '../engine/index.ts'

/** What the thread is given. */
export interface LoadTask {
  readonly options: EngineOptions
  /** The modules have been read before. */
  readonly hasProgram: boolean
}

export type FromLoadThread =
  | { readonly kind: 'loaded'; readonly engine: Omit<LoadedEngine, 'program'>; readonly program?: Program }
  | {
      readonly kind: 'failed'
      readonly code: ErrorCode
      readonly message: string
      readonly hint: string
    }

/** An engine for other threads to attach to. */
export interface LoadedEngine {
  readonly shared: SharedEngine
  readonly version: EngineVersion
  /** What in rules and lists could not be used. */
  readonly problems: readonly Problem[]
  /** The modules of the daemon's threads, as they were when the daemon started. */
  readonly program: Program
}

/**
 * `program`: of an engine that was loaded before; what runs stays what it is, whatever became of its files meanwhile.
 * Throws AppError when a file cannot be read or a plugin is wrong.
 */
export async function loadEngine(options: EngineOptions, program?: Program): Promise<LoadedEngine> {
  const task: LoadTask = { options, hasProgram: program !== undefined }
  const worker = startThread(new URL('load-thread.ts', import.meta.url), { data: task, program })
  try {
    const [answer] = (await once(worker, 'message')) as [FromLoadThread]
    if (answer.kind === 'failed') throw new AppError(answer.code, answer.message, { hint: answer.hint })
    const modules = program ?? answer.program
    if (modules === undefined) throw new AppError('internal', 'the modules of the threads were not read')
    return { ...answer.engine, program: modules }
  } finally {
    await worker.terminate()
  }
}
