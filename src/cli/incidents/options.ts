// Options of haechi incidents.

import { incidentLevels } from '../../model/index.ts'
import type { OptionTable, OptionValues } from '../command.ts'
import { askOptions, rangeOptions } from '../host/options.ts'

export const incidentFormats = ['html', 'json', 'text'] as const

export const incidentsOptions = {
  all: { kind: 'flag', short: 'a', help: 'list: closed and merged ones too.' },
  level: {
    kind: 'choice',
    short: 'l',
    choices: incidentLevels,
    help: 'list: only incidents of this level and above.',
  },
  since: { ...rangeOptions.since, help: `list: what went on after this time. ${rangeOptions.since.help}` },
  limit: { ...rangeOptions.limit, help: 'list: at most so many; the gravest count.' },
  follow: {
    kind: 'flag',
    short: 'f',
    help: 'list: go on with incidents that open, rise, close or merge, until Ctrl-C.',
  },
  verbose: {
    kind: 'flag',
    short: 'v',
    help: 'show and export as text: every step, why it belongs, and what is linked with what.',
  },
  format: { kind: 'choice', choices: incidentFormats, help: 'export: the kind of file.', default: 'html' },
  output: {
    kind: 'text',
    short: 'o',
    value: 'FILE',
    help: 'export: write it here; - is standard output.',
    default: 'incident-ID.FORMAT in this folder',
  },
  why: { kind: 'text', value: 'TEXT', help: 'close, reopen, merge, split: the reason, for its history.' },
  ...askOptions,
} as const satisfies OptionTable

export type IncidentsOptions = OptionValues<typeof incidentsOptions>
