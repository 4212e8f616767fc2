// The lines that haechi writes with --json, as zod schemas: docs/reference/output.md is generated from them and the
// tests hold the real output against them. A field may be added within a version; a change of meaning makes a new one.

import * as z from 'zod/mini'

import { agentLines } from './agent-lines.ts'
import { analysisLines } from './analysis-lines.ts'
import { collectLines } from './collect-lines.ts'
import { evtxLines } from './evtx-lines.ts'
import { lnkLines } from './lnk-lines.ts'
import { mftLines } from './mft-lines.ts'
import { peLines } from './pe-lines.ts'
import { prefetchLines } from './prefetch-lines.ts'
import { registryLines } from './registry-lines.ts'
import { stringsLines } from './strings-lines.ts'
import { hostLines } from './host-lines.ts'
import { incidentLines } from './incident-lines.ts'
import { responseLines } from './response-lines.ts'
import { ruleLines } from './rule-lines.ts'
import { sigmaLines } from './sigma-lines.ts'
import { weblogLines } from './weblog-lines.ts'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const path = text.check(z.describe('The path; bytes that are not valid UTF-8 stand as U+FFFD.'))
const pathBase64 = z
  .optional(text)
  .check(z.describe('The path’s bytes in base64; only when they are not valid UTF-8.'))
const time = text.check(z.describe('ISO 8601 with milliseconds, UTC.'))

export const detectionSchema = z.strictObject({
  name: text.check(z.describe('The malware’s name.')),
  detector: text.check(z.describe('The detector’s id, e.g. `eicar`, `hash`.')),
  chain: z
    .array(text)
    .check(z.describe('From the file’s base name through its containers to the infected member.')),
  offset: count.check(z.describe('Byte offset inside the member.')),
  sha256: text.check(z.describe('SHA-256 of the member; empty when a limit ended the scan before.')),
  heuristic: z
    .exactOptional(
      z.strictObject({
        score: count.check(z.maximum(100), z.describe('How sure it is: 1–100.')),
        reasons: z
          .readonly(z.array(text))
          .check(z.describe('What it was concluded from, one sentence each.')),
        techniques: z.readonly(z.array(text)).check(z.describe('MITRE ATT&CK techniques.')),
      }),
    )
    .check(z.describe('Only when it was concluded from traits and no signature names it.')),
})

export const reasonSchema = z.strictObject({
  code: z
    .enum([
      'depth',
      'members',
      'bytes',
      'ratio',
      'time',
      'encrypted',
      'unsupported-method',
      'damaged',
      'missing-volume',
      'fault',
      'unreadable',
      'preempted',
      'deadline',
    ])
    .check(z.describe('What kept something from being read.')),
  chain: z.array(text).check(z.describe('Where, as in a detection.')),
  message: text.check(z.describe('One sentence for people.')),
})

const verdict = z
  .enum(['clean', 'found', 'partial', 'failed'])
  .check(z.describe('`partial`: nothing found, but something could not be read; never the same as clean.'))
const detections = z.array(detectionSchema)
const reasons = z
  .array(reasonSchema)
  .check(z.describe('Why it is `partial` or `failed`, or what else was not read.'))
const response = z
  .optional(z.enum(['cured', 'quarantined', 'deleted', 'left-in-place', 'failed']))
  .check(z.describe('What was done with the file, where something was to be done.'))

const changes = z
  .exactOptional(
    z.array(
      z.strictObject({
        kind: z
          .enum(['removed', 'rebuilt'])
          .check(z.describe('`rebuilt`: a container inside from which something was removed.')),
        chain: z.array(text),
        names: z.array(text).check(z.describe('What was found there.')),
      }),
    ),
  )
  .check(z.describe('What a cure changed in the container.'))

export const verdictLine = z.strictObject({
  type: z.literal('verdict'),
  version,
  path,
  path_base64: pathBase64,
  verdict,
  detections,
  reasons,
  size: count.check(z.describe('Bytes of the file itself.')),
  ms: z.number().check(z.minimum(0), z.describe('Time of its scan in milliseconds.')),
  response,
  changes,
})

export const summaryLine = z.strictObject({
  type: z.literal('summary'),
  version,
  files: count.check(z.describe('Files judged: clean + found + partial + failed.')),
  clean: count,
  found: count,
  partial: count,
  failed: count,
  skipped: count.check(z.describe('Not regular files, links not followed, filesystems of the kernel.')),
  excluded: count.check(z.describe('Left out by --exclude; a folder counts once.')),
  bytes: count.check(z.describe('Bytes of the files themselves.')),
  ms: z.number().check(z.minimum(0), z.describe('Time of the run in milliseconds.')),
  signatures: count,
  engine: text.check(z.describe('The engine’s version.')),
  database: text.check(z.describe('Changes with the loaded signatures.')),
  interrupted: z.boolean().check(z.describe('Ended by Ctrl-C before everything was judged.')),
  exit_code: count,
})

