// The lines that `haechi rules --json` writes about Sigma rules, as zod schemas.

import * as z from 'zod/mini'

const text = z.string()
const texts = z.readonly(z.array(text))
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const level = z.enum(['informational', 'low', 'medium', 'high', 'critical'])
const ms = z.number().check(z.minimum(0), z.describe('Milliseconds.'))
const file = text.check(z.describe('The rule’s file.'))

const sigmaRuleLine = z.strictObject({
  type: z.literal('sigma-rule'),
  version,
  id: text.check(z.describe('The rule’s name or title where it has no id.')),
  name: z.optional(text),
  title: text,
  kind: z.enum(['rule', 'correlation']),
  level,
  file,
  state: z
    .enum(['active', 'idle', 'off'])
    .check(
      z.describe(
        '`idle`: nothing on this host can be what it looks for; `off`: the configuration leaves it out.',
      ),
    ),
  on: z
    .enum(['events', 'records', 'nothing'])
    .check(
      z.describe('What it can run on here; `records`: what is read from files, e.g. Windows event logs.'),
    ),
  views: texts.check(z.describe('The views of events in which it runs, e.g. `process_creation`.')),
  missing: texts.check(
    z.describe('Fields that it names and no event fills, though it can hold without them.'),
  ),
  reason: z.optional(text).check(z.describe('Why it is not active.')),
})

const sigmaRulesLine = z.strictObject({
  type: z.literal('sigma-rules'),
  version,
  rules: count.check(z.describe('Rules and correlations.')),
  shown: count.check(z.describe('Those that the names on the command line fit.')),
  active: count,
  idle: count,
  off: count,
  errors: count,
  warnings: count,
})

const sigmaMatchLine = z.looseObject({
  type: z.literal('sigma-match'),
  version,
  entry: count.check(z.describe('Which of the events, from 0.')),
  event: z.optional(z.looseObject({})).check(z.describe('Our event, or the record below.')),
  record: z.optional(z.looseObject({})),
  ruleId: text,
  title: text,
  level,
  severity: count.check(z.maximum(99)),
  tags: texts,
  techniques: texts.check(z.describe('MITRE ATT&CK.')),
  description: z.optional(text),
  author: z.optional(text),
  license: z.optional(text),
  references: texts,
  falsePositives: texts,
  source: file,
  view: text,
})

const sigmaExplanationLine = z.looseObject({
  type: z.literal('sigma-explanation'),
  version,
  ruleId: text,
  title: text,
  holds: z.boolean(),
})

const sigmaCostLine = z.strictObject({
  type: z.literal('sigma-cost'),
  version,
  id: text,
  title: text,
  file,
  ms: ms.check(z.describe('Of its condition.')),
  share: z.number().check(z.minimum(0), z.describe('Of the time for all events, 0 to 1.')),
  evaluated: count.check(z.describe('Events for which the index could not rule it out.')),
  matched: count,
})

const sigmaProfileLine = z.strictObject({
  type: z.literal('sigma-profile'),
  version,
  events: count,
  rules: count,
  ms: ms.check(z.describe('For all events.')),
  rules_ms: ms.check(
    z.describe('Of that the conditions of rules; the rest is the index, which belongs to no rule.'),
  ),
})

export const sigmaLines = {
  'sigma-rule': {
    schema: sigmaRuleLine,
    about: '`haechi rules list --json` and `lint --json`: one Sigma rule or correlation.',
  },
  'sigma-rules': {
    schema: sigmaRulesLine,
    about: '`haechi rules list --json` and `lint --json`: the last line about Sigma rules.',
  },
  'sigma-match': {
    schema: sigmaMatchLine,
    about: '`haechi rules test --json` on events: a Sigma rule matches one.',
  },
  'sigma-explanation': {
    schema: sigmaExplanationLine,
    about: '`haechi rules explain --json`: each part of a Sigma rule’s condition for one event.',
  },
  'sigma-cost': {
    schema: sigmaCostLine,
    about: '`haechi rules profile --json` on events: one Sigma rule, the dearest first.',
  },
  'sigma-profile': {
    schema: sigmaProfileLine,
    about: '`haechi rules profile --json` on events: the last line.',
  },
} as const

export type SigmaRuleLine = z.infer<typeof sigmaRuleLine>
export type SigmaRulesLine = z.infer<typeof sigmaRulesLine>
export type SigmaCostLine = z.infer<typeof sigmaCostLine>
export type SigmaProfileLine = z.infer<typeof sigmaProfileLine>
