// Reads and compiles signatures, and reads the modules of the daemon's threads, away from the main thread, which has openers'
// business to do; see load-engine.ts.

import { parentPort } from 'node:worker_threads'

import { AppError, messageOf } from '../base/app-error.ts'
import { readProgram } from '../base/program.ts'
import { load } from '../engine/index.ts'
import type { FromLoadThread, LoadTask } from './load-engine.ts'

/** Everything that runs in a thread that scans. */
const modules = ['../gate/worker.ts', './scan-thread.ts', './cure-thread.ts', './explain-thread.ts'].map(
  (path) => new URL(path, import.meta.url),
)

export async function run(data: unknown): Promise<void> {
  parentPort?.postMessage(await loaded(data as LoadTask))
}

async function loaded({ options, hasProgram }: LoadTask): Promise<FromLoadThread> {
  try {
    const engine = load(options)
    const { shared, problems } = engine
    const program = hasProgram ? {} : { program: await readProgram(modules) }
    return { kind: 'loaded', engine: { shared, problems, version: engine.version() }, ...program }
  } catch (thrown) {
    const { code, hint } = thrown instanceof AppError ? thrown : { code: 'internal' as const, hint: '' }
    return { kind: 'failed', code, message: messageOf(thrown), hint }
  }
}
