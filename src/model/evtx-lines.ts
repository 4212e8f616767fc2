// The lines that `haechi evtx --json` writes, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))

const head = {
  file: text,
  offset: count.check(z.describe('Of the record, in bytes from the beginning of the file.')),
  origin: z
    .enum(['log', 'slack', 'carved'])
    .check(z.describe('`slack`: older than what the log counts; `carved`: found by --carve.')),
  record: count.check(z.describe('The record’s number.')),
  time: text.check(z.describe('When it happened (TimeCreated): ISO 8601 with 100 ns, UTC.')),
  channel: text,
  eventId: count,
  computer: text,
} as const
const event = z
  .looseObject({})
  .check(z.describe('`{Event: {System, EventData or UserData}}`; attributes below `#attributes`.'))

const evtxRecordLine = z.strictObject({ type: z.literal('evtx-record'), version, ...head, event })

const evtxDetectionLine = z.strictObject({
  type: z.literal('evtx-detection'),
  version,
  ...head,
  ruleId: text,
  title: text,
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
  severity: count.check(z.maximum(99)),
  tags: z.readonly(z.array(text)),
  techniques: z.readonly(z.array(text)).check(z.describe('MITRE ATT&CK.')),
  author: z.exactOptional(text),
  license: z.exactOptional(text),
  source: text.check(z.describe('The rule’s file.')),
  correlation: z
    .exactOptional(z.looseObject({}))
    .check(z.describe('Of a rule over several records: type, group, value and hits.')),
  event,
})

const evtxLogLine = z.strictObject({
  type: z.literal('evtx-log'),
  version,
  file: text,
  channels: z.readonly(z.array(text)),
  computers: z.readonly(z.array(text)),
  bytes: count,
  records: count,
  firstId: z.exactOptional(count).check(z.describe('Number of the oldest record.')),
  lastId: z.exactOptional(count),
  first: z.exactOptional(text).check(z.describe('When the earliest record was written.')),
  last: z.exactOptional(text),
  gaps: z
    .readonly(z.array(z.strictObject({ after: count, before: count })))
    .check(z.describe('Numbers that no record has; the first hundred.')),
  missing: count.check(z.describe('Records in all gaps.')),
  backwards: z
    .readonly(z.array(z.strictObject({ id: count, from: text, to: text })))
    .check(
      z.describe('Records written more than a minute before the one in front of them; the first hundred.'),
    ),
  isDirty: z.boolean().check(z.describe('The log was not closed.')),
  isFull: z.boolean(),
})

const evtxSummaryLine = z.strictObject({
  type: z.literal('evtx-summary'),
  version,
  files: count,
  failedFiles: count,
  bytes: count,
  records: count,
  shown: count.check(z.describe('Records that were shown, or that a rule detected.')),
  notes: count.check(z.describe('Places that were damaged.')),
  ms: count,
})

export const evtxLines = {
  'evtx-record': {
    schema: evtxRecordLine,
    about: '`haechi evtx --json`: one record of a Windows event log.',
  },
  'evtx-detection': {
    schema: evtxDetectionLine,
    about: '`haechi evtx --sigma --json`: what a rule detected, and the record.',
  },
  'evtx-log': { schema: evtxLogLine, about: '`haechi evtx --inventory --json`: one log.' },
  'evtx-summary': { schema: evtxSummaryLine, about: '`haechi evtx --json`: the last line.' },
} as const

export type EvtxRecordLine = z.infer<typeof evtxRecordLine>
export type EvtxDetectionLine = z.infer<typeof evtxDetectionLine>
export type EvtxSummaryLine = z.infer<typeof evtxSummaryLine>
