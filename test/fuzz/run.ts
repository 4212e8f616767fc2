// npm run fuzz: mutated samples through every parser. Ends with 1 at the first input that throws, hangs or takes too
// much memory; the input is written to a file whose name is printed.
//   --runs N     executions in all (default 10 million)     --minutes N  at most so long (default: no limit)
//   --only TEXT  targets whose name contains it             --seed N     the same numbers again

import { mkdtempSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

import { type Done, inputAt, longestInput, type Task } from './protocol.ts'
import { fuzzTargets } from './targets.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000000' },
    minutes: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const total = Number(values.runs)
const seed = Number(values.seed)
const endsAt = performance.now() + Number(values.minutes) * 60_000
/** One run; the engine's own limit in it is 5 s. */
const hangMs = 30_000
const maxRss = 2.5 * 1024 ** 3
/** Slow targets (other programs behind a wall) end by time, the others make up for them. */
const rounds = 10

const targets = fuzzTargets()
  .map(({ id, corpus }, index) => ({ id, index, size: corpus.length }))
  .filter(({ id }) => id.includes(values.only))

interface Lane {
  readonly worker: Worker
  readonly words: Int32Array
  readonly memory: SharedArrayBuffer
}

function startLane(): Lane {
  const memory = new SharedArrayBuffer(inputAt + longestInput)
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { memory } })
  return { worker, words: new Int32Array(memory), memory }
}

function save(id: string, input: Uint8Array): string {
  const file = join(mkdtempSync(join(tmpdir(), 'haechi-fuzz-')), `${id.replaceAll(/\W+/g, '-')}.bin`)
  writeFileSync(file, input)
  return file
}

/** Resolves with what the thread did; rejects when it hung or died. */
async function runTask(lane: Lane, id: string, task: Task): Promise<Done> {
  const { promise, resolve, reject } = Promise.withResolvers<Done>()
  let seen = -1
  const fail = (message: string): void => {
    const input = new Uint8Array(lane.memory, inputAt, Atomics.load(lane.words, 1))
    reject(new Error(`${id}: ${message}; input: ${save(id, input)}`))
  }
  const watch = setInterval(() => {
    const now = Atomics.load(lane.words, 0)
    if (now === seen) fail(`a run takes longer than ${hangMs} ms`)
    if (process.memoryUsage.rss() > maxRss) fail('it takes too much memory')
    seen = now
  }, hangMs)
  const onError = (thrown: Error): void => fail(thrown.stack ?? thrown.message)
  lane.worker.once('message', resolve)
  lane.worker.once('error', onError)
  lane.worker.postMessage(task)
  try {
    return await promise
  } finally {
    clearInterval(watch)
    lane.worker.off('message', resolve)
    lane.worker.off('error', onError)
  }
}

const counts = new Map<string, { runs: number; ms: number; slowestMs: number }>()
let done = 0
const runsSoFar = (): number => done
const queue: { id: string; task: Task }[] = []

function fill(round: number): void {
  const left = (total - done) / Math.max(1, rounds - round) / Math.max(1, targets.length)
  for (const { id, index } of targets) {
    const task = { target: index, runs: Math.ceil(left), seed: seed + round * 7919 + index, maxMs: 8_000 }
    queue.push({ id, task })
  }
}

async function work(lane: Lane): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const left = endsAt - performance.now()
    if (left <= 0) return
    const task = { ...next.task, maxMs: Math.min(next.task.maxMs, left) }
    const result = await runTask(lane, next.id, task)
    if (result.failure !== undefined) {
      const { message, input } = result.failure
      throw new Error(`${next.id}: ${message}; input: ${save(next.id, input)}`)
    }
    const count = counts.get(next.id) ?? { runs: 0, ms: 0, slowestMs: 0 }
    count.runs += result.runs
    count.ms += result.ms
    count.slowestMs = Math.max(count.slowestMs, result.slowestMs)
    counts.set(next.id, count)
    done += result.runs
  }
}

const lanes = Array.from({ length: availableParallelism() }, startLane)
let exitCode = 0
try {
  for (let round = 0; runsSoFar() < total && performance.now() < endsAt; round++) {
    fill(round)
    await Promise.all(lanes.map(work))
    process.stdout.write(`round ${round + 1}: ${done.toLocaleString('en-US')} runs\n`)
  }
} catch (thrown) {
  process.stdout.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  exitCode = 1
} finally {
  await Promise.all(lanes.map(({ worker }) => worker.terminate()))
}
for (const [id, { runs, ms, slowestMs }] of counts) {
  const rate = Math.round(runs / Math.max(ms / 1000, 0.001))
  process.stdout.write(
    `${id.padEnd(28)} ${String(runs).padStart(9)} runs ${String(rate).padStart(7)}/s, slowest ${Math.round(slowestMs)} ms\n`,
  )
}
const rss = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(`${done.toLocaleString('en-US')} runs, seed ${seed}, largest memory ${rss} MB\n`)
process.exitCode = exitCode
