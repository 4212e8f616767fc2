// Correlations: windows, groups, order, aliases, chains, bounds.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readRules } from '../read/read-rules.ts'
import { sigmaOf, testSource } from '../rules-under-test.ts'
import { createSigma, type Sigma } from '../sigma.ts'
import type { SigmaRecord } from '../windows-record.ts'
import { CorrelationState, maxGroups } from './correlation-state.ts'

const base = ['failed', 'success', 'other'].map(
  (name) => `title: ${name}\nname: ${name}\ndetection: {a: {Kind: ${name}}, condition: a}`,
)

function correlation(body: string, name = 'story'): string {
  return `title: ${name}\nname: ${name}\nlevel: high\ncorrelation: ${body}`
}

/** Feeds `kind` at second, with fields; the titles that each gives. */
function tell(sigma: Sigma, second: number, fields: SigmaRecord): string[] {
  const time = new Date(1_780_000_000_000 + second * 1000).toISOString()
  return sigma
    .matchRecord(testSource, { '@timestamp': time, User: 'u', ...fields }, second)
    .map(({ title }) => title)
}

test('event_count tells once when the count is reached within the timespan, for each group', () => {
  const sigma = sigmaOf([
    ...base,
    correlation('{type: event_count, rules: [failed], group-by: [User], timespan: 10s, condition: {gte: 3}}'),
  ])
  const failed = (second: number, user = 'u'): string[] => tell(sigma, second, { Kind: 'failed', User: user })
  assert.deepEqual(failed(0), [], 'the rule itself is silent')
  assert.deepEqual(failed(1), [])
  assert.deepEqual(failed(2, 'v'), [])
  assert.deepEqual(failed(11.5), [], 'the first two are too old')
  assert.deepEqual(failed(12), [])
  assert.deepEqual(failed(13), ['story'])
  assert.deepEqual(failed(14), [], 'the same burst')
  assert.deepEqual(failed(30), [])
  assert.deepEqual(failed(31), [])
  assert.deepEqual(failed(32), ['story'], 'a new burst')
  assert.deepEqual(tell(sigma, 33, { Kind: 'failed', User: undefined }), [], 'without the field: no group')
})

test('a finding names its group, its value and its events', () => {
  const sigma = sigmaOf([
    ...base,
    correlation('{type: event_count, rules: [failed], group-by: [User], timespan: 1m, condition: {gt: 1}}'),
  ])
  tell(sigma, 1, { Kind: 'failed' })
  const time = new Date(1_780_000_005_000).toISOString()
  const [found] = sigma.matchRecord(testSource, { '@timestamp': time, Kind: 'failed', User: 'u' }, 'second')
  assert.equal(found?.level, 'high')
  assert.deepEqual(found.correlation?.group, { User: 'u' })
  assert.equal(found.correlation.value, 2)
  assert.equal(found.correlation.toMs - found.correlation.fromMs, 4000)
  assert.deepEqual(
    found.correlation.hits.map(({ rule, reference }) => [rule, reference]),
    [
      ['failed', 1],
      ['failed', 'second'],
    ],
  )
})

test('a burst that goes on is told again after each timespan', () => {
  const sigma = sigmaOf([
    ...base,
    correlation('{type: event_count, rules: [failed], group-by: [User], timespan: 10s, condition: {gte: 2}}'),
  ])
  const told = Array.from({ length: 31 }, (_, second) => tell(sigma, second, { Kind: 'failed' }).length)
  assert.deepEqual(
    told.flatMap((count, second) => (count > 0 ? [second] : [])),
    [1, 11, 21],
  )
})

test('generate lets the rules speak too', () => {
  const sigma = sigmaOf([
    ...base,
    correlation(
      '{type: event_count, rules: [failed], group-by: [User], timespan: 10s, generate: true, condition: {gte: 2}}',
    ),
  ])
  assert.deepEqual(tell(sigma, 0, { Kind: 'failed' }), ['failed'])
  assert.deepEqual(tell(sigma, 1, { Kind: 'failed' }), ['failed', 'story'])
})

test('ranges and equality of counts', () => {
  const at = (condition: string, count: number): boolean => {
    const sigma = sigmaOf([
      ...base,
      correlation(
        `{type: event_count, rules: [failed], group-by: [User], timespan: 1h, condition: ${condition}}`,
      ),
    ])
    let last: string[] = []
    for (let i = 0; i < count; i++) last = tell(sigma, i, { Kind: 'failed' })
    return last.length > 0
  }
  assert.ok(at('{eq: 3}', 3))
  assert.ok(!at('{eq: 3}', 4))
  assert.ok(at('{gt: 2, lte: 4}', 3))
  assert.ok(!at('{gt: 2, lte: 4}', 2))
  assert.ok(at('{lt: 2}', 1))
})

