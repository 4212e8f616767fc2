// A scanning thread: takes batches of files, answers with outcomes in the same order.

import { parentPort, workerData } from 'node:worker_threads'

import { attach } from '../../engine/index.ts'
import { judge } from './judge.ts'
import { type Batch, type FromWorker, type Outcome, slot, type WorkerStart } from './protocol.ts'

/** Results are handed over at least this often, so that progress moves and a crash loses little. */
const handOverMs = 100

const start = workerData as WorkerStart
const instance = attach(start.shared).instance()
const port = parentPort

if (port !== null) {
  const send = (message: FromWorker): void => port.postMessage(message)
  port.on('message', (batch: Batch) => run(batch, send))
  send({ kind: 'ready' })
}

function run(batch: Batch, send: (message: FromWorker) => void): void {
  let outcomes: Outcome[] = []
  let from = 0
  let sentAt = performance.now()
  Atomics.store(start.slot, slot.batch, batch.id)
  for (const [index, entry] of batch.files.entries()) {
    Atomics.store(start.slot, slot.startedMs, sinceEpoch())
    Atomics.store(start.slot, slot.index, index)
    outcomes.push(judge(instance, entry))
    const now = performance.now()
    if (now - sentAt < handOverMs && index + 1 < batch.files.length) continue
    send({ kind: 'results', batch: batch.id, from, outcomes })
    from = index + 1
    outcomes = []
    sentAt = now
  }
  Atomics.store(start.slot, slot.index, -1)
}

/** Wraps after 24 days; only differences are used. */
function sinceEpoch(): number {
  return Date.now() | 0
}
