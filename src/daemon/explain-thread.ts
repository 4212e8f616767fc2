// Scans one file and tells what every format and detector did with it; see explain.ts.

import { parentPort } from 'node:worker_threads'

import { attachScanner } from '../engine/attach.ts'
import type { SharedEngine, TraceStep } from '../engine/index.ts'
import type { Verdict } from '../model/index.ts'

export interface ExplainTask {
  readonly path: string
  readonly shared: SharedEngine
}

/** What the thread answers. */
export interface Traced {
  readonly verdict: Verdict
  readonly trace: readonly TraceStep[]
}

const maxMs = 3000
const maxTrace = 1000

export function run(data: unknown): void {
  const { path, shared } = data as ExplainTask
  const trace: TraceStep[] = []
  const verdict = attachScanner(shared)
    .instance()
    .scan(path, {
      limits: { maxMs },
      trace: (step) => {
        if (trace.length < maxTrace) trace.push(step)
      },
    })
  parentPort?.postMessage({ verdict, trace } satisfies Traced)
}