test('value_count counts different values', () => {
  const sigma = sigmaOf([
    ...base,
    correlation(
      '{type: value_count, rules: [failed], group-by: [Host], timespan: 10s, condition: {field: User, gte: 3}}',
    ),
  ])
  const failed = (second: number, user: string): string[] =>
    tell(sigma, second, { Kind: 'failed', User: user, Host: 'h' })
  assert.deepEqual([failed(0, 'a'), failed(1, 'b'), failed(2, 'b'), failed(3, 'a')].flat(), [])
  assert.deepEqual(failed(4, 'c'), ['story'])
  assert.deepEqual([failed(40, 'd'), failed(41, 'e')].flat(), [])
  assert.deepEqual(failed(42, 'f'), ['story'])
})

test('temporal needs all rules in any order, within the timespan', () => {
  const sigma = sigmaOf([
    ...base,
    correlation('{type: temporal, rules: [failed, success], group-by: [User], timespan: 5s}'),
  ])
  assert.deepEqual(tell(sigma, 0, { Kind: 'success' }), [])
  assert.deepEqual(tell(sigma, 1, { Kind: 'failed', User: 'v' }), [])
  assert.deepEqual(tell(sigma, 4, { Kind: 'failed' }), ['story'])
  assert.deepEqual(tell(sigma, 20, { Kind: 'failed' }), [])
  assert.deepEqual(tell(sigma, 26, { Kind: 'success' }), [], 'too late')
})

test('temporal_ordered needs them in their order', () => {
  const sigma = sigmaOf([
    ...base,
    correlation('{type: temporal_ordered, rules: [failed, other, success], group-by: [User], timespan: 10s}'),
  ])
  const kinds = (list: readonly string[], start: number): string[] =>
    list.flatMap((kind, i) => tell(sigma, start + i, { Kind: kind }))
  assert.deepEqual(kinds(['success', 'other', 'failed'], 0), [])
  assert.deepEqual(kinds(['other', 'success'], 4), ['story'])
  assert.deepEqual(kinds(['failed', 'success', 'other'], 100), [])
  assert.deepEqual(tell(sigma, 109, { Kind: 'success' }), ['story'])
  assert.deepEqual(tell(sigma, 200, { Kind: 'failed' }), [])
  assert.deepEqual(tell(sigma, 205, { Kind: 'other' }), [])
  assert.deepEqual(tell(sigma, 211, { Kind: 'success' }), [], 'the first is too old')
})

test('temporal conditions may be a number of rules or an expression', () => {
  const some = sigmaOf([
    ...base,
    correlation(
      '{type: temporal, rules: [failed, success, other], group-by: [User], timespan: 1m, condition: {gte: 2}}',
    ),
  ])
  assert.deepEqual([...tell(some, 0, { Kind: 'failed' }), ...tell(some, 1, { Kind: 'other' })], ['story'])
  const expression = sigmaOf([
    ...base,
    correlation(
      '{type: temporal, rules: [failed, success, other], group-by: [User], timespan: 1m, condition: failed and not other and success}',
    ),
  ])
  assert.deepEqual(
    [...tell(expression, 0, { Kind: 'failed' }), ...tell(expression, 1, { Kind: 'success' })],
    ['story'],
  )
  assert.deepEqual(
    [
      ...tell(expression, 100, { Kind: 'other' }),
      ...tell(expression, 101, { Kind: 'failed' }),
      ...tell(expression, 102, { Kind: 'success' }),
    ],
    [],
  )
  const ordered = sigmaOf([
    ...base,
    correlation(
      '{type: temporal_ordered, rules: [failed, success], group-by: [User], timespan: 1m, condition: failed AND success}',
    ),
  ])
  assert.deepEqual([...tell(ordered, 0, { Kind: 'success' }), ...tell(ordered, 1, { Kind: 'failed' })], [])
  assert.deepEqual(tell(ordered, 2, { Kind: 'success' }), ['story'])
})

test('sums, averages, extremes and percentiles of a field', () => {
  const last = (type: string, condition: string, bytes: readonly unknown[]): string[] => {
    const sigma = sigmaOf([
      ...base,
      correlation(
        `{type: ${type}, rules: [failed], group-by: [User], timespan: 1h, condition: {field: Bytes, ${condition}}}`,
      ),
    ])
    return bytes.map((value, i) => tell(sigma, i, { Kind: 'failed', Bytes: value })).at(-1) ?? []
  }
  assert.deepEqual(last('value_sum', 'gt: 100', [50, '40']), [])
  assert.deepEqual(last('value_sum', 'gt: 100', [50, '40', 11]), ['story'])
  assert.deepEqual(last('value_sum', 'gte: 0', ['x']), [], 'no number')
  assert.deepEqual(last('value_avg', 'gte: 20', [10, 29]), [])
  assert.deepEqual(last('value_avg', 'gte: 20', [10, 30]), ['story'])
  assert.deepEqual(last('value_max', 'gt: 99', [1, 100]), ['story'])
  assert.deepEqual(last('value_min', 'lt: 2', [5, 1]), ['story'])
  assert.deepEqual(last('value_percentile', 'percentile: 90, gte: 9', [1, 2, 3, 4, 5, 6, 7, 8]), [])
  assert.deepEqual(last('value_percentile', 'percentile: 90, gte: 9', [1, 2, 3, 4, 5, 6, 7, 8, 9]), ['story'])
  assert.deepEqual(last('value_percentile', 'gt: 4', [1, 2, 9, 8, 7]), ['story'], 'the median')
})

