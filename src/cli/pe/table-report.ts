// Several programs as a table, those that need a look in colour.

import { writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import type { PeSummary } from './json-report.ts'
import { levelStyles, statusStyles, type TableRow } from './row.ts'

export function tellTable(rows: readonly TableRow[], summary: PeSummary, terminal: Terminal): void {
  if (rows.length > 0) {
    writeTable(
      terminal,
      ['RISK', 'SIGNATURE', 'SIGNER', 'KIND', 'MACHINE', 'DESCRIPTION', 'FILE'],
      rows.map(({ path, kind, machine, status, code, signer, risk, level, description }) => [
        { text: String(risk), style: levelStyles[level] },
        { text: status === 'invalid' ? code : status, style: statusStyles[status] },
        signer,
        kind,
        machine,
        description,
        path,
      ]),
    )
    terminal.out('')
  }
  const { programs, valid, invalid, unsigned, unknown, high } = summary
  const counts = `signatures: ${valid} valid, ${invalid} invalid, ${unsigned} unsigned, ${unknown} unknown; ${high} of high risk`
  terminal.out(`${programs.toLocaleString('en')} programs; ${counts}`)
}
