// What a user without root gets: inotify tells which files below the places were written or moved in, and they are
// judged afterwards. Nothing is ever refused.

import { type FSWatcher, lstatSync, watch } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../base/app-error.ts'
import type { Engine, Instance } from '../engine/index.ts'
import type { GateOptions, GateStatus } from '../gate/index.ts'
import type { Watch } from './watch.ts'

/** Writes come in runs: a file is judged when it has been quiet for this long. */
const quietMs = 100
const maxPending = 10_000

export function observe(options: GateOptions): Watch {
  const { settings, onNotice } = options
  let instance: Instance = options.engine.instance()
  const pending = new Map<string, NodeJS.Timeout>()
  let isFlooded = false
  const counts = { scanned: 0, found: 0, partial: 0, failed: 0 }

  function judge(path: string): void {
    pending.delete(path)
    if (pending.size === 0) isFlooded = false
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return
    const started = performance.now()
    const verdict = instance.scan(path)
    counts.scanned++
    if (verdict.status !== 'clean') counts[verdict.status]++
    else if (!settings.verbose) return
    options.onDecision({
      type: 'decision',
      kind: 'close-write',
      path: Buffer.from(path).toString('latin1'),
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
    if (pending.size >= maxPending && !pending.has(path)) {
      // Once for each flood, or the notices would be one.
      if (!isFlooded) onNotice(`more than ${maxPending} files changed at once: not all of them are judged`)
      isFlooded = true
      return
    }
    clearTimeout(pending.get(path))
    pending.set(path, setTimeout(judge, quietMs, path))
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
      queued: pending.size,
      replaced: 0,
      swept: undefined,
    }),
    remembered: () => 'nothing',
    reload(engine: Engine) {
      instance = engine.instance()
    },
    stop() {
      for (const watcher of watchers) watcher.close()
      for (const timer of pending.values()) clearTimeout(timer)
      return Promise.resolve()
    },
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
