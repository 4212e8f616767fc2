// haechi weblog: every file through one engine, so that an address is one actor in all of them; then the report.

import { statSync, writeFileSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { createWeblog, type Weblog } from '../../rules/weblog/index.ts'
import { parseTime } from '../../base/parse-time.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { hostFiles } from './host-files.ts'
import { htmlReport } from './html-report.ts'
import { findingJson, incidentJson, summaryJson } from './json-report.ts'
import { LineSplitter } from './line-splitter.ts'
import type { WeblogOptionValues } from './options.ts'
import { logBytes } from './read-log.ts'
import { type ReportData, ranked } from './report-data.ts'
import { textReport } from './text-report.ts'

const progressEveryMs = 200

export async function runWeblog(
  files: readonly string[],
  options: WeblogOptionValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const weblog = openWeblog(options)
  const started = performance.now()
  const formats: { file: string; format: string }[] = []
  let failed = 0
  for (const [index, file] of oldestFirst(files).entries()) {
    const state: FileState = { file, label: `${index + 1} of ${files.length}`, options, terminal }
    const format = await readFile(weblog, state)
    if (format === undefined) failed += 1
    else formats.push({ file, format })
  }
  terminal.status('')
  const data: ReportData = {
    files: formats,
    failedFiles: failed,
    counts: weblog.counts,
    incidents: ranked(weblog.incidents()),
    droppedIncidents: weblog.droppedIncidents,
    addresses: weblog.addresses,
    ms: performance.now() - started,
    hasRoots: options.root !== undefined,
  }
  tell(data, options, terminal)
  if (failed > 0) return exitCodes.error
  return data.counts.attacks > 0 ? exitCodes.found : exitCodes.clean
}

/** By the time of the last write, which rotation and compression keep: `access.log` stands before `access.log.1` in a glob. */
function oldestFirst(files: readonly string[]): string[] {
  const writtenMs = (file: string): number =>
    statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
  return files
    .map((file) => ({ file, ms: file === '-' ? Number.POSITIVE_INFINITY : writtenMs(file) }))
    .toSorted((a, b) => (a.ms === b.ms ? 0 : a.ms - b.ms))
    .map(({ file }) => file)
}

function openWeblog(options: WeblogOptionValues): Weblog {
  const sinceMs = timeOption('--since', options.since)
  const untilMs = timeOption('--until', options.until)
  return createWeblog({
    ...(options['min-confidence'] === undefined ? {} : { minConfidence: options['min-confidence'] }),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options['trusted-proxy'] === undefined ? {} : { trustedProxies: options['trusted-proxy'] }),
    ...(options.root === undefined ? {} : { fileAt: hostFiles(options.root) }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  })
}

function timeOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const microseconds = parseTime(text, Date.now())
  if (microseconds === undefined) throw new AppError('usage', `${name} is a time, not ${text}`)
  return microseconds / 1000
}

interface FileState {
  readonly file: string
  readonly label: string
  readonly options: WeblogOptionValues
  readonly terminal: Terminal
}

/** The format of the log, '' when no line had one; undefined when it could not be read to its end. */
async function readFile(weblog: Weblog, state: FileState): Promise<string | undefined> {
  const { file, options, terminal } = state
  const reader = weblog.openReader()
  let line = 0
  const splitter = new LineSplitter((text) => {
    line += 1
    const result = weblog.line(text, reader)
    if (options.json !== true || !('findings' in result)) return
    for (const finding of result.findings)
      terminal.out(jsonLine(findingJson(finding, result, { file, line })))
  })
  let shownMs = 0
  try {
    for await (const bytes of logBytes(file)) {
      splitter.push(bytes)
      if (options.quiet === true || performance.now() - shownMs < progressEveryMs) continue
      shownMs = performance.now()
      const { lines, attacks } = weblog.counts
      terminal.status(`${state.label}  ${file}  ${count(lines)} lines  ${count(attacks)} attacks`)
    }
    splitter.end()
    return reader.format
  } catch (thrown) {
    splitter.end()
    terminal.status('')
    terminal.err(`haechi: ${terminal.safe(file)}: ${terminal.safe(messageOf(thrown))}`)
    return undefined
  }
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function tell(data: ReportData, options: WeblogOptionValues, terminal: Terminal): void {
  if (options.json === true) {
    for (const incident of data.incidents) terminal.out(jsonLine(incidentJson(incident)))
    terminal.out(jsonLine(summaryJson(data)))
  } else textReport(data, options.limit ?? 20, terminal)
  if (options.html === undefined) return
  try {
    writeFileSync(options.html, htmlReport(data))
  } catch (thrown) {
    throw new AppError('permission', `the report cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
}
