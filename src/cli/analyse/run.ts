// haechi analyse: which way the operands go, and the whole analysis of a host.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import {
  analyse,
  type AnalyseOptions,
  type Analysis,
  defaultScanLimits,
  hostZone,
  type TimelineChoice,
  type TimelineFormat,
  timelineFormats,
} from '../../analysis/index.ts'
import { AppError } from '../../base/app-error.ts'
import { parseTime } from '../../base/parse-time.ts'
import { loadConfig, sigmaPathsOf } from '../../config/index.ts'
import { load } from '../../engine/index.ts'
import { addRoots } from '../../evidence/authenticode/index.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { loadImportTable } from '../../evidence/import-risk/index.ts'
import { parseWhere } from '../../store/where/parser.ts'
import { compilePredicate } from '../../store/where/predicate.ts'
import { engineContent, layContent } from '../content.ts'
import { HeapKeeper } from '../evtx/heap-keeper.ts'
import { loadRules } from '../evtx/rules.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { believedRoots } from '../pe/roots.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { analysisPage } from './html/page.ts'
import type { AnalyseOptionValues } from './options.ts'
import { showFiles } from './show-files.ts'
import { mediaOf, natureOf } from './sources.ts'
import { summaryLine, writeFindings, writeSummary } from './summary.ts'

const progressEveryMs = 200
const heapGrownBytes = 20 * 1024 * 1024

export async function runAnalyse(
  operands: readonly string[],
  options: AnalyseOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const artefacts = operands.filter((path) => natureOf(path) === 'artefact')
  if (artefacts.length === operands.length) return showFiles(artefacts, options, terminal)
  const folder = outputFolder(options.output, operands)
  const media = await mediaOf(operands, { identity: options.identity, temporary: dirname(folder) })
  try {
    mkdirSync(folder, { recursive: true })
    liveIn(media.flatMap(({ trees }) => trees))
    const started = await optionsOf(options, terminal)
    const analysis = await analyse({
      ...started,
      trees: media.flatMap(({ trees }) => trees),
      live: media.flatMap(({ live }) => (live === undefined ? [] : [live])),
      mediumNotes: media.map(({ path, notes }) => ({ source: path, notes })),
      output: folder,
      progress: progressOf(options, terminal),
    })
    terminal.status('')
    writeIncidents(analysis, folder)
    writeFileSync(join(folder, 'report.html'), analysisPage(analysis, { made: new Date().toISOString() }))
    if (options.json === true) {
      writeFindings(folder, terminal)
      terminal.out(jsonLine(summaryLine(analysis)))
    } else writeSummary(analysis, folder, { terminal, isQuiet: options.quiet === true })
    return exitOf(analysis)
  } finally {
    for (const medium of media) medium[Symbol.dispose]()
  }
}

/** Lines of logs without a zone are in that of their host: for the time of this process it is ours too. */
function liveIn(trees: readonly EvidenceTree[]): void {
  const zone = trees.map((tree) => hostZone(tree)).find((name) => name !== undefined)
  if (zone !== undefined) process.env['TZ'] = zone
}

/** Throws AppError for what is no time, filter or format, and for rules that cannot be read. */
async function optionsOf(
  options: AnalyseOptionValues,
  terminal: Terminal,
): Promise<Omit<AnalyseOptions, 'trees' | 'live' | 'mediumNotes' | 'output' | 'progress'>> {
  const choice = choiceOf(options)
  const formats = formatsOf(options)
  const { config } = await loadConfig({ file: options.config })
  const roots = believedRoots()
  for (const path of options.roots ?? []) addRoots(roots, path)
  const rules = loadRules(
    [...sigmaPathsOf(config), ...(options.sigma ?? [])],
    options.level ?? 'low',
    anyProduct,
  )
  for (const problem of rules.problems.slice(0, 20)) terminal.err(`haechi: ${terminal.safe(problem)}`)
  return {
    choice,
    formats,
    isFullMft: options.mft === true,
    sigma: rules.sigma,
    scanner:
      options['no-scan'] === true
        ? undefined
        : {
            instance: load(
              await engineContent({ ...config, engine: layContent(config.engine, options) }),
            ).instance(),
            limits: { ...defaultScanLimits, maxMs: options['scan-time'] ?? defaultScanLimits.maxMs },
          },
    roots,
    importTable: loadImportTable(),
    nowMs: Date.now(),
  }
}

const anyProduct = new Set(['windows', 'linux', 'haechi'])

function choiceOf(options: AnalyseOptionValues): TimelineChoice {
  const { where, kind } = options
  return {
    sinceMs: timeOption('--since', options.since) ?? Number.NEGATIVE_INFINITY,
    untilMs: timeOption('--until', options.until) ?? Number.POSITIVE_INFINITY,
    kinds: kind === undefined ? undefined : new Set(kind),
    fits: where === undefined ? undefined : compilePredicate(parseWhere(where, Date.now())),
  }
}

function formatsOf({ format = ['jsonl'] }: AnalyseOptionValues): TimelineFormat[] {
  return [...new Set(format)].map((name) => {
    const known = timelineFormats.find((one) => one === name)
    if (known === undefined)
      throw new AppError('usage', `--format is ${timelineFormats.join(', ')}, not ${name}`)
    return known
  })
}

function timeOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const microseconds = parseTime(text, Date.now())
  if (microseconds === undefined) throw new AppError('usage', `${name} is a time, not ${text}`)
  return microseconds / 1000
}

/** One that has something in it is somebody's work. */
function outputFolder(given: string | undefined, operands: readonly string[]): string {
  const folder = resolve(given ?? `${basename(resolve(operands[0] ?? '.')) || 'host'}-analysis`)
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new AppError('usage', `${folder} is there and not empty`, {
      hint: 'name another folder: --output DIR',
    })
  return folder
}

function progressOf({ quiet }: AnalyseOptionValues, terminal: Terminal): AnalyseOptions['progress'] {
  let toldMs = 0
  const heap = new HeapKeeper(heapGrownBytes)
  return (stage, detail) => {
    heap.keep()
    if (quiet === true || performance.now() - toldMs < progressEveryMs) return
    toldMs = performance.now()
    terminal.status(`${stage}  ${detail}`)
  }
}

function writeIncidents({ incidents }: Analysis, folder: string): void {
  const lines = incidents.map((incident) => `${jsonLine({ type: 'incident', ...incident })}\n`)
  writeFileSync(join(folder, 'incidents.jsonl'), lines.join(''), { mode: 0o600 })
}

function exitOf({ findingsByLevel, incidents, notes }: Analysis): ExitCode {
  const { critical, high, medium } = findingsByLevel
  if (critical + high + medium + incidents.length > 0) return exitCodes.found
  return notes.length > 0 ? exitCodes.partial : exitCodes.clean
}