test('aliases join different fields of different rules', () => {
  const sigma = sigmaOf([
    ...base,
    correlation(
      '{type: temporal, rules: [failed, success], group-by: [ip], timespan: 1m, aliases: {ip: {failed: Source, success: Destination}}}',
    ),
  ])
  assert.deepEqual(tell(sigma, 0, { Kind: 'failed', Source: '1', Destination: '2' }), [])
  assert.deepEqual(tell(sigma, 1, { Kind: 'success', Source: '1', Destination: '2' }), [])
  assert.deepEqual(tell(sigma, 2, { Kind: 'success', Source: '9', Destination: '1' }), ['story'])
})

test('a correlation of a correlation: many failures, then a success', () => {
  const sigma = sigmaOf([
    ...base,
    correlation(
      '{type: event_count, rules: [failed], group-by: [User, Host], timespan: 1m, condition: {gte: 3}}',
      'many',
    ),
    correlation('{type: temporal_ordered, rules: [many, success], group-by: [User], timespan: 1h}'),
  ])
  for (let i = 0; i < 3; i++) assert.deepEqual(tell(sigma, i, { Kind: 'failed', Host: 'h' }), [])
  assert.deepEqual(tell(sigma, 60, { Kind: 'success', User: 'v' }), [])
  assert.deepEqual(tell(sigma, 61, { Kind: 'success' }), ['story'])
})

test('correlations that refer to nothing or to themselves are refused', () => {
  const problems = (documents: readonly string[]): readonly string[] =>
    createSigma(readRules([{ source: 'x', text: documents.join('\n---\n') }]))
      .problems.filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)
  const to = (name: string, rules: string): string =>
    correlation(`{type: temporal, rules: [${rules}], group-by: [a], timespan: 1m}`, name)
  assert.match(problems([to('a', 'nobody')])[0] ?? '', /no rule nobody/)
  assert.equal(problems([to('a', 'b'), to('b', 'a')]).length, 2)
  for (const body of [
    '{type: near, rules: [a], timespan: 1m, condition: {gte: 1}}',
    '{type: event_count, rules: [], timespan: 1m, condition: {gte: 1}}',
    '{type: event_count, rules: [a], timespan: 90, condition: {gte: 1}}',
    '{type: event_count, rules: [a], timespan: 1m}',
    '{type: event_count, rules: [a], timespan: 1m, condition: {gte: many}}',
    '{type: value_count, rules: [a], timespan: 1m, condition: {gte: 1}}',
    '{type: value_percentile, rules: [a], timespan: 1m, condition: {gte: 1, field: b, percentile: 100}}',
    '{type: temporal, rules: [a], timespan: 1m, condition: a and b}',
  ]) {
    assert.equal(problems([correlation(body)]).length, 1, body)
  }
})

test('events that come out of order count at their own time', () => {
  const sigma = sigmaOf([
    ...base,
    correlation('{type: event_count, rules: [failed], group-by: [User], timespan: 10s, condition: {gte: 3}}'),
  ])
  const at = (second: number): string[] => tell(sigma, second, { Kind: 'failed' })
  assert.deepEqual([at(20), at(5), at(15)].flat(), [], 'one is too old')
  assert.deepEqual(at(12), ['story'])
})

test('groups are bounded: the one that waited longest is forgotten, and counted', () => {
  const { correlations } = readRules([
    {
      source: 'x',
      text: correlation('{type: event_count, rules: [r], group-by: [u], timespan: 1h, condition: {gte: 2}}'),
    },
  ])
  const [one] = correlations
  assert.ok(one !== undefined)
  const state = new CorrelationState(one)
  const take = (user: string): boolean =>
    state.take({ id: 'r', timeMs: 1000, field: () => user }) !== undefined
  for (let i = 0; i < maxGroups + 5; i++) assert.equal(take(`u${i}`), false)
  assert.equal(state.forgotten, 5)
  assert.ok(!take('u0'), 'forgotten')
  assert.ok(take(`u${maxGroups}`), 'still known')
})
