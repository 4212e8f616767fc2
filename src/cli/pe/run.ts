// haechi pe: every program through all readers; one in full, several as a table, or as JSON lines.

import { messageOf } from '../../base/app-error.ts'
import { loadImportTable } from '../../evidence/import-risk/index.ts'
import { openFileSource } from '../../evidence/source.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { type Examined, type Examiner, examine } from '../../analysis/programs/examine.ts'
import { type Found, programFiles } from './files.ts'
import { peLine, type PeSummary, summaryLine } from './json-report.ts'
import type { PeOptionValues } from './options.ts'
import { rowOf, type TableRow } from './row.ts'
import { tellTable } from './table-report.ts'
import { tellProgram } from './text-report.ts'
import { openVerifier } from './trust.ts'

const progressEveryMs = 200
/** Rows of a table that are kept; a table of more is nothing for people. */
const maxRows = 200_000

export function runPe(operands: readonly string[], options: PeOptionValues, terminal: Terminal): ExitCode {
  const nowMs = Date.now()
  const examiner: Examiner = {
    verifier: openVerifier(options, terminal, nowMs),
    table: loadImportTable(),
    nowMs,
  }
  const summary: PeSummary = {
    programs: 0,
    failed: 0,
    valid: 0,
    invalid: 0,
    unsigned: 0,
    unknown: 0,
    high: 0,
    broken: 0,
  }
  const rows: TableRow[] = []
  const started = performance.now()
  let shownMs = 0
  const isTable = options.json !== true && options.verbose !== true
  let first: Examined | undefined
  for (const found of programFiles(operands)) {
    if (options.quiet !== true && performance.now() - shownMs > progressEveryMs) {
      shownMs = performance.now()
      terminal.status(`${summary.programs.toLocaleString('en')} programs  ${found.path}`)
    }
    const examined = lookAt(found, examiner, terminal)
    if (examined === 'failed') summary.failed += 1
    if (examined === 'failed' || examined === undefined) continue
    count(summary, examined)
    if (options.json === true) terminal.out(jsonLine(peLine(examined)))
    else if (!isTable) tellProgram(examined, { isVerbose: true }, terminal)
    else if (first === undefined) first = examined
    if (isTable && rows.length < maxRows) rows.push(rowOf(examined))
  }
  terminal.status('')
  const ms = Math.round(performance.now() - started)
  if (options.json === true) terminal.out(jsonLine(summaryLine(summary, ms)))
  else if (isTable && first !== undefined && rows.length === 1)
    tellProgram(first, { isVerbose: false }, terminal)
  else if (isTable) tellTable(rows, summary, terminal)
  if (summary.failed > 0) return exitCodes.error
  return summary.high > 0 || summary.broken > 0 ? exitCodes.found : exitCodes.clean
}

function lookAt(found: Found, examiner: Examiner, terminal: Terminal): Examined | 'failed' | undefined {
  const { path, isNamed, fault } = found
  const fail = (text: string): 'failed' => {
    terminal.err(`haechi: ${terminal.safe(path)}: ${terminal.safe(text)}`)
    return 'failed'
  }
  if (fault !== undefined) return fail(fault)
  try {
    using source = openFileSource(path)
    const examined = examine(path, source, examiner)
    return examined === undefined && isNamed ? fail('not a program of Windows') : examined
  } catch (thrown) {
    return fail(messageOf(thrown))
  }
}

function count(summary: PeSummary, { trust, risk }: Examined): void {
  summary.programs += 1
  summary[trust.status] += 1
  if (risk.level === 'high') summary.high += 1
  if (trust.code === 'TRUST_E_BAD_DIGEST') summary.broken += 1
}
