// haechi suid: programs that run with more rights than who starts them, held against the package database.

import { type Command, defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

const options = { json: { kind: 'flag', help: 'Write one JSON object a line.' } } as const

export const suid: Command<typeof options> = defineCommand({
  name: 'suid',
  summary: 'Show set-uid, set-gid and capability programs, and whose package they are',
  usage: ['[OPTION]...'],
  description: [
    'Every program of the local file systems that has the set-uid or set-gid bit or file capabilities, with owner, package, and ' +
      'whether it is still as the package brought it. What no package owns, and what was changed, is red. While the daemon runs, new ones are told ' +
      'within 100 ms: haechi events --where "action starts setuid".',
  ],
  operands: { least: 0, most: 0 },
  options,
  examples: [{ command: 'sudo haechi suid', about: 'All of them.' }],
  exits: { 0: 'done' },
  requires: 'root',
  async run({ options: given, terminal }) {
    const { takeSnapshot } = await import('../../daemon/index.ts')
    const { showTable, showProblems, column, cellText } = await import('../host/show-tables.ts')
    const { tables } = await takeSnapshot({ sensors: ['files'] })
    const rows = tables.find(({ name }) => name === 'suid')?.rows ?? []
    const isOdd = (row: (typeof rows)[number]): boolean =>
      ['unowned', 'modified'].includes(cellText(row['package_state']))
    const columns = [
      column('MODE', 'mode'),
      column('OWNER', 'owner'),
      column('CAPABILITIES', 'capabilities'),
      column('PACKAGE', 'package'),
      column('STATE', 'package_state'),
      {
        head: 'PATH',
        text: (row: (typeof rows)[number]) => ({
          text: cellText(row['path']),
          ...(isOdd(row) ? { style: 'red' as const } : {}),
        }),
      },
    ]
    const sorted = rows.toSorted((a, b) => Number(isOdd(b)) - Number(isOdd(a)))
    showTable(sorted, columns, { terminal, json: given.json ?? false, name: 'suid' })
    showProblems(tables, terminal)
    return exitCodes.clean
  },
})
