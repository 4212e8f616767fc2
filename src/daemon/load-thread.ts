// Compiles signatures away from the main thread, which has openers' business to do; see load-engine.ts.

import { parentPort, workerData } from 'node:worker_threads'

import { messageOf } from '../base/app-error.ts'
import { type EngineOptions, load } from '../engine/index.ts'
import type { FromLoadThread } from './load-engine.ts'

function compile(): FromLoadThread {
  try {
    const engine = load(workerData as EngineOptions)
    return { kind: 'loaded', shared: engine.shared, problems: engine.problems }
  } catch (thrown) {
    return { kind: 'failed', message: messageOf(thrown) }
  }
}

parentPort?.postMessage(compile())
