// The lines of `haechi rules --json`; part of output.ts, which has the table of all lines.

import * as z from 'zod/mini'

const text = z.string()
const count = z.int().check(z.minimum(0))
const version = z.literal(1).check(z.describe('Version of this line’s schema.'))
const ms = z.number().check(z.minimum(0), z.describe('Milliseconds.'))
const chain = z
  .array(text)
  .check(z.describe('From the file’s base name through its containers to the member.'))

const ruleName = { name: text, namespace: text, file: text, line: count }

export const ruleLine = z.strictObject({
  type: z.literal('rule'),
  version,
  ...ruleName,
  tags: z.array(text),
  meta: z
    .array(z.strictObject({ name: text, value: z.union([text, z.number(), z.boolean()]) }))
    .check(z.describe('In the order in which it is written; a name may stand twice.')),
  strings: count.check(z.describe('How many it has.')),
  private: z.boolean().check(z.describe('Never reported itself.')),
  global: z.boolean().check(z.describe('When it does not match, no rule of its namespace does.')),
})

export const localHashLine = z.strictObject({
  type: z.literal('local-hash'),
  version,
  name: text,
  hash: text,
  size: z.optional(count).check(z.describe('Absent: any size.')),
  file: text,
})

export const rulesLine = z.strictObject({
  type: z.literal('rules'),
  version,
  rules: count,
  shown: count.check(z.describe('Rules that the names on the command line fit.')),
  strings: count.check(z.describe('Strings of all rules.')),
  patterns: count.check(z.describe('Different ones, with those of the databases.')),
  hashes: count.check(z.describe('Entries of hash lists.')),
  clamav: z
    .record(text, count)
    .check(z.describe('Signatures of ClamAV databases by kind: hashes, bodies, logical, containers.')),
  clamav_unused: z
    .record(text, count)
    .check(z.describe('Those of kinds that are not supported, by the extension of their file.')),
  problems: count,
  cached: z.boolean().check(z.describe('Came compiled from the cache.')),
  database: text.check(z.describe('Changes with the loaded signatures.')),
  ms,
})

export const rulesLintLine = z.strictObject({
  type: z.literal('rules-lint'),
  version,
  rules: count.check(z.describe('Rules without an error.')),
  strings: count,
  patterns: count,
  errors: count,
  warnings: count,
  performance: z.record(text, count).check(z.describe('Findings about speed by their code.')),
})

export const ruleTestLine = z.strictObject({
  type: z.literal('rule-test'),
  version,
  file: text.check(z.describe('The test file; empty for --match and --no-match.')),
  name: text,
  result: z.enum(['ok', 'failed']),
  matched: z.array(text).check(z.describe('Rules that match.')),
  problems: z.array(text).check(z.describe('What is not as expected, a sentence each.')),
})

const ruleTestsLine = z.strictObject({
  type: z.literal('rule-tests'),
  version,
  tests: count,
  ok: count,
  failed: count,
})

export const ruleExplanationLine = z.strictObject({
  type: z.literal('rule-explanation'),
  version,
  ...ruleName,
  chain,
  matches: z.boolean(),
  private: z.boolean(),
  shut_by: z
    .optional(text)
    .check(z.describe('The global rule that does not match; then this one does not either.')),
  strings: z.array(
    z.strictObject({
      identifier: text,
      count: count.check(z.describe('Matches in all.')),
      matches: z
        .array(z.strictObject({ offset: count, length: count, hex: text }))
        .check(z.describe('The first ones; of each the first bytes.')),
    }),
  ),
  condition: z
    .looseObject({
      text,
      value: z.optional(z.union([z.boolean(), text])).check(z.describe('Absent: undefined.')),
      children: z.array(z.unknown()).check(z.describe('Its parts, each as this object.')),
    })
    .check(z.describe('Numbers and texts are written as in YARA source.')),
})

export const ruleCostLine = z.strictObject({
  type: z.literal('rule-cost'),
  version,
  ...ruleName,
  ms: ms.check(z.describe('Of its condition and its strings together.')),
  share: z.number().check(z.minimum(0), z.describe('Of the time for everything that was measured, 0 to 1.')),
  condition_ms: ms,
  strings_ms: ms.check(z.describe('Of strings that several rules have, each bears its part.')),
  evaluated: count.check(z.describe('Objects for which its condition was evaluated.')),
  matched: count,
  candidates: count.check(z.describe('Places looked at for its strings.')),
  verified: count.check(z.describe('Those where one was.')),
})

export const rulesProfileLine = z.strictObject({
  type: z.literal('rules-profile'),
  version,
  files: count,
  objects: count.check(z.describe('Files and their members.')),
  bytes: count,
  rules_ms: ms,
  search_ms: ms.check(z.describe('The search for all strings at once, which belongs to no rule.')),
  module_ms: z.record(text, ms).check(z.describe('Reading objects for modules, by module.')),
})

const changed = {
  version,
  kind: z.enum(['hash', 'pattern', 'rule', 'sigma']),
  name: text,
  file: text.check(z.describe('The file of the local set.')),
}
export const ruleAddedLine = z.strictObject({ type: z.literal('rule-added'), ...changed })
export const ruleRemovedLine = z.strictObject({ type: z.literal('rule-removed'), ...changed })

/** By the heading under which they are documented. */
export const ruleLines = {
  rule: { schema: ruleLine, about: '`haechi rules list --json`: one YARA rule.' },
  'local-hash': { schema: localHashLine, about: '`haechi rules list --json`: one hash of your own.' },
  rules: { schema: rulesLine, about: '`haechi rules list --json`: the last line.' },
  'rules-lint': {
    schema: rulesLintLine,
    about: '`haechi rules lint --json`: the last line, after one `problem` for each finding.',
  },
  'rule-test': { schema: ruleTestLine, about: '`haechi rules test --json`: one test.' },
  'rule-tests': { schema: ruleTestsLine, about: '`haechi rules test --json`: the last line.' },
  'rule-explanation': {
    schema: ruleExplanationLine,
    about: '`haechi rules explain --json`: one rule, asked about one object.',
  },
  'rule-cost': {
    schema: ruleCostLine,
    about: '`haechi rules profile --json`: one rule, the dearest first.',
  },
  'rules-profile': { schema: rulesProfileLine, about: '`haechi rules profile --json`: the last line.' },
  'rule-added': { schema: ruleAddedLine, about: '`haechi rules add --json`.' },
  'rule-removed': { schema: ruleRemovedLine, about: '`haechi rules remove --json`.' },
} as const

export type RuleLine = z.infer<typeof ruleLine>
export type LocalHashLine = z.infer<typeof localHashLine>
export type RulesLine = z.infer<typeof rulesLine>
export type RulesLintLine = z.infer<typeof rulesLintLine>
export type RuleTestLine = z.infer<typeof ruleTestLine>
export type RuleExplanationLine = z.infer<typeof ruleExplanationLine>
export type RuleCostLine = z.infer<typeof ruleCostLine>
export type RulesProfileLine = z.infer<typeof rulesProfileLine>
export type RuleChangeLine = z.infer<typeof ruleAddedLine> | z.infer<typeof ruleRemovedLine>
