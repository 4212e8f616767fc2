// One thread of a team: takes the next file as long as there is one.

import { parentPort, workerData } from 'node:worker_threads'

import { engineModule } from './engine.ts'
import type { ThreadData, ThreadJob, ThreadResult } from './team.ts'

const { spec, shared } = workerData as ThreadData
const module = await engineModule(spec.kind)
const engine = shared === undefined ? module.open(spec) : (module.attach?.(shared) ?? module.open(spec))

parentPort?.on('message', ({ files, next }: ThreadJob) => {
  const result: [number, string[]][] = []
  for (let index = Atomics.add(next, 0, 1); index < files.length; index = Atomics.add(next, 0, 1)) {
    result.push([index, engine.scan(files[index] ?? '')])
  }
  parentPort?.postMessage(result satisfies ThreadResult)
})
parentPort?.postMessage('ready')
