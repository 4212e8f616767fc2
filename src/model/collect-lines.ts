// The lines that `haechi collect --json` writes, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const texts = z.readonly(z.array(text))
const count = z.number().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const profile = z.enum(['quick', 'full'])

const progress = z.strictObject({
  type: z.literal('collect-progress'),
  version,
  step: text,
  number: count.check(z.describe('Of the step, from 1.')),
  of: count.check(z.describe('Steps in all.')),
  items: count,
  bytes: count.check(z.describe('Of content.')),
  storedBytes: count.check(z.describe('Of the package.')),
  seconds: count,
})

const step = z.strictObject({
  id: text,
  title: text,
  outcome: z.enum(['done', 'cut-off', 'failed', 'not-run']),
  fault: z.exactOptional(text),
  items: count,
  bytes: count,
  ms: count,
})

const summary = z.strictObject({
  type: z.literal('collect-summary'),
  version,
  output: text.check(z.describe('The package; `-` for standard output.')),
  profile,
  caseId: text,
  items: count,
  files: count,
  bytes: count.check(z.describe('Of content in the package.')),
  storedBytes: count.check(z.describe('Of the package, before encryption.')),
  ms: count,
  encrypted: z.boolean(),
  rootHash: text.check(z.describe('End of the chain of the manifest: SHA-256.')),
  publicKey: text.check(z.describe('Of the signature: Ed25519, in hex.')),
  key: z
    .enum(['given', 'host', 'once'])
    .check(
      z.describe('Whose key signed: the one that was given, this host’s, or one made for this package only.'),
    ),
  steps: z.readonly(z.array(step)),
  left: z.record(text, count).check(z.describe('Items without their content, by reason.')),
  withProblems: count.check(z.describe('Items that were not read without fault.')),
  notes: count.check(z.describe('Lines of the case log.')),
})

const target = z.strictObject({
  type: z.literal('collect-target'),
  version,
  system: z.enum(['windows', 'linux']),
  list: text,
  id: text,
  about: text,
  attack: texts,
  profiles: z.readonly(z.array(profile)),
  content: z.enum(['whole', 'tail', 'none']),
  maxBytes: z.exactOptional(count),
  places: texts,
})

const listedStep = z.strictObject({
  type: z.literal('collect-step'),
  version,
  id: text,
  title: text,
  profiles: z.readonly(z.array(profile)),
})

const planned = z.strictObject({
  type: z.literal('collect-item'),
  version,
  step: text,
  volume: z.exactOptional(text),
  path: text,
  stream: z.exactOptional(text),
  size: count,
  content: z.boolean().check(z.describe('False: only that it is there, because it is no file or too large.')),
})

const plan = z.strictObject({
  type: z.literal('collect-plan'),
  version,
  items: count,
  bytes: count.check(z.describe('Of files; what is read from the running system comes on top.')),
  steps: z.readonly(z.array(z.strictObject({ id: text, title: text, items: count, bytes: count }))),
  notes: texts,
})

const verified = z.strictObject({
  type: z.literal('collect-verify'),
  version,
  package: text,
  right: z.boolean(),
  signature: z.enum(['good', 'wrong', 'missing']),
  key: z.enum(['given', 'embedded', 'none']),
  publicKey: z.exactOptional(text),
  proves: text,
  members: count.check(z.describe('That are as they were written.')),
  lines: count.check(z.describe('Of the manifest.')),
  bytes: count,
  encrypted: z.boolean(),
  findings: z.readonly(z.array(z.strictObject({ kind: text, member: z.exactOptional(text), text }))),
  findingCount: count,
})

export type CollectSummaryLine = z.infer<typeof summary>

export const collectLines = {
  'collect-progress': { schema: progress, about: '`haechi collect --json`: every few seconds.' },
  'collect-summary': { schema: summary, about: '`haechi collect --json`: the last line.' },
  'collect-target': { schema: target, about: '`haechi collect list --json`: a target.' },
  'collect-step': {
    schema: listedStep,
    about: '`haechi collect list --json`: a step that reads the running system.',
  },
  'collect-item': { schema: planned, about: '`haechi collect --dry-run --json`: what would be taken.' },
  'collect-plan': { schema: plan, about: '`haechi collect --dry-run --json`: the last line.' },
  'collect-verify': { schema: verified, about: '`haechi collect verify --json`.' },
} as const
