// One thread of the fuzzer: takes a target, runs mutated samples through it, and leaves each input where the main
// thread finds it when this one hangs or dies.

import { parentPort, workerData } from 'node:worker_threads'

import { mutate, Random } from './mutate.ts'
import { fuzzTargets } from './targets.ts'
import { type Done, inputAt, longestInput, type Shared, type Task } from './protocol.ts'

const { memory } = workerData as Shared
const words = new Int32Array(memory)
const inputs = new Uint8Array(memory, inputAt)
const targets = fuzzTargets()

function fuzz(task: Task): Done {
  const target = targets[task.target]
  if (target === undefined || target.corpus.length === 0)
    return { target: task.target, runs: 0, ms: 0, slowestMs: 0 }
  const random = new Random(task.seed)
  const { corpus } = target
  const started = performance.now()
  let slowestMs = 0
  let runs = 0
  for (; runs < task.runs; runs++) {
    const before = performance.now()
    if (before - started > task.maxMs) break
    const sample = corpus[random.below(corpus.length)] ?? new Uint8Array(0)
    const other = corpus[random.below(corpus.length)] ?? sample
    const input = mutate(sample, random, other).subarray(0, longestInput)
    inputs.set(input)
    Atomics.store(words, 1, input.length)
    Atomics.add(words, 0, 1)
    try {
      target.run(input)
    } catch (thrown) {
      const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
      return {
        target: task.target,
        runs,
        ms: performance.now() - started,
        slowestMs,
        failure: { message, input },
      }
    }
    slowestMs = Math.max(slowestMs, performance.now() - before)
  }
  return { target: task.target, runs, ms: performance.now() - started, slowestMs }
}

parentPort?.on('message', (task: Task) => parentPort?.postMessage(fuzz(task)))
