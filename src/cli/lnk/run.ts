// haechi lnk: shortcuts and entries of jump lists to rows, pages or lines.

import { artefactFiles, readArtefacts } from '../evidence/artefacts.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import { type FoundLink, readLinks } from './links.ts'
import { tellWhole } from './whole.ts'

interface Options {
  readonly json?: boolean
  readonly all?: boolean
}

interface Row {
  readonly file: string
  readonly link: FoundLink
}

const names = /\.(?:lnk|automaticDestinations-ms|customDestinations-ms)$/i

export function runLnk(operands: readonly string[], options: Options, terminal: Terminal): ExitCode {
  const { artefacts, sum } = readArtefacts(artefactFiles(operands, names), terminal, readLinks)
  const rows = artefacts.flatMap(({ file, value }) => value.map((link) => ({ file, link })))
  if (options.json === true) {
    for (const { file, link } of rows) terminal.out(jsonLine({ type: 'lnk', version: 1, file, ...link }))
    const counts = { files: sum.read, failedFiles: sum.failed, links: rows.length, notes: sum.notes }
    terminal.out(jsonLine({ type: 'lnk-summary', version: 1, ...counts }))
  } else if (options.all === true || rows.length === 1) {
    for (const { file, link } of rows) tellWhole(file, link, terminal)
  } else if (rows.length > 0) {
    writeTable(terminal, ['OPENED OR MODIFIED', 'COMPUTER', 'FILE', 'TARGET'], rows.map(cells))
  }
  if (sum.failed > 0) return exitCodes.error
  return sum.notes > 0 ? exitCodes.partial : exitCodes.clean
}

function cells({ file, link: { lnk, entry } }: Row): string[] {
  const time = entry?.lastAccessed ?? lnk?.modified
  const target = lnk?.path ?? entry?.path ?? '-'
  return [
    time === undefined ? '-' : time.slice(0, 19).replace('T', ' '),
    lnk?.tracker?.machineId ?? entry?.hostname ?? '',
    file.slice(file.lastIndexOf('/') + 1),
    lnk?.arguments === undefined ? target : `${target} ${lnk.arguments}`,
  ]
}
