// Options of haechi evtx.

import type { OptionTable, OptionValues } from '../command.ts'

export const evtxOptions = {
  json: { kind: 'flag', help: 'Write one JSON object a line: records, or with --sigma detections.' },
  xml: { kind: 'flag', help: 'Write the records as XML, as Windows shows them.' },
  where: {
    kind: 'text',
    value: 'FILTER',
    help: 'Only records that fit, in the language of `haechi events --where`; what the log calls it is below hx.winlog.',
  },
  sigma: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Tell what these Sigma rules detect, files or folders, instead of the records.',
  },
  level: {
    kind: 'choice',
    choices: ['informational', 'low', 'medium', 'high', 'critical'],
    default: 'low',
    help: 'With --sigma: rules of this level and above.',
  },
  since: {
    kind: 'text',
    value: 'TIME',
    help: 'From this time on: `10m`, `2h`, `3d` ago, `today`, `yesterday`, `14:30`, `2026-11-22 10:00`.',
  },
  until: { kind: 'text', value: 'TIME', help: 'Up to this time.' },
  timeline: { kind: 'flag', help: 'Everything in the order of time, not of files.' },
  carve: {
    kind: 'flag',
    help: 'Search the files for chunks and records, whatever they are: disk images, memory, damaged logs; and show older records that logs still hold.',
  },
  inventory: {
    kind: 'flag',
    help: 'Only which logs there are: channel, records, what they reach back to, numbers that are missing, a clock that was set back.',
  },
  threads: {
    kind: 'count',
    value: 'N',
    help: 'Files that are read at once. With --sigma each reader has the rules in memory; rules that count over records have one reader.',
    default: '2, with --sigma 1',
  },
  quiet: { kind: 'flag', short: 'q', help: 'Write no progress, and no notes about damage.' },
} as const satisfies OptionTable

export type EvtxOptionValues = OptionValues<typeof evtxOptions>
