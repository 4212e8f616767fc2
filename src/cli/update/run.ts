// The run of `haechi update`: the update service with this command's settings, its report, and the reload of a guard.

import { type Config, formatSize } from '../../config/index.ts'
import { engineVersion } from '../../engine/index.ts'
import type { UpdateLine } from '../../model/output.ts'
import { type Source, type SourceResult, update, type UpdateRequest } from '../../updates/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { reloadGuard } from '../guard/reload.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import { engineVerifier } from './verifier.ts'

export interface UpdateRun {
  readonly config: Config
  readonly sources: readonly Source[]
  readonly terminal: Terminal
  readonly json: boolean
  readonly wishes: UpdateRequest['wishes']
}

/** The progress line is written so often at most. */
const progressMs = 100

export async function runUpdate(run: UpdateRun): Promise<ExitCode> {
  const { terminal, json } = run
  if (run.sources.length === 0 && !json) {
    terminal.out('no sources are configured; see [update] in docs/reference/config.md')
  }
  const results = await update(requestOf(run))
  terminal.status('')
  const isReloaded =
    results.every(({ result }) => result !== 'updated') ||
    (await reloadGuard({ config: run.config, terminal, json }))
  const isDone = results.every(({ problems }) => problems.length === 0)
  return isDone && isReloaded ? exitCodes.clean : exitCodes.error
}

function requestOf({ config, sources, wishes, terminal, json }: UpdateRun): UpdateRequest {
  const { update: settings } = config
  let shownAt = Number.NEGATIVE_INFINITY
  return {
    sources,
    directory: settings.directory,
    keep: settings.keep,
    wishes,
    http: {
      userAgent: `haechi/${engineVersion}`,
      ...(settings.caFile === '' ? {} : { caFile: settings.caFile }),
      idleMs: settings.timeoutMs,
      totalMs: settings.maxTimeMs,
      retries: settings.retries,
      retryWaitMs: settings.retryWaitMs,
    },
    bounds: {
      maxBytes: settings.maxBytes,
      maxUnpackedBytes: settings.maxUnpackedBytes,
      maxDiffs: settings.maxDiffs,
    },
    verifier: engineVerifier(),
    onBytes(source, what, bytes, total) {
      const now = performance.now()
      if (now - shownAt < progressMs) return
      shownAt = now
      const of = total === undefined ? '' : ` of ${formatSize(total)}`
      terminal.status(`${source}: ${what}  ${formatSize(bytes)}${of}`)
    },
    onResult(result) {
      terminal.status('')
      if (json) terminal.out(jsonLine(lineOf(result)))
      else report(result, terminal)
    },
  }
}

const words = {
  updated: ['green', 'updated'],
  current: ['dim', 'current'],
  available: ['cyan', 'new'],
  failed: ['red', 'failed'],
} as const satisfies Record<SourceResult['result'], readonly [Style, string]>

function report({ source, result, before, after, notes, problems }: SourceResult, terminal: Terminal): void {
  const [style, word] = words[result]
  const was = before === undefined || before === after ? '' : ` (before: ${before})`
  const text = result === 'failed' ? (before ?? 'nothing was installed before') : `${after ?? ''}${was}`
  terminal.out(`${terminal.style(style, word.padEnd(8))} ${terminal.safe(`${source.name}: ${text}`)}`)
  for (const note of notes) terminal.out(`         ${terminal.safe(note)}`)
  for (const problem of problems) terminal.err(`haechi: ${terminal.safe(`${source.name}: ${problem}`)}`)
}

function lineOf({ source, before, after, folder, ...result }: SourceResult): UpdateLine {
  return {
    type: 'update',
    version: 1,
    source: source.name,
    kind: source.kind,
    result: result.result,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(folder === undefined ? {} : { folder }),
    notes: [...result.notes],
    problems: [...result.problems],
    ms: result.ms,
  }
}
