// haechi evtx: files to readers, what they tell to the terminal.

import { AppError } from '../../base/app-error.ts'
import { parseTime } from '../../base/parse-time.ts'
import { parseWhere } from '../../store/where/parser.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import type { EvtxSummaryLine } from '../../model/evtx-lines.ts'
import { logFiles } from './files.ts'
import type { EvtxPlan, FileSum, Told } from './job.ts'
import { detectionHead, recordHead } from './lines.ts'
import { LogReader } from './log-reader.ts'
import type { EvtxOptionValues } from './options.ts'
import { type ReaderEvents, readInThreads } from './readers.ts'

const defaultThreads = 2
const progressEveryMs = 200
const mostNotes = 10
const mostProblems = 20

export async function runEvtx(
  operands: readonly string[],
  options: EvtxOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const plan = planOf(options)
  const files = logFiles(operands, plan.carve)
  if (files.length === 0)
    throw new AppError('not-found', `there are no .evtx files in ${operands.join(', ')}`)
  const report = new Report({ plan, options, terminal, fileCount: files.length })
  report.begin()
  const threads = Math.min(await threadsOf(plan, options), files.length)
  if (threads > 1) await readInThreads(files, { plan, threads }, report)
  else readHere(files, plan, report)
  return report.end()
}

function readHere(files: readonly string[], plan: EvtxPlan, report: Report): void {
  const reader = new LogReader(plan)
  report.onProblems(reader.problems)
  for (const file of files) {
    const batches = reader.read(file)
    for (let step = batches.next(); ; step = batches.next()) {
      if (step.done === true) {
        report.onFile(step.value)
        break
      }
      report.onLines(step.value.lines)
    }
  }
}

/**
 * Reading rules takes longer than running them over a hundred megabytes, and each thread has its own. Rules that count over
 * several records must see all of them.
 */
async function threadsOf({ sigma }: EvtxPlan, { threads }: EvtxOptionValues): Promise<number> {
  if (sigma.length === 0) return threads ?? defaultThreads
  if (threads === undefined || threads === 1) return 1
  const { readSigmaFiles } = await import('../../config/index.ts')
  return readSigmaFiles(sigma).files.some(({ text }) => /^correlation:/m.test(text)) ? 1 : threads
}

/** Throws AppError for what is no time or no filter. */
function planOf(options: EvtxOptionValues): EvtxPlan {
  if (options.where !== undefined) parseWhere(options.where, Date.now())
  const plainOrXml = options.xml === true ? 'xml' : 'text'
  return {
    format: options.json === true ? 'json' : plainOrXml,
    where: options.where,
    sinceMs: timeOption('--since', options.since) ?? Number.NEGATIVE_INFINITY,
    untilMs: timeOption('--until', options.until) ?? Number.POSITIVE_INFINITY,
    carve: options.carve === true,
    sigma: options.sigma ?? [],
    leastLevel: options.level ?? 'low',
  }
}

function timeOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const microseconds = parseTime(text, Date.now())
  if (microseconds === undefined) throw new AppError('usage', `${name} is a time, not ${text}`)
  return microseconds / 1000
}

const levelStyles: Readonly<Record<string, Style>> = { critical: 'red', high: 'red', medium: 'yellow' }

interface ReportParts {
  readonly plan: EvtxPlan
  readonly options: EvtxOptionValues
  readonly terminal: Terminal
  readonly fileCount: number
}

/** Owns what is told of all files. */
class Report implements ReaderEvents {
  private readonly plan: EvtxPlan
  private readonly terminal: Terminal
  private readonly isQuiet: boolean
  private readonly fileCount: number
  private readonly timeline: Told[] | undefined
  private readonly started = performance.now()
  private readonly sum = { files: 0, failedFiles: 0, bytes: 0, records: 0, shown: 0, notes: 0 }
  private lines = 0
  private toldMs = 0

  constructor({ plan, options, terminal, fileCount }: ReportParts) {
    this.plan = plan
    this.terminal = terminal
    this.fileCount = fileCount
    this.isQuiet = options.quiet === true
    this.timeline = options.timeline === true ? [] : undefined
  }

  begin(): void {
    const { format, sigma } = this.plan
    if (format === 'xml') this.terminal.out('<?xml version="1.1" encoding="UTF-8"?>\n<Events>')
    if (format === 'text')
      this.terminal.out(this.terminal.style('bold', sigma.length > 0 ? detectionHead : recordHead))
  }

  onProblems(problems: readonly string[]): void {
    for (const problem of problems.slice(0, mostProblems)) this.complain(problem)
    if (problems.length > mostProblems)
      this.complain(
        `${problems.length - mostProblems} more Sigma rules are faulty; haechi rules lint shows them`,
      )
  }

  onLines(lines: readonly Told[]): void {
    this.lines += lines.length
    if (this.timeline === undefined) for (const line of lines) this.write(line)
    else for (const line of lines) this.timeline.push(line)
    this.progress('')
  }

  onFile({ file, bytes, records, shown, notes, droppedNotes, failure }: FileSum): void {
    const { sum } = this
    sum.files += 1
    sum.bytes += bytes
    sum.records += records
    sum.shown += shown
    sum.notes += notes.length + droppedNotes
    if (failure !== undefined) {
      sum.failedFiles += 1
      this.complain(failure.startsWith(file) ? failure : `${file}: ${failure}`)
    }
    if (this.isQuiet) return
    for (const { offset, text } of notes.slice(0, mostNotes))
      this.complain(`${file}${offset === undefined ? '' : ` at ${offset}`}: ${text}`)
    const more = notes.length + droppedNotes - Math.min(notes.length, mostNotes)
    if (more > 0) this.complain(`${file}: ${more} more places are damaged`)
    this.progress(file)
  }

  end(): ExitCode {
    const { terminal, sum, plan } = this
    terminal.status('')
    for (const line of (this.timeline ?? []).toSorted((a, b) => a.timeMs - b.timeMs)) this.write(line)
    const ms = Math.round(performance.now() - this.started)
    if (plan.format === 'xml') terminal.out('</Events>')
    if (plan.format === 'json') {
      const line: EvtxSummaryLine = { type: 'evtx-summary', version: 1, ...sum, ms }
      terminal.out(jsonLine(line))
    } else if (!this.isQuiet) {
      const what = plan.sigma.length > 0 ? `${this.lines} detections` : `${sum.shown} shown`
      terminal.err(`${sum.files} files, ${sum.records} records, ${what}, ${(ms / 1000).toFixed(1)} s`)
    }
    if (sum.failedFiles > 0) return exitCodes.error
    if (plan.sigma.length > 0 && this.lines > 0) return exitCodes.found
    return sum.notes > 0 ? exitCodes.partial : exitCodes.clean
  }

  private write({ text, level }: Told): void {
    const style = levelStyles[level]
    this.terminal.out(
      this.plan.format === 'text' && style !== undefined ? this.terminal.style(style, text) : text,
    )
  }

  private complain(text: string): void {
    this.terminal.err(`haechi: ${this.terminal.safe(text)}`)
  }

  private progress(file: string): void {
    if (this.isQuiet || performance.now() - this.toldMs < progressEveryMs) return
    this.toldMs = performance.now()
    this.terminal.status(`${this.sum.files} of ${this.fileCount}  ${this.lines} lines  ${file}`)
  }
}
