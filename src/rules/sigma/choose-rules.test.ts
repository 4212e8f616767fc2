import assert from 'node:assert/strict'
import { test } from 'node:test'

import { chooseRules } from './choose-rules.ts'
import { readRules } from './read/read-rules.ts'

const text = [
  rule('one', 'low'),
  rule('two', 'medium'),
  rule('three', 'informational'),
  rule('four', 'informational'),
  correlation({ name: 'five', of: 'three', level: 'low' }),
  correlation({ name: 'six', of: 'five', level: 'high' }),
].join('---\n')

function rule(name: string, level: string): string {
  return `name: ${name}\ntitle: Title ${name}\nlevel: ${level}\nlogsource: {category: test}\ndetection: {a: {f: 1}, condition: a}\n`
}

function correlation({ name, of, level }: Readonly<Record<'name' | 'of' | 'level', string>>): string {
  return `name: ${name}\ntitle: Title ${name}\nlevel: ${level}\ncorrelation: {type: event_count, rules: [${of}], group-by: [f], timespan: 1m, condition: {gte: 2}}\n`
}

function chosen(leastLevel: 'informational' | 'low' | 'medium', disable: readonly string[] = []): string[] {
  const set = chooseRules(readRules([{ source: 'x', text }]), { leastLevel, disable })
  return [...set.rules, ...set.correlations].map(({ name }) => name ?? '')
}

test('rules below the level are left out, but not what a correlation needs', () => {
  assert.deepEqual(chosen('informational'), ['one', 'two', 'three', 'four', 'five', 'six'])
  assert.deepEqual(chosen('medium'), ['two', 'three', 'five', 'six'])
})

test('rules are switched off by name or title, and a correlation takes what only it needs along', () => {
  assert.deepEqual(chosen('medium', ['six']), ['two'])
  assert.deepEqual(chosen('low', ['Title one', 'two']), ['three', 'five', 'six'])
})

test('a name that no rule has is a warning', () => {
  const set = chooseRules(readRules([{ source: 'x', text }]), {
    leastLevel: 'low',
    disable: ['nonsense', 'one'],
  })
  const own = set.problems.filter(({ source }) => source === 'the configuration')
  assert.deepEqual(
    own.map(({ severity, message }) => [severity, message]),
    [['warning', 'no rule is called nonsense, which [rules] disable names']],
  )
})
