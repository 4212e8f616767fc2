// haechi evtx --inventory: which logs there are, what they reach back to, and what is missing in them.

import { AppError } from '../../base/app-error.ts'
import { type LogInventory, logInventory } from '../../evidence/evtx/index.ts'
import { readArtefacts } from '../evidence/artefacts.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import { logFiles } from './files.ts'
import type { EvtxOptionValues } from './options.ts'

const head = ['CHANNEL', 'RECORDS', 'NUMBERS', 'FIRST', 'LAST', 'STATE', 'FILE']

/** Throws AppError `not-found` where there is no log. */
export function runInventory(
  operands: readonly string[],
  options: EvtxOptionValues,
  terminal: Terminal,
): ExitCode {
  const files = logFiles(operands, false)
  if (files.length === 0)
    throw new AppError('not-found', `there are no .evtx files in ${operands.join(', ')}`)
  const { artefacts, sum } = readArtefacts(files, terminal, (source, notes) => logInventory(source, notes))
  terminal.status('')
  if (options.json === true)
    for (const { file, value } of artefacts)
      terminal.out(jsonLine({ type: 'evtx-log', version: 1, file, ...value }))
  else
    writeTable(
      terminal,
      head,
      artefacts.map(({ file, value }) => row(file, value)),
    )
  if (sum.failed > 0) return exitCodes.error
  return sum.notes > 0 ? exitCodes.partial : exitCodes.clean
}

function row(file: string, log: LogInventory): (Cell | string)[] {
  const { channels, records, firstId, lastId, first, last } = log
  return [
    channels.join(', '),
    records.toLocaleString('en-US'),
    firstId === undefined ? '' : `${firstId}–${lastId ?? firstId}`,
    secondOf(first),
    secondOf(last),
    { text: stateOf(log), ...(log.missing > 0 || log.backwards.length > 0 ? { style: 'yellow' } : {}) },
    file,
  ]
}

function secondOf(time: string | undefined): string {
  return time === undefined ? '' : time.slice(0, 19).replace('T', ' ')
}

function stateOf({ missing, gaps, backwards, isDirty, isFull }: LogInventory): string {
  return [
    missing === 0 ? '' : `${missing.toLocaleString('en-US')} missing in ${gaps.length} gaps`,
    backwards.length === 0 ? '' : `clock back ${backwards.length} times`,
    isDirty ? 'not closed' : '',
    isFull ? 'full' : '',
  ]
    .filter((text) => text !== '')
    .join(', ')
}
