// Options of haechi analyse.

import { contentOptions } from '../content.ts'
import { configOption, type OptionTable, type OptionValues } from '../command.ts'

export const analyseOptions = {
  output: {
    kind: 'text',
    short: 'o',
    value: 'DIR',
    help: 'Write everything below this folder, which must not be there or be empty.',
    default: 'NAME-analysis in the current folder',
  },
  format: {
    kind: 'text',
    value: 'FORMAT',
    multiple: true,
    help: 'How the timeline is written: jsonl, csv or bodyfile; several may be given.',
    default: 'jsonl',
  },
  identity: {
    kind: 'text',
    value: 'FILE',
    help: 'Secret keys of age, one a line: for a package that is encrypted.',
  },
  since: {
    kind: 'text',
    value: 'TIME',
    help: 'Timeline: from this time on. `3d` ago, `2026-11-22 10:00`. Artefacts and findings stay whole.',
  },
  until: { kind: 'text', value: 'TIME', help: 'Timeline: up to this time.' },
  kind: {
    kind: 'text',
    value: 'KIND',
    multiple: true,
    help: 'Timeline: only this kind of artefact, e.g. prefetch, autorun, event-log.',
  },
  where: {
    kind: 'text',
    value: 'FILTER',
    help: 'Timeline: only what fits, in the language of `haechi events --where`; what has no event is below hx.artefact.',
  },
  mft: {
    kind: 'flag',
    help: 'Timeline: every file of the $MFT with all its times, not only deleted and stamped ones.',
  },
  sigma: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Run these Sigma rules too, beside those of the configuration: files or folders.',
  },
  level: {
    kind: 'choice',
    choices: ['informational', 'low', 'medium', 'high', 'critical'],
    default: 'low',
    help: 'Sigma rules of this level and above.',
  },
  'no-scan': { kind: 'flag', help: 'Do not scan programs, scripts and documents with the engine.' },
  'scan-time': { kind: 'duration', value: 'TIME', help: 'Scan so long at most.', default: '30 min' },
  ...contentOptions,
  roots: {
    kind: 'text',
    value: 'PATH',
    multiple: true,
    help: 'Believe these root certificates of signatures too: a PEM or DER file, or a folder.',
  },
  json: {
    kind: 'flag',
    help: 'Write one JSON object a line: findings and a summary; of single files their records.',
  },
  quiet: { kind: 'flag', short: 'q', help: 'Write no progress, and no notes about damage.' },
  ...configOption,
} as const satisfies OptionTable

export type AnalyseOptionValues = OptionValues<typeof analyseOptions>
