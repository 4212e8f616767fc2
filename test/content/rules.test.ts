// Our own Sigma rules: each compiles, runs on this host's events, says what a rule has to say, fires on its cases, is silent
// on their look-alikes, and has no selection that its cases do not need.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'

import { parseAllDocuments } from 'yaml'

import { createSigma, readRules, type Sigma } from '../../src/rules/sigma/index.ts'
import { eventOf } from './case-events.ts'
import { type Case, caseFiles, type RuleFile, ruleFiles } from './content.ts'

interface Document {
  readonly id: string
  readonly title: string
  readonly status: string
  readonly description: string
  readonly references: readonly string[]
  readonly author: string
  readonly date: string
  readonly license: string
  readonly tags: readonly string[]
  readonly falsepositives: readonly string[]
  readonly level: string
  readonly detection?: Record<string, unknown>
}

const documentsOf = (text: string): Document[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Document)

const sigmaOf = (text: string): Sigma => createSigma(readRules([{ source: 'rule', text }]))

/** How often the rules of a file say something, one by one. */
function matchesOf(sigma: Sigma, one: Case): number {
  const events = typeof one !== 'string' && 'seq' in one ? one.seq : [one]
  return events.reduce((count, event, i) => count + sigma.match(eventOf(event, i)).length, 0)
}

const isSequence = (one: Case): boolean => typeof one !== 'string' && 'seq' in one

/** Of each case, whether the rule fires. Correlations keep what they saw: each sequence has an engine of its own. */
function outcomes(text: string, cases: readonly Case[]): boolean[] {
  const shared = sigmaOf(text)
  return cases.map((one) => matchesOf(isSequence(one) ? sigmaOf(text) : shared, one) > 0)
}

test('there are rules, and no cases without a rule', () => {
  assert.ok(ruleFiles.length > 100, `${ruleFiles.length}`)
  const names = new Set(ruleFiles.map(({ name }) => name))
  assert.deepEqual(
    caseFiles.filter((name) => !names.has(name)),
    [],
  )
})

test('every rule compiles without a warning and runs on events, with every field that it names', () => {
  const sigma = createSigma(readRules(ruleFiles.map(({ path, text }) => ({ source: path, text }))))
  assert.deepEqual(sigma.problems, [])
  const idle = sigma.support.filter(({ on, missing }) => on !== 'events' || missing.length > 0)
  assert.deepEqual(idle, [])
})

test('ids and titles are unique, and what a rule says of itself is complete', () => {
  const all = ruleFiles.flatMap(({ text }) => documentsOf(text))
  for (const key of ['id', 'title'] as const)
    assert.equal(new Set(all.map((one) => one[key])).size, all.length, `${key} is not unique`)
  for (const {
    title,
    id,
    status,
    description,
    references,
    author,
    date,
    license,
    tags,
    falsepositives,
    level,
  } of all) {
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/, title)
    assert.equal(status, 'test', title)
    assert.ok(description.length > 60, `${title}: the description says too little`)
    assert.ok(
      references.some((url) => url.startsWith('https://attack.mitre.org/techniques/')),
      title,
    )
    assert.equal(author, 'Haechi', title)
    assert.match(date, /^\d{4}-\d\d-\d\d$/, title)
    assert.equal(license, 'Apache-2.0', title)
    assert.ok(
      tags.some((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag)),
      title,
    )
    assert.ok(
      tags.some((tag) => /^attack\.[a-z][a-z-]+$/.test(tag) && !/^attack\.t\d/.test(tag)),
      title,
    )
    assert.ok(falsepositives.length > 0, title)
    assert.ok(['informational', 'low', 'medium', 'high', 'critical'].includes(level), title)
  }
})

for (const file of ruleFiles) {
  test(`${file.name} fires on its cases and not on their look-alikes`, () => {
    const { match, none } = casesOf(file)
    assert.ok(match.length >= 3, `${match.length} positive cases`)
    assert.ok(none.length > 0, 'no negative case')
    const fires = outcomes(file.text, [...match, ...none])
    assert.deepEqual(
      match.filter((_, i) => fires[i] !== true),
      [],
      'silent on what it is for',
    )
    assert.deepEqual(
      none.filter((_, i) => fires[match.length + i] === true),
      [],
      'fires on what it is not for',
    )
  })
}

for (const file of ruleFiles) {
  test(`${file.name} has no selection that its cases do not need`, () => {
    const { match, none } = casesOf(file)
    const all = [...match, ...none]
    const expected = outcomes(file.text, all)
    const survivors = mutantsOf(file.text).filter(({ text }) =>
      isDeepStrictEqual(outcomes(text, all), expected),
    )
    assert.deepEqual(
      survivors.map(({ what }) => what),
      [],
      'no case fails when',
    )
  })
}

function casesOf({ name, cases }: RuleFile): NonNullable<RuleFile['cases']> {
  assert.ok(cases, `content/tests/${name}.yml is not there`)
  return cases
}

/** The rule with each selection in turn always true, and never. */
function mutantsOf(text: string): { what: string; text: string }[] {
  const documents = documentsOf(text)
  return documents.flatMap(({ title, detection = {} }, at) =>
    Object.keys(detection)
      .filter((name) => name !== 'condition')
      .flatMap((name) =>
        [true, false].map((value) => {
          const mutated = structuredClone(documents)
          const changed = mutated[at]?.detection
          if (changed !== undefined) changed[name] = { 'event.action|exists': value }
          return {
            what: `${name} of "${title}" is ${value ? 'always' : 'never'} true`,
            text: mutated.map((document) => JSON.stringify(document)).join('\n---\n'),
          }
        }),
      ),
  )
}
