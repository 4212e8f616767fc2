// What would happen to one file, and by which rule. `haechi explain` asks a running guard, which knows its places
// as they are now, or explains the configuration.

import { once } from 'node:events'
import { realpathSync, statSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import { startThread } from '../base/program.ts'
import type { Config } from '../config/index.ts'
import type { TraceStep } from '../engine/index.ts'
import { type Place, Places, type Remembered, Selector } from '../gate/index.ts'
import type { Verdict } from '../model/index.ts'
import { Stat } from '../platform/linux/statx.ts'
import { openPath } from '../platform/linux/open-path.ts'
import { closeFd } from '../platform/linux/fanotify.ts'
import type { ExplainTask, Traced } from './explain-thread.ts'
import { type LoadedEngine, loadEngine } from './load-engine.ts'
import { engineOptions } from './settings.ts'

/** One step of the way from the question to the answer. */
export interface ExplainStep {
  readonly step: 'place' | 'kind' | 'cache' | 'exclusion' | 'process-exclusions' | 'mode' | 'policy'
  readonly outcome: string
  /** The file passes here without being judged. */
  readonly ends: boolean
}

export interface Explanation {
  /** The way of a question, before anything is scanned. */
  readonly steps: readonly ExplainStep[]
  /** What every format and detector did with the file and its members. */
  readonly trace: readonly TraceStep[]
  readonly verdict: Verdict
}

interface Known {
  readonly places: readonly Place[]
  readonly engine: LoadedEngine
  /** What a running guard remembers of a file; absent where none runs. */
  readonly remembered?: (path: string) => Remembered
}

/** Throws AppError `not-found`. A guard that runs this may read what it refuses to others. */
export async function explain(config: Config, path: string, known: Known): Promise<Explanation> {
  let real: string
  try {
    real = realpathSync(path, 'latin1')
  } catch (thrown) {
    throw new AppError('not-found', `cannot explain ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  // Before the scan: that is an open of our own, which nobody remembers.
  const cache = cacheStep(known.remembered?.(real))
  const [place, ...others] = questionSteps(config, real, known.places)
  const steps = [...(place === undefined ? [] : [place]), ...cache, ...others]
  return { steps, ...(await traced(path, known.engine)) }
}

/** In a thread: the main thread of a guard has no engine, and is not held up. */
async function traced(path: string, { shared, program }: LoadedEngine): Promise<Traced> {
  const data: ExplainTask = { path, shared }
  const worker = startThread(new URL('explain-thread.ts', import.meta.url), { data, program })
  try {
    const [answer] = (await once(worker, 'message')) as [Traced]
    return answer
  } finally {
    await worker.terminate()
  }
}

/** What the kernel or the table says before anything else is looked at. */
function cacheStep(remembered: Remembered | undefined): ExplainStep[] {
  if (remembered === undefined) return []
  return [{ step: 'cache', outcome: cacheTexts[remembered], ends: remembered === 'clean-in-kernel' }]
}

const cacheTexts = {
  'clean-in-kernel': 'judged clean and unchanged since: the kernel remembers it',
  'clean-in-table': 'judged clean and unchanged since: answered from the table',
  stuck: 'its scan hung and was ended: the deadline’s policy answers until it changes',
  nothing: 'nothing is remembered: it would be judged',
} as const satisfies Record<Remembered, string>

function questionSteps(config: Config, real: string, places: readonly Place[]): ExplainStep[] {
  const steps: ExplainStep[] = [placeStep(real, places)]
  if (!statSync(Buffer.from(real, 'latin1')).isFile()) {
    steps.push({ step: 'kind', outcome: 'not a regular file: opened without a question', ends: true })
    return steps
  }
  const { gate } = config
  const selector = new Selector({
    exclude: { paths: gate.exclude.paths, processes: [], uids: [] },
    extensions: gate.extensions,
  })
  const selection = selector.byPath(real)
  steps.push(
    selection.judged
      ? { step: 'exclusion', outcome: 'no exclusion by path or extension', ends: false }
      : { step: 'exclusion', outcome: `excluded by ${selection.rule}`, ends: true },
  )
  const byProcess = [...gate.exclude.processes, ...gate.exclude.users]
  if (byProcess.length > 0) {
    steps.push({
      step: 'process-exclusions',
      outcome: `passes when opened by ${byProcess.join(', ')}`,
      ends: false,
    })
  }
  steps.push({ step: 'mode', outcome: modes[gate.mode], ends: gate.mode === 'observe' })
  steps.push({
    step: 'policy',
    outcome:
      `found: deny${gate.onFound === 'deny' ? '' : ` and ${gate.onFound}`}; partial: ${gate.onPartial}; ` +
      `failed: ${gate.onFailed}; no verdict within ${gate.deadlineMs} ms: ${gate.onDeadline}`,
    ends: false,
  })
  return steps
}

const modes = {
  open: 'every open waits for the verdict',
  exec: 'only executions wait for the verdict',
  observe: 'nothing waits; files are judged after they were written or moved',
} as const

function placeStep(real: string, places: readonly Place[]): ExplainStep {
  if (places.length === 0) return { step: 'place', outcome: 'no place is guarded', ends: true }
  const stat = new Stat()
  const fd = openPath(real)
  try {
    const known = fd >= 0 && stat.read(fd)
    const position = known ? new Places(places).positionOf(real, stat.mountId, stat.links) : 'inside'
    const list = places
      .map((place) => `${Buffer.from(place.path, 'latin1').toString()} (${place.kind})`)
      .join(', ')
    return position === 'inside'
      ? { step: 'place', outcome: `inside the guarded places: ${list}`, ends: false }
      : { step: 'place', outcome: `outside the guarded places: ${list}`, ends: true }
  } finally {
    if (fd >= 0) closeFd(fd)
  }
}

/** The same where no guard runs: the places and the signatures of the configuration. */
export async function explainConfig(config: Config, path: string): Promise<Explanation> {
  const engine = await loadEngine(engineOptions(config))
  return explain(config, path, { places: config.gate.places, engine })
}
