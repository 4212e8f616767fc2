// haechi diff: what came, went and changed between two snapshots.

import type { RowChange } from '../../daemon/index.ts'
import { AppError } from '../../base/app-error.ts'
import { type Command, configOption, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../render/terminal.ts'

const options = {
  table: { kind: 'text', value: 'NAME', multiple: true, help: 'Only this table, e.g. `suid`, `listeners`.' },
  output: {
    kind: 'text',
    short: 'o',
    value: 'DIR',
    help: 'Folder of the snapshots.',
    default: 'snapshots in [store] directory',
  },
  json: { kind: 'flag', help: 'Write one JSON object a change.' },
  ...configOption,
} as const

export const diff: Command<typeof options> = defineCommand({
  name: 'diff',
  summary: 'Compare two snapshots: what came, went and changed',
  usage: ['[OPTION]... [A B]'],
  description: [
    'A and B are files, or beginnings of names in the folder of snapshots; without them the last two are compared. Rows belong together ' +
      'by the key of their table: a process by its identity, a socket by its addresses, a file by its path.',
  ],
  operands: { least: 0, most: 2 },
  options,
  examples: [
    { command: 'sudo haechi diff', about: 'The last two.' },
    { command: 'sudo haechi diff 2026-11-21 2026-11-22T08', about: 'Two by their times.' },
    {
      command: 'sudo haechi diff --table suid --table jobs a.json.gz b.json.gz',
      about: 'Two files, two tables.',
    },
  ],
  exits: { 0: 'no difference', 1: 'there are differences', 2: 'a snapshot cannot be read' },
  async run({ options: given, operands, terminal }) {
    const { loadConfig } = await import('../../config/index.ts')
    const { diffSnapshots } = await import('../../daemon/index.ts')
    const { loadSnapshot, snapshotNames } = await import('../host/snapshot-files.ts')
    const { jsonLine } = await import('../render/json-line.ts')
    const { config } = await loadConfig({ file: given.config })
    const folder = given.output ?? `${config.store.directory}/snapshots`
    const [first, second] = operands.length === 0 ? snapshotNames(folder).slice(-2) : operands
    if (first === undefined || second === undefined) {
      throw new AppError(
        'usage',
        `two snapshots are needed${operands.length === 0 ? `; ${folder} has fewer` : ''}`,
        {
          hint: 'haechi snapshot --times 2 --every 5min makes them',
        },
      )
    }
    const changes = diffSnapshots(loadSnapshot(first, folder), loadSnapshot(second, folder)).filter(
      ({ table }) => given.table === undefined || given.table.includes(table),
    )
    let table = ''
    for (const change of changes) {
      if (given.json === true) {
        terminal.out(jsonLine({ type: 'change', version: 1, ...change }))
        continue
      }
      if (change.table !== table) terminal.out(terminal.style('bold', change.table))
      ;({ table } = change)
      terminal.out(changeText(change, terminal))
    }
    return changes.length === 0 ? exitCodes.clean : exitCodes.found
  },
})

const marks = {
  added: { sign: '+', style: 'green' },
  removed: { sign: '-', style: 'red' },
  changed: { sign: '~', style: 'yellow' },
} as const

function changeText({ change, key, before, after, columns }: RowChange, terminal: Terminal): string {
  const { sign, style } = marks[change]
  const name = Object.values(key)
    .map((value) => String(value ?? ''))
    .join(' ')
  const named = new Set(Object.keys(key))
  const details =
    change === 'changed'
      ? columns.map(
          (column) => `${column}: ${String(before?.[column] ?? '')} → ${String(after?.[column] ?? '')}`,
        )
      : Object.entries(after ?? before ?? {})
          .filter(([column, value]) => !named.has(column) && value !== null && value !== '')
          .map(([column, value]) => `${column}=${String(value)}`)
  return `  ${terminal.style(style, `${sign} ${name}`)}  ${terminal.style('dim', details.join('  '))}`
}
