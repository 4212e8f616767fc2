// Options of haechi mft.

import type { OptionTable, OptionValues } from '../command.ts'

export const mftOptions = {
  format: {
    kind: 'choice',
    choices: ['text', 'json', 'csv', 'bodyfile'],
    default: 'text',
    help: 'How it is written.',
  },
  json: { kind: 'flag', help: 'The same as --format json: one object a line, then a summary.' },
  deleted: { kind: 'flag', help: 'Only files that are deleted.' },
  streams: { kind: 'flag', help: 'Only files with named streams.' },
  stamped: {
    kind: 'flag',
    help: 'Only files whose times look set by a program; of a $LogFile times that went back.',
  },
  name: {
    kind: 'text',
    value: 'GLOB',
    help: 'Only files whose name, or path if it has a \\, matches; case does not count.',
  },
  since: {
    kind: 'text',
    value: 'TIME',
    help: 'Only what was made, changed or happened from then on: `2h`, `3d` ago, `2026-11-22 10:00`.',
  },
  until: { kind: 'text', value: 'TIME', help: 'Only what was made, changed or happened up to then.' },
} as const satisfies OptionTable

export type MftOptionValues = OptionValues<typeof mftOptions>
