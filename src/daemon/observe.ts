// What a user without root gets: inotify tells which files below the places were written or moved in, and they are
// judged afterwards. Nothing is ever refused.

import { type FSWatcher, lstatSync, watch } from 'node:fs'
import { basename, join } from 'node:path'

import { messageOf } from '../base/app-error.ts'
import type { Judged } from '../api/clamd/index.ts'
import type { GateOptions, GateStatus } from '../gate/index.ts'
import type { Verdict } from '../model/index.ts'
import { ScanPool } from './scan-pool.ts'
import type { Watch } from './watch.ts'

/** Writes come in runs: a file is judged when it has been quiet for this long. */
const quietMs = 100
const maxPending = 10_000
/** Longer than the longest scan by this: its thread hangs. */
const hangGraceMs = 10_000

/** `maxScanMs`: how long a scan may take. */
export function observe(options: GateOptions, maxScanMs: number): Watch {
  const { settings, onNotice, engine, program } = options
  const pool = new ScanPool({
    shared: engine.shared,
    program,
    threads: 1,
    hangMs: maxScanMs + hangGraceMs,
    onNotice,
  })
  const stopping = new AbortController()
  const pending = new Map<string, NodeJS.Timeout>()
  let isFlooded = false
  let judging = 0
  const counts = { scanned: 0, found: 0, partial: 0, failed: 0 }

  async function judge(path: string): Promise<void> {
    pending.delete(path)
    if (pending.size === 0) isFlooded = false
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return
    const started = performance.now()
    const name = Buffer.from(path).toString('latin1')
    judging++
    const judged = await pool.scan({
      target: { kind: 'path', path: name, follow: false },
      label: path,
      allMatches: true,
      signal: stopping.signal,
    })
    judging--
    const verdict = verdictOf(judged, basename(path))
    if (verdict === undefined) return
    counts.scanned++
    if (verdict.status !== 'clean') counts[verdict.status]++
    else if (!settings.verbose) return
    options.onDecision({
      type: 'decision',
      kind: 'close-write',
      path: name,
      verdict,
      decision: 'allow',
      pid: 0,
      uid: -1,
      process: '',
      commandLine: '',
      instance: 0,
      us: Math.round((performance.now() - started) * 1000),
      device: 0,
      inodeLow: 0,
      inodeHigh: 0,
    })
  }

  function touched(path: string): void {
    if (pending.size + judging >= maxPending && !pending.has(path)) {
      // Once for each flood, or the notices would be one.
      if (!isFlooded) onNotice(`more than ${maxPending} files changed at once: not all of them are judged`)
      isFlooded = true
      return
    }
    clearTimeout(pending.get(path))
    pending.set(
      path,
      setTimeout(() => void judge(path), quietMs),
    )
  }

  const watchers = settings.places.flatMap((place): FSWatcher[] => {
    const directory = Buffer.from(place.path, 'latin1').toString()
    const watcher = watch(directory, { recursive: true }, (_, name) => {
      if (name !== null) touched(join(directory, name))
    })
    watcher.on('error', (thrown) => {
      onNotice(`${directory} is watched incompletely: ${messageOf(thrown)}`)
    })
    return [watcher]
  })

  return {
    status: (): GateStatus => ({
      places: settings.places,
      instances: 1,
      spares: 0,
      counters: { ...zeroCounters, ...counts },
      latencyUs: { p50: 0, p99: 0, max: 0 },
      queued: pending.size + judging,
      replaced: 0,
      swept: undefined,
    }),
    remembered: () => 'nothing',
    reload({ shared }) {
      pool.reload(shared)
    },
    stop() {
      stopping.abort()
      for (const watcher of watchers) watcher.close()
      for (const timer of pending.values()) clearTimeout(timer)
      return pool.stop()
    },
  }
}

/** Undefined: it is nothing to judge (any more). */
function verdictOf(judged: Judged, name: string): Verdict | undefined {
  if (judged.kind === 'verdict') return judged.verdict
  if (judged.kind !== 'unopened' || judged.code === 'ENOENT') return undefined
  const message = `cannot be opened: ${judged.code}`
  return {
    status: 'failed',
    detections: [],
    reasons: [{ code: 'unreadable', chain: [name], message }],
    size: 0,
    ms: 0,
  }
}

const zeroCounters: GateStatus['counters'] = {
  questions: 0,
  allowed: 0,
  denied: 0,
  scanned: 0,
  cacheHits: 0,
  outside: 0,
  excluded: 0,
  found: 0,
  partial: 0,
  failed: 0,
  deadlines: 0,
  deferred: 0,
  written: 0,
  marksSet: 0,
}
