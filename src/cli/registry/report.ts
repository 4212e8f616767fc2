// haechi registry --report: what hives tell about one subject, as a table or as JSON.

import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import type { LoadedHive } from './load-hives.ts'
import { type HiveOptions, openHives } from './open-hives.ts'
import type { reports } from './options.ts'
import { type Section, subjects } from './subjects.ts'

/** Notes of one hive that a report tells. */
const notesEach = 3

export async function runReport(
  subject: (typeof reports)[number],
  paths: readonly string[],
  options: HiveOptions & { readonly json?: boolean | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  using opened = await openHives(paths, options, terminal)
  const { hives, failed } = opened
  for (const section of subjects[subject](hives)) {
    if (options.json === true) for (const { line } of section.rows) terminal.out(jsonLine(line))
    else writeSection(section, terminal)
  }
  if (failed > 0 || hives.length === 0) {
    if (hives.length === 0) terminal.err('haechi: no registry hive was found')
    return exitCodes.error
  }
  return tellNotes(hives, terminal)
}

function writeSection({ title, head, rows }: Section, terminal: Terminal): void {
  const lines = [...rows]
  if (lines.length === 0) return
  terminal.out(terminal.style('bold', title))
  writeTable(
    terminal,
    head,
    lines.map(({ cells }) => cells),
  )
  terminal.out('')
}

/** 3 where a hive could not be read completely. */
export function tellNotes(hives: readonly LoadedHive[], terminal: Terminal): ExitCode {
  let isPartial = false
  for (const { file, hive } of hives) {
    const { kept, dropped } = hive.notes
    if (kept.length === 0) continue
    isPartial = true
    for (const { text } of kept.slice(0, notesEach))
      terminal.err(`haechi: ${terminal.safe(`${file}: ${text}`)}`)
    const more = kept.length + dropped - notesEach
    if (more > 0) terminal.err(`haechi: ${terminal.safe(file)}: ${more.toLocaleString('en')} more such notes`)
  }
  return isPartial ? exitCodes.partial : exitCodes.clean
}
