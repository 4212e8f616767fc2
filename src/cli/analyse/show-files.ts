// Single artefacts: their records as a table, or as lines of JSON.

import { type ArtefactRecord, kindOfFile, type NumberedFinding, recordsOfFile } from '../../analysis/index.ts'
import { messageOf } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import { openFileSource } from '../../evidence/source.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { AnalyseOptionValues } from './options.ts'

type Finding = Omit<NumberedFinding, 'id' | 'evidence'>

const widths = { time: 27, is: 22, kind: 16 } as const
const shownNotes = 20
const maxTitle = 300

export function showFiles(
  paths: readonly string[],
  options: AnalyseOptionValues,
  terminal: Terminal,
): ExitCode {
  const isJson = options.json === true
  const sum = { damaged: 0, failed: 0, findings: 0 }
  const tellFinding = (finding: Finding): void => {
    sum.findings += 1
    tell({ id: sum.findings, ...finding }, isJson, terminal)
  }
  if (!isJson) terminal.out(terminal.style('bold', columns('TIME', 'WHAT', 'KIND', 'RECORD')))
  for (const path of paths) {
    const notes = new Notes(200)
    try {
      using source = openFileSource(path)
      const kind = kindOfFile(source)
      if (kind === undefined) continue
      for (const record of recordsOfFile(source, kind, { notes, told: tellFinding }))
        write(record, isJson, terminal)
    } catch (thrown) {
      sum.failed += 1
      terminal.err(`haechi: ${terminal.safe(messageOf(thrown))}`)
    }
    sum.damaged += notes.kept.length
    if (options.quiet !== true) tellNotes(path, notes, terminal)
  }
  if (sum.failed > 0) return exitCodes.error
  if (sum.findings > 0) return exitCodes.found
  return sum.damaged > 0 ? exitCodes.partial : exitCodes.clean
}

function tellNotes(path: string, { kept }: Notes, terminal: Terminal): void {
  for (const { text, offset } of kept.slice(0, shownNotes))
    terminal.err(`haechi: ${terminal.safe(`${path}${offset === undefined ? '' : ` at ${offset}`}: ${text}`)}`)
}

function write(record: ArtefactRecord, isJson: boolean, terminal: Terminal): void {
  const { kind, source, times, title, data } = record
  if (isJson) {
    terminal.out(jsonLine({ type: 'artefact', version: 1, kind, source, times, title, data }))
    return
  }
  const shown = title.replaceAll(/\s+/g, ' ')
  const [first, ...more] = times
  terminal.out(
    terminal.safe(
      columns(
        first?.time ?? '-',
        first?.is ?? '',
        kind,
        shown.length > maxTitle ? `${shown.slice(0, maxTitle)}…` : shown,
      ),
    ),
  )
  for (const { time, is } of more) terminal.out(terminal.safe(columns(time, is, '', '')).trimEnd())
}

function tell(finding: NumberedFinding, isJson: boolean, terminal: Terminal): void {
  if (isJson) terminal.out(jsonLine({ type: 'finding', version: 1, ...finding }))
  else
    terminal.err(
      `haechi: ${finding.level}: ${terminal.safe(`${finding.title}: ${finding.what}. ${finding.why}`)}`,
    )
}

function columns(time: string, is: string, kind: string, title: string): string {
  return `${time.replace('T', ' ').padEnd(widths.time)}  ${is.padEnd(widths.is)}  ${kind.padEnd(widths.kind)}  ${title}`
}
