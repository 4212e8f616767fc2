// The lines of `haechi incidents --json`, as zod schemas.

import * as z from 'zod/mini'

import { incidentLevels, responseActions } from './incident.ts'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const time = text.check(z.describe('ISO 8601, UTC.'))
const texts = z.readonly(z.array(text))
const level = z.enum(incidentLevels)
const score = z.number().check(z.minimum(0), z.maximum(100))
const status = z.enum(['open', 'closed', 'merged'])
const id = z.int().check(z.minimum(1), z.describe('Grows by one; never used twice on a host.'))
const severity = z.number().check(z.minimum(1), z.maximum(99))
const techniques = texts.check(z.describe('MITRE ATT&CK ids, in the order in which they were seen first.'))

const incidentHeadLine = z.strictObject({
  type: z.literal('incident-head'),
  version,
  id,
  title: text,
  level,
  score,
  status,
  first: time,
  last: time,
  steps: count,
  detections: count,
  accounts: texts,
  addresses: texts,
  techniques,
  news: z
    .exactOptional(z.enum(['new', 'raised', 'lowered', 'closed', 'reopened', 'merged']))
    .check(z.describe('With --follow only: what became of it.')),
})

const node = z.strictObject({
  id: text.check(z.describe('The same for the same thing in every incident.')),
  kind: z.enum([
    'process',
    'file',
    'request',
    'address',
    'session',
    'account',
    'service',
    'schedule',
    'container',
  ]),
  label: text.check(z.describe('A few words for people.')),
  role: z
    .enum(['member', 'context'])
    .check(z.describe('`context`: shown, but nothing joins the incident by it.')),
  first: time,
  last: time,
  score,
  facts: z
    .record(text, z.union([text, z.number(), z.boolean()]))
    .check(z.describe('By the names of ECS, e.g. `process.command_line`.')),
})

const link = z.strictObject({
  from: text,
  to: text,
  kind: z.enum([
    'started',
    'wrote',
    'changed',
    'deleted',
    'ran',
    'sent',
    'asked-for',
    'uploaded',
    'caused',
    'connected-to',
    'reached',
    'opened',
    'acted-as',
    'defines',
    'holds',
  ]),
  why: text.check(z.describe('Why the two belong together; never time alone.')),
  first: time,
  sequences: z.readonly(z.array(count)).check(z.describe('event.sequence of what shows it; the first ones.')),
})

const detection = z.strictObject({
  rule: text,
  name: text,
  ruleset: text.check(z.describe('`sigma`, `weblog`, `engine`, or the sensor that told an alert.')),
  severity,
  techniques: texts,
  why: z.exactOptional(text),
})

const step = z.strictObject({
  time,
  lastTime: z.exactOptional(time),
  sequence: count.check(z.describe('Of the event; 0 when it was not stored.')),
  count: count.check(z.describe('Steps that say the same are one.')),
  text,
  severity,
  nodes: texts.check(z.describe('Ids of the nodes that it is about; the actor first.')),
  why: text.check(z.describe('Why it is in this incident.')),
  detections: z.readonly(z.array(detection)),
  event: z
    .exactOptional(z.looseObject({}))
    .check(z.describe('The evidence: an event as the reference of events describes it.')),
})

const basis = z.strictObject({
  rule: text,
  ruleset: text,
  severity,
  techniques: texts,
  attempt: z.exactOptional(z.literal(true)).check(z.describe('It was only tried.')),
  maintenance: z
    .exactOptional(z.literal(true))
    .check(z.describe('A package manager, or what it started, did it.')),
  web: z.exactOptional(z.strictObject({ class: text, confidence: score })),
})

const incidentLine = z.strictObject({
  type: z.literal('incident'),
  version,
  id,
  title: text,
  level,
  score,
  status,
  first: time,
  last: time,
  nodes: z.readonly(z.array(node)).check(z.describe('What took part.')),
  links: z.readonly(z.array(link)).check(z.describe('Why it belongs together.')),
  steps: z.readonly(z.array(step)).check(z.describe('What happened, in order.')),
  accounts: texts,
  addresses: texts,
  containers: texts,
  techniques,
  suggestions: z.readonly(
    z.array(
      z.strictObject({
        action: z.enum(responseActions),
        target: text.check(z.describe('process.entity_id, path, address, account; empty for the host.')),
        why: text,
      }),
    ),
  ),
  history: z.readonly(
    z.array(
      z.strictObject({
        time,
        change: z.enum(['opened', 'raised', 'merged', 'split', 'closed', 'reopened', 'truncated']),
        why: text,
        other: z.exactOptional(id),
      }),
    ),
  ),
  omitted: z
    .strictObject({ nodes: count, links: count, steps: count })
    .check(z.describe('What did not fit.')),
  into: z.exactOptional(id).check(z.describe('Of a merged one: where it went.')),
  continues: z.exactOptional(id).check(z.describe('The earlier incident that it goes on from.')),
  basis: z
    .exactOptional(z.readonly(z.array(basis)))
    .check(z.describe('What the score is made of: each rule counts once.')),
  outcome: z
    .exactOptional(z.enum(['possible', 'likely', 'confirmed']))
    .check(z.describe('How far the attack got; absent where nothing says.')),
  cuts: z
    .exactOptional(z.readonly(z.array(z.strictObject({ from: text, to: text }))))
    .check(z.describe('Pairs of nodes between which somebody cut: they never link again.')),
})

export const incidentLines = {
  'incident-head': {
    schema: incidentHeadLine,
    about: '`haechi incidents [list] --json`: one incident of the list.',
  },
  incident: {
    schema: incidentLine,
    about:
      '`haechi incidents show ID --json`, `haechi incidents export --format json`, and the element `incident` of an HTML report: one whole incident.',
  },
} as const
