// The lines of `haechi sigma --json`, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const texts = z.readonly(z.array(text))
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))

const sigmaSupportLine = z.strictObject({
  type: z.literal('sigma-support'),
  version,
  ruleId: text,
  title: text,
  on: z
    .enum(['events', 'records', 'nothing'])
    .check(
      z.describe('What it can run on here; `records`: what is read from files, e.g. Windows event logs.'),
    ),
  views: texts.check(z.describe('The views of events in which it runs, e.g. `process_creation`.')),
  missing: texts.check(
    z.describe('Fields that it names and no event fills, though it can hold without them.'),
  ),
  reason: z.exactOptional(text).check(z.describe('Why it does not run on events.')),
})

const sigmaMatchLine = z.looseObject({
  type: z.literal('sigma-match'),
  version,
  entry: count.check(z.describe('Which of the events, from 0.')),
  event: z.optional(z.looseObject({})).check(z.describe('Our event, or the record below.')),
  record: z.optional(z.looseObject({})),
  ruleId: text,
  title: text,
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
  severity: count.check(z.maximum(99)),
  tags: texts,
  techniques: texts.check(z.describe('MITRE ATT&CK.')),
  description: z.optional(text),
  author: z.optional(text),
  license: z.optional(text),
  references: texts,
  falsePositives: texts,
  source: text.check(z.describe('The rule’s file.')),
  view: text,
})

const sigmaExplanationLine = z.looseObject({
  type: z.literal('sigma-explanation'),
  version,
  holds: z.boolean(),
})

export const sigmaLines = {
  'sigma-support': { schema: sigmaSupportLine, about: '`haechi sigma lint --json`: one rule.' },
  'sigma-match': { schema: sigmaMatchLine, about: '`haechi sigma test --json`: a rule matches an event.' },
  'sigma-explanation': {
    schema: sigmaExplanationLine,
    about: '`haechi sigma explain --json`: each part of the condition for one event.',
  },
} as const
