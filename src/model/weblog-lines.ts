// The lines of `haechi weblog --json`, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const time = z.exactOptional(text).check(z.describe('ISO 8601, UTC; absent when the line has no time.'))
const outcome = z
  .enum(['failed', 'attempted', 'possible', 'likely'])
  .check(z.describe('What the answer tells of its success.'))
const confidence = count.check(z.maximum(100), z.describe('How sure it is: 1–100.'))
const optional = z.exactOptional(text)

const attackLine = z.strictObject({
  type: z.literal('attack'),
  version,
  '@timestamp': time,
  class: text.check(z.describe('E.g. `sqli`, `xss`, `traversal`, `rce`, `webshell`, `scanner`.')),
  outcome,
  confidence,
  client: text.check(z.describe('The address as the log has it.')),
  method: optional,
  target: optional.check(z.describe('Path and query as they stand in the log.')),
  status: z.exactOptional(z.int()),
  bytes: z.exactOptional(z.int()).check(z.describe('-1: unknown.')),
  host: optional,
  referer: optional,
  userAgent: optional,
  message: optional.check(z.describe('Of an error log, instead of the request.')),
  place: text.check(z.describe('Where in the request, e.g. `query`, `path`, `cookie`.')),
  parameter: text,
  value: text.check(z.describe('Decoded as the target would do it, at most 512 characters.')),
  why: text.check(z.describe('What was recognised, one sentence.')),
  detector: text,
  techniques: z.readonly(z.array(text)).check(z.describe('MITRE ATT&CK.')),
  cwe: text,
  incident: z.exactOptional(count),
  file: text,
  line: count,
})

const webIncidentLine = z.strictObject({
  type: z.literal('web-incident'),
  version,
  id: count,
  actor: text.check(z.describe('An address, or the /64 of an IPv6 address.')),
  first: time,
  last: time,
  attacks: count,
  confidence,
  outcome,
  classes: z.record(text, z.strictObject({ count, confidence, outcome })),
  hosts: z.array(text),
  userAgents: z.array(text),
})

const weblogSummaryLine = z.strictObject({
  type: z.literal('weblog-summary'),
  version,
  lines: count,
  requests: count,
  errors: count.check(z.describe('Lines of error logs.')),
  malformed: count,
  outside: count.check(z.describe('Outside of --since and --until.')),
  attacks: count,
  incidents: count,
  droppedIncidents: count,
  addresses: count,
  files: z.array(z.strictObject({ file: text, format: text })),
  failedFiles: count,
  ms: count,
})

export const weblogLines = {
  attack: { schema: attackLine, about: '`haechi weblog --json`: one attack in one line of a log.' },
  'web-incident': {
    schema: webIncidentLine,
    about: '`haechi weblog --json`: what one address did without a long pause.',
  },
  'weblog-summary': { schema: weblogSummaryLine, about: '`haechi weblog --json`: the last line.' },
} as const
