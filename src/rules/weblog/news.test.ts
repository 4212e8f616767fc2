import assert from 'node:assert/strict'
import { test } from 'node:test'

import { type AttackClass, attackClasses } from './detector.ts'
import type { WebFinding } from './finding.ts'
import { newsOf, type Told } from './news.ts'

function findingOf(
  name: AttackClass,
  confidence = 70,
  outcome: WebFinding['outcome'] = 'failed',
): WebFinding {
  return {
    class: name,
    detector: 'x',
    why: 'x',
    confidence,
    techniques: [],
    cwe: '',
    place: 'query',
    name: 'q',
    value: '',
    outcome,
  }
}

interface State {
  attacks: number
  outcome: WebFinding['outcome']
  readonly classes: Map<AttackClass, unknown>
  readonly told: Told
}

function start(): State {
  return {
    attacks: 1,
    outcome: 'failed',
    classes: new Map(),
    told: { count: 0, confidence: 0, likely: new Set() },
  }
}

function reasons(state: State, ...findings: WebFinding[]): string[] {
  const news = newsOf(state, findings)
  for (const finding of findings) state.classes.set(finding.class, true)
  return news.map(({ finding, because }) => `${finding.class} ${because}`)
}

test('of all classes the first eight are news, then only what likely succeeded and what is much surer', () => {
  const state = start()
  const told = attackClasses.flatMap((name) => reasons(state, findingOf(name)))
  assert.equal(told.length, 8)
  assert.deepEqual(reasons(state, findingOf('xss', 70, 'possible')), [])
  assert.deepEqual(reasons(state, findingOf('xss', 70, 'likely')), ['xss outcome'])
  assert.deepEqual(reasons(state, findingOf('xss', 70, 'likely')), [])
  assert.deepEqual(reasons(state, findingOf('ldap', 80)), ['ldap confidence'])
  assert.deepEqual(reasons(state, findingOf('ldap', 89)), [])
})

test('less than ten points more are none', () => {
  const state = start()
  assert.deepEqual(reasons(state, findingOf('sqli', 60)), ['sqli class'])
  assert.deepEqual(reasons(state, findingOf('sqli', 69)), [])
  assert.deepEqual(reasons(state, findingOf('sqli', 70)), ['sqli confidence'])
})

test('a count is told at powers of ten, by the surest finding, where nothing else is', () => {
  const state = start()
  reasons(state, findingOf('sqli'))
  for (const [attacks, expected] of [
    [9, []],
    [10, ['sqli count']],
    [11, []],
    [100, ['sqli count']],
    [1000, ['sqli count']],
    [10_000, ['sqli count']],
  ] as const) {
    state.attacks = attacks
    assert.deepEqual(reasons(state, findingOf('sqli')), expected, String(attacks))
  }
  state.attacks = 10
  assert.deepEqual(reasons(state, findingOf('sqli'), findingOf('xss')), ['xss class'])
})
