// Commands that show one kind of events as a table.

import type { Event } from '../../model/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import { newestEvents, openHost } from './ask-host.ts'
import type { AskValues, RangeValues } from './options.ts'

export interface EventTable {
  readonly where: string
  readonly head: readonly string[]
  readonly row: (event: Event) => readonly (Cell | string)[]
  /** Said when there are none. */
  readonly none: string
}

export async function showEvents(
  table: EventTable,
  given: AskValues & RangeValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const host = await openHost(given)
  const found = await newestEvents(host, {
    where: table.where,
    since: given.since,
    until: given.until,
    limit: given.limit ?? 50,
  })
  if (given.json === true) for (const event of found) terminal.out(jsonLine(event))
  else if (found.length === 0) terminal.err(`haechi: ${table.none}`)
  else writeTable(terminal, table.head, found.map(table.row))
  return exitCodes.clean
}

/** As a text of the filter language. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}
