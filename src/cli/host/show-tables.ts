// Commands that show what the host has now: tables of a snapshot, taken on the spot.

import type { SnapshotTable } from '../../daemon/index.ts'
import { jsonLine } from '../render/json-line.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'

type Row = SnapshotTable['rows'][number]

export interface Column {
  readonly head: string
  readonly text: (row: Row) => Cell | string
}

/** A column of the table as it is. */
export function column(head: string, name: string): Column {
  return { head, text: (row) => cellText(row[name]) }
}

export function cellText(value: string | number | boolean | null | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

export function showTable(
  rows: readonly Row[],
  columns: readonly Column[],
  { terminal, json, name }: { terminal: Terminal; json: boolean; name: string },
): void {
  if (json) {
    for (const row of rows) terminal.out(jsonLine({ type: name, version: 1, ...row }))
    return
  }
  writeTable(
    terminal,
    columns.map(({ head }) => head),
    rows.map((row) => columns.map(({ text }) => text(row))),
  )
}

export function showProblems(tables: readonly SnapshotTable[], terminal: Terminal): void {
  for (const { name, problems } of tables) {
    for (const problem of problems) terminal.err(`haechi: ${terminal.safe(`${name}: ${problem}`)}`)
  }
}
