// Any rule and any event: nothing is thrown, and the index leaves out no rule that holds.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { readDocuments } from './read/documents.ts'
import { readRuleDocuments, readRules } from './read/read-rules.ts'
import { eventOf } from './rules-under-test.ts'
import { createSigma } from './sigma.ts'
import { windowsRecord } from './windows-record.ts'

const source = { category: 'test' }

const modifier = fc.constantFrom(
  'contains',
  'startswith',
  'endswith',
  'all',
  're',
  'i',
  'cidr',
  'exists',
  'cased',
  'neq',
  'lt',
  'gte',
  'fieldref',
  'expand',
  'windash',
  'base64',
  'base64offset',
  'wide',
  'hour',
  'bad',
)
const key = fc
  .tuple(fc.constantFrom('F', 'G', 'F.x', '', '__proto__'), fc.array(modifier, { maxLength: 2 }))
  .map(([field, modifiers]) => [field, ...modifiers].join('|'))
const scalar = fc.oneof(
  fc.constantFrom('a', 'A*b', '*', '?', '', '\\', 'é*', 'ab', 'x y', '10.0.0.0/8', '(a+)+', '%x%', '🙂'),
  fc.string({ maxLength: 6 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }))
const selection = fc.oneof(
  fc.dictionary(key, value, { maxKeys: 3 }),
  fc.array(fc.oneof(scalar, fc.dictionary(key, value, { maxKeys: 2 })), { maxLength: 3 }),
)
const condition = fc.constantFrom(
  's1',
  's1 and s2',
  's1 or s2',
  'not s1',
  '1 of s*',
  'all of them',
  's1 and not s2',
  '(s1',
  's3',
)
const rule = fc.record({
  title: fc.constantFrom('t', 'u'),
  logsource: fc.constant(source),
  detection: fc.record({ s1: selection, s2: selection, condition }),
})
const text = fc.oneof(
  fc.constantFrom('a', 'ab', 'AxB', 'É', 'x y', '-1', '10.1.2.3', '🙂', ''),
  fc.string({ maxLength: 8 }),
)
const record = fc.dictionary(
  fc.constantFrom('F', 'G', 'H'),
  fc.oneof(
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(fc.constant('x'), text),
  ),
  { maxKeys: 3 },
)

test('whatever is written in a file, reading it does not throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 })),
      (written) => {
        readRules([{ source: 'x', text: written }])
        readDocuments({ source: 'x', text: `a: ${written}` })
      },
    ),
    { numRuns: 60 },
  )
  fc.assert(
    fc.property(fc.anything(), (given) => {
      const documents = [
        { source: 'x', value: given, lineOf: () => 1 },
        {
          source: 'x',
          value: { title: 't', logsource: given, detection: given, correlation: given },
          lineOf: () => 1,
        },
        { source: 'x', value: { title: 't', logsource: source, filter: given }, lineOf: () => 1 },
      ]
      createSigma(readRuleDocuments(documents))
    }),
    { numRuns: 60 },
  )
})

test('with the index the same rules hold as without', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 6 }),
      fc.array(record, { minLength: 1, maxLength: 4 }),
      (documents, records) => {
        const named = documents.map((one, i) => ({ ...one, title: `rule ${i}` }))
        const set = readRuleDocuments(named.map((one) => ({ source: 'x', value: one, lineOf: () => 1 })))
        const sigma = createSigma(set)
        for (const one of records) {
          const found = sigma.matchRecord(source, one).map(({ title }) => title)
          const expected = set.rules
            .filter(({ title }) => sigma.explainRecord(source, one, title)?.holds === true)
            .map(({ title }) => title)
          assert.deepEqual(found, expected, JSON.stringify([named, one]))
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('any event and any record can be looked at', () => {
  const detection = 'detection: {a: {process.args|contains: a, F|re: b}, k: [c], condition: a or k or not a}'
  const sources = [
    '{product: linux, category: process_creation}',
    '{product: linux, service: auditd}',
    '{category: antivirus}',
    '{product: windows}',
  ]
  const sigma = createSigma(
    readRules(
      sources.map((logsource, i) => ({
        source: 'x',
        text: `title: t${i}\nlogsource: ${logsource}\n${detection}`,
      })),
    ),
  )
  const actions = [
    ['hx.process', 'exec'],
    ['hx.file', 'create'],
    ['hx.log', 'line'],
    ['hx.verdict', 'open'],
  ] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...actions),
      fc.object({
        key: fc.constantFrom(
          'process',
          'args',
          'hx',
          'file',
          'path',
          'event',
          'Event',
          'System',
          'EventData',
          'Channel',
        ),
        maxDepth: 4,
      }),
      ([dataset, action], given) => {
        const event = eventOf({ dataset, action })
        sigma.match({ ...given, ...event })
        sigma.explain({ ...given, ...event }, 't0')
        sigma.matchRecord({ product: 'windows' }, windowsRecord(given))
      },
    ),
    { numRuns: 60 },
  )
})

test('large events are looked at in bounded time', () => {
  const rules = ["{F|re: '(a|aa)+$'}", "{F|contains: 'a*a*a*a*a*b'}", "{F|endswith: '?????b'}", "['a*b']"]
  const sigma = createSigma(
    readRules(
      rules.map((one, i) => ({
        source: 'x',
        text: `title: t${i}\nlogsource: {category: test}\ndetection: {a: ${one}, condition: a}`,
      })),
    ),
  )
  const started = performance.now()
  assert.deepEqual(sigma.matchRecord(source, { F: `${'a'.repeat(1_000_000)}!` }), [])
  const ms = performance.now() - started
  assert.ok(ms < 1000, `${ms} ms`)
})
