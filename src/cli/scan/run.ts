// The run of `haechi scan`: walk → queue → threads → report, and one tally of it all.

import { AppError } from '../../base/app-error.ts'
import type { GlobSet } from '../../base/glob.ts'
import { type EngineOptions, load } from '../../engine/index.ts'
import { defaultLimits } from '../../engine/limits.ts'
import { isActionable } from '../../model/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { writeProblems } from '../render/problems.ts'
import type { Terminal } from '../render/terminal.ts'
import { type FileEntry, type Path } from './entry.ts'
import { failedVerdict } from './judge.ts'
import { ScanPool } from './pool.ts'
import { startProgress } from './progress.ts'
import type { Outcome } from './protocol.ts'
import { createReport, type Report, type ReportOptions } from './report.ts'
import type { Responder } from './respond.ts'
import type { Curer } from '../../response/index.ts'
import { countVerdict, emptyTally, exitCodeOf, type Tally } from './tally.ts'
import { walk, type WalkItem } from './walk.ts'

export interface ScanRun {
  readonly paths: readonly Path[]
  readonly engine: EngineOptions
  readonly threads: number
  readonly walk: { readonly follow: boolean; readonly oneFileSystem: boolean; readonly exclude: GlobSet }
  readonly report: ReportOptions
  /** Makes the responder; `undefined`: found files are told of, nothing else. */
  readonly respond: ((curer: Curer) => Responder) | undefined
  /** Heuristics below this score are told, not acted on. */
  readonly decisiveScore: number
  readonly terminal: Terminal
}

/** Over the engine's own time limit, which it keeps itself unless something is broken. */
const hangGraceMs = 10_000
/** Entries walked before the results that came in are handled. */
const walkSlice = 512

class Interrupted extends Error {}

export async function runScan(run: ScanRun): Promise<ExitCode> {
  const started = performance.now()
  const engine = load(run.engine)
  const { terminal } = run
  writeProblems(engine.problems, { terminal, json: run.report.json })
  const tally = emptyTally()
  const report = createReport(run.terminal, run.report)
  const respond = run.respond?.(engine.instance())
  const interrupted = await scanAll(run, { tally, report, shared: engine.shared, respond })
  const exitCode = interrupted ? exitCodes.interrupted : exitCodeOf(tally)
  report.summary({ tally, ms: performance.now() - started, version: engine.version(), interrupted, exitCode })
  return exitCode
}

interface Running {
  readonly tally: Tally
  readonly report: Report
  readonly shared: ReturnType<typeof load>['shared']
  readonly respond: Responder | undefined
}

/** True when Ctrl-C ended it. */
async function scanAll(run: ScanRun, { tally, report, shared, respond }: Running): Promise<boolean> {
  await using pool = new ScanPool({
    shared,
    threads: run.threads,
    hangMs: (run.engine.limits?.maxMs ?? defaultLimits.maxMs) + hangGraceMs,
    onOutcome: (entry, outcome) => settle(run, { tally, report, respond }, entry, outcome),
  })
  let walkEnded = false
  const progress = startProgress(run.terminal, run.report.quiet, {
    tally,
    waiting: () => pool.waiting,
    walkEnded: () => walkEnded,
  })
  const onSignal = (): void => pool.abort(new Interrupted())
  process.once('SIGINT', onSignal)
  process.once('SIGTERM', onSignal)
  try {
    let sinceYield = 0
    for (const item of walk(run.paths, run.walk)) {
      const room = item.kind !== 'file' || pool.add(item.entry)
      if (item.kind !== 'file') note(item, tally, report)
      if (++sinceYield < walkSlice && room) continue
      sinceYield = 0
      pool.pump()
      await pool.breathe()
      if (!room) await pool.roomy()
    }
    walkEnded = true
    await pool.drain()
    return false
  } catch (thrown) {
    if (thrown instanceof Interrupted) return true
    throw thrown
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    progress.stop()
  }
}

function note(item: Exclude<WalkItem, { kind: 'file' }>, tally: Tally, report: Report): void {
  switch (item.kind) {
    case 'excluded':
      tally.excluded++
      return
    case 'skipped':
      tally.skipped++
      report.skipped(item.path, item.why)
      return
    case 'problem': {
      const verdict = failedVerdict({ path: item.path }, item.message)
      countVerdict(tally, verdict)
      report.verdict(item.path, verdict)
    }
  }
}

function settle(
  run: ScanRun,
  { tally, report, respond }: Pick<Running, 'tally' | 'report' | 'respond'>,
  entry: FileEntry,
  outcome: Outcome,
): void {
  if (outcome.kind === 'skipped') {
    tally.skipped++
    report.skipped(entry.path, outcome.why)
    return
  }
  const { verdict, identity } = outcome
  countVerdict(tally, verdict)
  if (respond === undefined || identity === undefined || !isActionable(verdict, run.decisiveScore)) {
    report.verdict(entry.path, verdict)
    return
  }
  const responded = respond(entry, verdict, identity)
  const { response, problem } = responded
  if (response === 'failed' || response === 'left-in-place') tally.notResponded++
  report.verdict(entry.path, verdict, responded)
  if (problem !== undefined) run.terminal.err(`haechi: ${run.terminal.safe(problem)}`)
}

/** What `--jobs` may be. */
export function checkJobs(jobs: number): number {
  if (jobs >= 1 && jobs <= 256) return jobs
  throw new AppError('usage', `--jobs is between 1 and 256, not ${jobs}`)
}
