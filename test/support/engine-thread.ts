// A thread that scans with an engine of another thread: `workerData` is an EngineTask, one EngineAnswer comes back.

import { parentPort, workerData } from 'node:worker_threads'

import { attach, type EngineVersion, type SharedEngine } from '../../src/engine/index.ts'
import type { Verdict } from '../../src/model/index.ts'

export interface EngineTask {
  readonly shared: SharedEngine
  readonly objects: readonly Uint8Array[]
  readonly rounds: number
  /** Waited for, so that all threads scan at the same time. */
  readonly start: Int32Array
  /** Written to the last byte of the shared names: proof that the memory is one. */
  readonly stamp?: number
}

export interface EngineAnswer {
  readonly version: EngineVersion
  /** Of the first round. */
  readonly verdicts: readonly Verdict[]
  /** Scans whose status was another one than in the first round. */
  readonly changes: number
}

const { shared, objects, rounds, start, stamp } = workerData as EngineTask
const engine = attach(shared)
const instance = engine.instance()
Atomics.wait(start, 0, 0, 10_000)
const scanAll = (): Verdict[] => objects.map((bytes) => instance.scan(bytes, { name: 'object' }))
const verdicts = scanAll()
let changes = 0
for (let round = 1; round < rounds; round++) {
  for (const [index, { status }] of scanAll().entries()) if (status !== verdicts[index]?.status) changes++
}
if (stamp !== undefined) new Uint8Array(shared.hash.names.bytes).fill(stamp, -1)
parentPort?.postMessage({ version: engine.version(), verdicts, changes } satisfies EngineAnswer)
