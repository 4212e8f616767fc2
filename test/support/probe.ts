// Children that open guarded files and say how long each open took. They are Node processes that load nothing, so
// that what they measure is the guard.

import { type ChildProcess, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** One open(2): its time, and `code` '' or the errno's name. */
export interface Opened {
  readonly ms: number
  readonly code: string
}

/** What every script begins with: `open(path)` → Opened. */
const prelude = `
const fs = require('node:fs')
const args = JSON.parse(process.argv[1])
const now = () => performance.now()
function open(path) {
  const started = now()
  try {
    const fd = fs.openSync(path)
    const ms = now() - started
    fs.closeSync(fd)
    return { ms, code: '' }
  } catch (thrown) {
    return { ms: now() - started, code: thrown.code }
  }
}
const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const done = (result) => process.stdout.write(JSON.stringify(result))
`

const stillRunning = new Set<ChildProcess>()
// A child that waits for a guard which does not answer must not outlive the tests.
process.once('exit', () => {
  for (const child of stillRunning) child.kill('SIGKILL')
})

export interface Probe<T> {
  readonly pid: number
  readonly result: Promise<T>
  kill(): void
}

/** Runs `code` (see `prelude`) in a child with `args`; it ends with `done(result)`. */
export function startProbe<T>(code: string, args: unknown, timeoutMs = 20_000): Probe<T> {
  const child = spawn(process.execPath, ['-e', prelude + code, JSON.stringify(args)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  stillRunning.add(child)
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (exit, signal) => {
      clearTimeout(timer)
      stillRunning.delete(child)
      resolve(signal ?? exit)
    })
  })
  async function collect(): Promise<T> {
    const [out, err, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    if (end !== 0) throw new Error(`the child ended with ${end}: ${err}`)
    return JSON.parse(out) as T
  }
  return {
    pid: child.pid ?? 0,
    result: collect(),
    kill() {
      child.kill('SIGKILL')
    },
  }
}

export function probe<T>(code: string, args: unknown, timeoutMs?: number): Promise<T> {
  return startProbe<T>(code, args, timeoutMs).result
}

/** Opens one file in a process of its own. */
export function openOnce(path: string, timeoutMs?: number): Promise<Opened> {
  return probe<Opened>('done(open(args))', path, timeoutMs)
}

/** Opens the files one after the other, `pauseMs` apart, in one process. */
export function openEach(paths: readonly string[], pauseMs = 0, timeoutMs?: number): Promise<Opened[]> {
  const code = 'done(args.paths.map((path) => { pause(args.pauseMs); return open(path) }))'
  return probe<Opened[]>(code, { paths, pauseMs }, timeoutMs)
}

/** Writes files (path → content) from a child, one after the other. */
export async function writeEach(files: Readonly<Record<string, string>>): Promise<void> {
  await probe('for (const [path, data] of Object.entries(args)) fs.writeFileSync(path, data); done(0)', files)
}

export interface Latencies {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly max: number
}

/** Milliseconds, rounded to hundredths. */
export function latencies(opens: readonly Opened[]): Latencies {
  const sorted = opens.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const at = (share: number): number =>
    Math.round(100 * (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)) / 100
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) }
}
