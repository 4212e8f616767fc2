// Rules that are anything at all: reading, compiling and applying them neither throws nor takes long, and what is left of
// a broken file still finds what it should.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { conditions } from '../../src/engine/detectors/yara/condition/random-conditions.ts'
import { compileRules } from '../../src/engine/detectors/yara/compile-rules.ts'
import type { CheckedRule } from '../../src/engine/detectors/yara/language/index.ts'
import { RuleTable, userTables } from '../../src/engine/detectors/yara/rule-table.ts'
import { YaraScanner } from '../../src/engine/detectors/yara/scanner.ts'
import { Image } from '../../src/engine/image.ts'
import { Budget, defaultLimits } from '../../src/engine/limits.ts'
import { MatcherBuilder } from '../../src/engine/matcher/compile/builder.ts'
import { Matcher } from '../../src/engine/matcher/matcher.ts'
import { profileOf } from '../../src/engine/profiles.ts'
import { compileSources } from '../../src/engine/signatures/signatures.ts'
import { text } from '../support/pattern-search.ts'
import { randomBytes } from '../support/random.ts'

const runs = Number(process.env['HAECHI_PROPERTY_RUNS'] ?? 300)
/** Far more than any of them needs on a busy machine. */
const mostMs = 5000

const objects = [
  new Uint8Array(0),
  Buffer.from('MZ'),
  Buffer.from('abcabcabc alpha one 4A1z'),
  randomBytes(3000, 7),
  Buffer.alloc(70_000, 'a'),
]

/** Compiles and applies a rule file; gives the names of the rules that were accepted. */
function survives(source: Uint8Array): string[] {
  const started = performance.now()
  const sources = [{ name: 'fuzz.yar', namespace: 'fuzz', text: source }]
  const { image, about } = compileSources(sources, { variables: {}, complete: false })
  for (const { line, column, message } of about.problems)
    assert.ok(line >= 1 && column >= 1 && message !== '')
  const matcher = new Matcher(image)
  const rules = new RuleTable(image)
  const scanner = new YaraScanner(rules)
  for (const bytes of objects) {
    const budget = new Budget({ ...defaultLimits, maxMs: mostMs })
    const profile = profileOf(bytes)
    const hits = matcher.run({ bytes, profile, all: false, budget })
    for (const rule of scanner.matching({ bytes, profile, hits, budget, variables: {} })) rules.head(rule)
  }
  assert.ok(performance.now() - started < mostMs, Buffer.from(source).toString('latin1'))
  return Array.from({ length: rules.count }, (_, rule) => rules.head(rule).name)
}

const features = readFileSync(join(import.meta.dirname, '../eval/agreement/features.yar'), 'latin1')
const ruleTexts = features.split(/^(?=(?:private )?rule )/m).slice(1)

test('any bytes are no rules', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.deepEqual(survives(bytes), [])
    }),
    { numRuns: runs },
  )
})

/** Cuts, doubles, swaps, overwrites: at places that fall on the tokens. */
const change = fc.record({
  at: fc.nat({ max: 400 }),
  length: fc.nat({ max: 12 }),
  kind: fc.constantFrom('cut', 'double', 'number', 'bracket', 'byte', 'move'),
  value: fc.constantFrom(
    '0',
    '-1',
    '99999999999999999999',
    '0x',
    '1e9',
    '4294967295',
    '*',
    '?',
    '[',
    '|',
    '\\',
    '"',
  ),
})

function changed(
  rule: string,
  { at, length, kind, value }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): string {
  const place = at % (rule.length + 1)
  const before = rule.slice(0, place)
  const part = rule.slice(place, place + length)
  const after = rule.slice(place + length)
  switch (kind) {
    case 'cut':
      return before + after
    case 'double':
      return before + part + part + after
    case 'number':
      return before + rule.slice(place).replace(/\d+/, value)
    case 'bracket':
      return before + rule.slice(place).replace(/[[\](){}|]/, value)
    case 'byte':
      return before + value + after
    case 'move':
      return after + part + before
  }
}

test('rules with parts cut, doubled, moved or overwritten are survived, also when they are applied', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ruleTexts),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (rule, changes) => {
        let broken = rule
        for (const each of changes) broken = changed(broken, each)
        survives(Buffer.from(`import "pe" import "math" import "hash"\n${broken}`, 'latin1'))
      },
    ),
    { numRuns: runs * 2 },
  )
})

test('a rule before a broken one is loaded, whatever is missing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ruleTexts.filter((rule) => rule.includes('strings:'))),
      fc.nat(60),
      (rule, cut) => {
        const broken = rule.trimEnd().slice(0, -2 - (cut % 20))
        const names = survives(
          Buffer.from(
            `rule before { condition: true }\n${broken}\n}\nrule behind { condition: true }\n`,
            'latin1',
          ),
        )
        assert.equal(names[0], 'before')
      },
    ),
    { numRuns: runs / 3 },
  )
})

test('any condition on any object gives an answer, the same in scans and when every match is looked for', () => {
  const strings = ['a', 'b', 'ab', 'zz'].map((value, index) => ({
    identifier: `$${index}`,
    private: false,
    pattern: text(value),
    line: 1,
  }))
  const bare = { namespace: 'n', tags: [], meta: [], global: false, file: '', line: 1, modules: [] }
  const before = [true, false, true].map((value, index): CheckedRule => ({
    ...bare,
    name: `known_${index}`,
    private: true,
    strings: [],
    condition: { op: 'const', type: 'bool', value },
  }))
  const anyBytes = fc.oneof(
    fc
      .array(fc.constantFrom(0x61, 0x62, 0x7a, 0x4d, 0x5a, 0), { maxLength: 40 })
      .map((bytes) => Uint8Array.from(bytes)),
    fc.constant(Buffer.from('MZ ab zz')),
    fc.constant(Buffer.alloc(150_000, 'ab')),
  )
  fc.assert(
    fc.property(conditions, anyBytes, (condition, bytes) => {
      const rule: CheckedRule = { ...bare, name: 'asked', private: false, strings, condition }
      const answers = [false, true].map((complete) => {
        const builder = new MatcherBuilder()
        const tables = compileRules([...before, rule], builder, { complete })
        const made = Image.of(tables)
        const users = userTables(made.words('yaraRules'), made.words('yaraStrings'), builder.count)
        const image = Image.of({ ...builder.build(), ...tables, ...users })
        const budget = new Budget({ ...defaultLimits, maxMs: mostMs })
        const profile = profileOf(bytes)
        const hits = new Matcher(image).run({ bytes, profile, all: complete, budget })
        const scanner = new YaraScanner(new RuleTable(image))
        return [...scanner.matching({ bytes, profile, hits, budget, variables: {} })]
      })
      assert.deepEqual(answers[0], answers[1])
    }),
    { numRuns: runs },
  )
})