export const readyLine = z.strictObject({
  type: z.literal('ready'),
  version,
  pid: count,
  places: z.array(z.looseObject({ path: text, kind: z.enum(['directory', 'mount', 'filesystem']) })),
  mode: z.enum(['open', 'exec', 'observe']),
  instances: count,
  engine: z.looseObject({ engine: text, database: text, signatures: count }),
  ms: z.number().check(z.minimum(0), z.describe('From the start to guarding, in milliseconds.')),
  sensors: z
    .exactOptional(
      z.array(
        z.strictObject({
          id: text,
          tier: text.check(z.describe('How it sees; `none` when it does not stand.')),
          fault: z.exactOptional(text),
        }),
      ),
    )
    .check(z.describe('With `haechi up` only.')),
})

export const decisionLine = z.strictObject({
  type: z.literal('decision'),
  version,
  time,
  event: z
    .enum(['open', 'exec', 'close-write', 'moved', 'sweep', 'late'])
    .check(
      z.describe('What led to the scan. `late`: the verdict came after the deadline had been answered.'),
    ),
  path,
  path_base64: pathBase64,
  verdict,
  decision: z.enum(['allow', 'deny']).check(z.describe('The answer to the kernel.')),
  detections,
  reasons,
  pid: z.int(),
  uid: z.int(),
  user: z.optional(text),
  process: text.check(z.describe('Name of the process that asked.')),
  cmdline: z.optional(text),
  instance: z.int().check(z.describe('Number of the engine instance that judged.')),
  us: z.number().check(z.minimum(0), z.describe('From the question to the answer, in microseconds.')),
  response,
  changes,
})

export const quarantineLine = z.strictObject({
  type: z.literal('quarantine-item'),
  version,
  id: text,
  time,
  path,
  path_base64: pathBase64,
  size: count,
  sha256: text,
  verdict,
  detections,
  reasons,
  uid: count,
  gid: count,
  mode: text.check(z.describe('Permission bits, octal.')),
  atime_ns: text.check(z.describe('Nanoseconds since 1970.')),
  mtime_ns: text,
  xattrs: z.array(text).check(z.describe('Names of its extended attributes.')),
  by: text.check(z.describe('The command that put it here, and the user’s number.')),
})

export const damagedItemLine = z.strictObject({
  type: z.literal('quarantine-damaged'),
  version,
  id: text,
  problem: text,
})

export const restoredLine = z.strictObject({
  type: z.literal('quarantine-restored'),
  version,
  id: text,
  path,
  path_base64: pathBase64,
  warnings: z.array(text).check(z.describe('What could not be put back.')),
})

export const deletedLine = z.strictObject({ type: z.literal('quarantine-deleted'), version, id: text })

const sourceKind = z.enum(['clamav', 'archive', 'folder'])
const sourceFolder = z
  .optional(text)
  .check(z.describe('Folder of the current version; absent when there is none.'))

export const updateLine = z.strictObject({
  type: z.literal('update'),
  version,
  source: text.check(z.describe('Name of the source.')),
  kind: sourceKind,
  result: z
    .enum(['updated', 'current', 'available', 'failed'])
    .check(z.describe('`available`: what a run without --dry-run would install.')),
  before: z.optional(text).check(z.describe('The version that was there.')),
  after: z.optional(text).check(z.describe('The version that is there now, or is available.')),
  folder: sourceFolder,
  notes: z.array(text),
  problems: z
    .array(text)
    .check(
      z.describe(
        'What could not be updated; what was there before stays. The rest of the source was updated.',
      ),
    ),
  ms: count,
})

export const updateSourceLine = z.strictObject({
  type: z.literal('update-source'),
  version,
  source: text.check(z.describe('Name of the source.')),
  kind: sourceKind,
  from: text.check(z.describe('Its address or path, without what is secret in it.')),
  current: z.optional(text).check(z.describe('The current version.')),
  installed_at: z.optional(time),
  checked_at: z.optional(time).check(z.describe('When it was last asked with success.')),
  age_s: z.optional(count).check(z.describe('Seconds since then.')),
  folder: sourceFolder,
  files: count,
})

export const problemLine = z.strictObject({
  type: z.literal('problem'),
  version,
  severity: z
    .enum(['error', 'warning', 'performance'])
    .check(z.describe('`error`: it is not used; `performance`: scans would be faster without it.')),
  code: z.optional(text).check(z.describe('The kind of fault, where it has a name.')),
  file: text,
  line: z.optional(count).check(z.describe('From 1; absent when it is about the file as a whole.')),
  column: z.optional(count).check(z.describe('From 1, in characters.')),
  rule: z.optional(text).check(z.describe('The rule that it is in.')),
  message: text.check(z.describe('One sentence for people.')),
})

