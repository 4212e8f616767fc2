// The lines that `haechi analyse` writes, into its files and with --json, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const level = z.enum(['informational', 'low', 'medium', 'high', 'critical'])
const kind = text.check(
  z.describe('Kind of artefact, e.g. `prefetch`; the files in `artefacts/` are named so.'),
)
const source = text.check(z.describe('Path in the examined host.'))
const time = text.check(
  z.describe('ISO 8601, as fine as the artefact has it, UTC; without `Z` local time of the examined host.'),
)

const artefactLine = z.strictObject({
  type: z.literal('artefact'),
  version,
  kind,
  source,
  times: z
    .readonly(z.array(z.strictObject({ time, is: text.check(z.describe('What happened then.')) })))
    .check(z.describe('Every time that the record has, with its meaning.')),
  title: text.check(z.describe('One line for people.')),
  data: z.looseObject({}).check(z.describe('The record, with the names of its format.')),
})

const findingLine = z.strictObject({
  type: z.literal('finding'),
  version,
  id: count,
  level,
  title: text.check(z.describe('The same for every finding of its rule.')),
  what: text.check(z.describe('On what: a path, a command, a name.')),
  why: text,
  by: z
    .enum(['sigma', 'weblog', 'engine', 'program', 'trace'])
    .check(
      z.describe(
        '`program`: signature and imports of a program; `trace`: what artefacts tell by themselves, as gaps and forged times.',
      ),
    ),
  rule: text,
  techniques: z.readonly(z.array(text)).check(z.describe('MITRE ATT&CK.')),
  time: z.exactOptional(time),
  source,
  details: z.record(text, z.union([text, z.number(), z.boolean()])),
  evidence: z
    .exactOptional(z.strictObject({ kind, line: count }))
    .check(z.describe('Line, from 1, of `artefacts/KIND.jsonl`.')),
})

const timelineRow = z.strictObject({
  type: z.literal('timeline-row'),
  version,
  time,
  is: text.check(z.describe('What happened then.')),
  kind,
  source,
  title: text,
  line: count.check(z.describe('Line, from 1, of `artefacts/KIND.jsonl`.')),
})

const analysisSummary = z.strictObject({
  type: z.literal('analysis-summary'),
  version,
  sources: z.readonly(
    z.array(z.strictObject({ label: text, system: z.enum(['windows', 'linux', 'unknown']), files: count })),
  ),
  host: z.record(text, text).check(z.describe('Facts that say which host it is.')),
  artefacts: z.record(text, count).check(z.describe('Records by kind.')),
  findings: z.record(level, count).check(z.describe('Findings by level.')),
  incidents: z.readonly(
    z.array(
      z.strictObject({
        id: count,
        level,
        score: z.number(),
        title: text,
        first: text,
        last: text,
        steps: count,
      }),
    ),
  ),
  timeline: z.strictObject({ rows: count, first: z.nullable(text), last: z.nullable(text) }),
  notes: count.check(z.describe('Places that could not be read.')),
  omissions: z.readonly(z.array(text)).check(z.describe('What was not looked at, and why.')),
  bytes: count.check(z.describe('Of the artefacts that were read.')),
  scanned: count.check(z.describe('Files that the engine judged.')),
  ms: count,
})

export const analysisLines = {
  artefact: {
    schema: artefactLine,
    about: '`haechi analyse`: `artefacts/KIND.jsonl`, and `--json` with single files: one record.',
  },
  finding: {
    schema: findingLine,
    about: '`haechi analyse`: `findings.jsonl`, and `--json`: what was found.',
  },
  'timeline-row': {
    schema: timelineRow,
    about: '`haechi analyse`: `timeline.jsonl`: one time of one record.',
  },
  'analysis-summary': { schema: analysisSummary, about: '`haechi analyse --json`: the last line.' },
} as const

export type AnalysisSummary = z.infer<typeof analysisSummary>