const statusLine = z.looseObject({
  type: z.literal('status'),
  version,
  pid: count,
  mode: z.enum(['open', 'exec', 'observe']),
  unprivileged: z.boolean().check(z.describe('Only observing, because root is missing.')),
  kernel: text,
  uptimeMs: count,
  rssBytes: count,
  engine: z.looseObject({ engine: text, database: text, signatures: count }),
  gate: z.looseObject({
    places: z.array(z.looseObject({ path: text, kind: z.enum(['directory', 'mount', 'filesystem']) })),
    instances: count,
    spares: count.check(z.describe('Further instances, started because nobody answered.')),
    replaced: count.check(z.describe('Instances that hung or failed and were replaced.')),
    queued: count.check(z.describe('Long scans that wait.')),
    counters: z.record(text, count).check(z.describe('Since the start.')),
    latencyUs: z
      .strictObject({ p50: z.number(), p99: z.number(), max: z.number() })
      .check(z.describe('How long openers waited: upper bounds within 19 %.')),
    swept: z.optional(count).check(z.describe('Files of the sweep; absent while it runs.')),
  }),
})

const checkLine = z.strictObject({
  type: z.literal('check'),
  version,
  name: text,
  result: z
    .enum(['ok', 'warn', 'fail'])
    .check(z.describe('`warn`: works with the gap that is named; `fail`: a guard cannot stand.')),
  detail: text,
})

const explainLine = z.looseObject({
  type: z.literal('explain'),
  version,
  step: text.check(
    z.describe(
      'The way of a question (`place`, `cache`, `kind`, `exclusion`, `process-exclusions`, `mode`, `policy`), what each `detector` and `format` did, `limits`, `reason` for what was not read, and `verdict` last.',
    ),
  ),
  outcome: z.optional(text),
})

/** Every line type, by the heading under which it is documented. */
export const outputLines = {
  verdict: { schema: verdictLine, about: '`haechi scan --json`: one line a file, clean ones too.' },
  summary: { schema: summaryLine, about: '`haechi scan --json`: the last line.' },
  ready: { schema: readyLine, about: '`haechi guard --json`: the guard stands.' },
  decision: {
    schema: decisionLine,
    about: '`haechi guard --json`: one decision worth a line (all with --verbose).',
  },
  problem: {
    schema: problemLine,
    about:
      '`haechi scan --json`, `haechi guard --json` and `haechi rules --json`: something in a rule, a database or a list that ' +
      'cannot be used. Of very many problems the last line says how many are left out.',
  },
  status: { schema: statusLine, about: '`haechi status --json`.' },
  explain: { schema: explainLine, about: '`haechi explain --json`: one step a line.' },
  check: { schema: checkLine, about: '`haechi doctor --json`: one check a line.' },
  'quarantine-item': {
    schema: quarantineLine,
    about: '`haechi quarantine list|show --json`: one item of the quarantine.',
  },
  'quarantine-damaged': {
    schema: damagedItemLine,
    about: '`haechi quarantine list --json`: an item that cannot be read.',
  },
  'quarantine-restored': { schema: restoredLine, about: '`haechi quarantine restore --json`.' },
  update: { schema: updateLine, about: '`haechi update --json`: one source.' },
  'update-source': { schema: updateSourceLine, about: '`haechi update --list --json`: one source.' },
  'quarantine-deleted': { schema: deletedLine, about: '`haechi quarantine delete --json`.' },
  ...ruleLines,
  ...weblogLines,
  ...sigmaLines,
  ...agentLines,
  ...analysisLines,
  ...collectLines,
  ...evtxLines,
  ...lnkLines,
  ...mftLines,
  ...peLines,
  ...prefetchLines,
  ...registryLines,
  ...stringsLines,
  ...hostLines,
  ...incidentLines,
  ...responseLines,
} as const

export type VerdictLine = z.infer<typeof verdictLine>
export type SummaryLine = z.infer<typeof summaryLine>
export type ProblemLine = z.infer<typeof problemLine>
export type ReadyLine = z.infer<typeof readyLine>
export type DecisionLine = z.infer<typeof decisionLine>
export type UpdateLine = z.infer<typeof updateLine>
export type UpdateSourceLine = z.infer<typeof updateSourceLine>
export type QuarantineLine = z.infer<typeof quarantineLine>
export type DamagedItemLine = z.infer<typeof damagedItemLine>
