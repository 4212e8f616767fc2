// What correlations hold, over a restart.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { sigmaOf, testSource } from '../rules-under-test.ts'
import type { Sigma } from '../sigma.ts'
import type { SigmaRecord } from '../windows-record.ts'
import { maxGroups } from './correlation-state.ts'

const kinds = ['failed', 'success', 'other']
const base = kinds.map(
  (name) => `title: ${name}\nname: ${name}\ndetection: {a: {Kind: ${name}}, condition: a}`,
)
const startMs = 1_780_000_000_000

function correlation(body: string, name = 'story'): string {
  return `title: ${name}\nname: ${name}\ncorrelation: {group-by: [User], timespan: 10s, ${body}}`
}

const bodies = [
  'type: event_count, rules: [failed], condition: {gte: 3}',
  'type: value_count, rules: [failed], condition: {gte: 3, field: N}',
  'type: temporal, rules: [failed, success, other]',
  'type: temporal_ordered, rules: [failed, success, other]',
  'type: value_sum, rules: [failed], condition: {gte: 9, field: N}',
  'type: value_percentile, rules: [failed], condition: {gte: 4, field: N, percentile: 60}',
]

interface Told {
  readonly second: number
  readonly kind: string
  readonly user: string
  readonly n: number
}

function tell(sigma: Sigma, { second, kind, user, n }: Told): unknown[] {
  const record: SigmaRecord = {
    '@timestamp': new Date(startMs + second * 1000).toISOString(),
    Kind: kind,
    User: user,
    N: n,
  }
  return sigma.matchRecord(testSource, record, second).map(({ title, correlation: found }) => [title, found])
}

const told = fc.record({
  second: fc.nat(40),
  kind: fc.constantFrom(...kinds),
  user: fc.constantFrom('anna', 'bob'),
  n: fc.nat(5),
})

for (const body of bodies) {
  test(`a restart at any moment changes nothing: ${body}`, () => {
    const documents = [...base, correlation(body)]
    fc.assert(
      fc.property(fc.array(told, { maxLength: 25 }), fc.nat(25), (events, at) => {
        const ordered = events.toSorted((a, b) => a.second - b.second)
        const whole = sigmaOf(documents)
        const expected = ordered.map((event) => tell(whole, event))
        const before = sigmaOf(documents)
        const first = ordered.slice(0, at).map((event) => tell(before, event))
        const after = sigmaOf(documents)
        const saved = before.save()
        after.restore(saved)
        assert.equal(after.save(), saved)
        const second = ordered.slice(at).map((event) => tell(after, event))
        assert.deepEqual([...first, ...second], expected)
      }),
      { numRuns: 60 },
    )
  })
}

const counting = [...base, correlation('type: event_count, rules: [failed], condition: {gte: 2}')]
const failed = (second: number, user = 'anna'): Told => ({ second, kind: 'failed', user, n: 1 })

test('what is over by the time of the events is not saved', () => {
  const sigma = sigmaOf(counting)
  tell(sigma, failed(0, 'anna'))
  tell(sigma, failed(11, 'bob'))
  assert.doesNotMatch(sigma.save(), /anna/)
  assert.match(sigma.save(), /bob/)
})

test('an event from the future does not make the others old', () => {
  const sigma = sigmaOf(counting)
  const nowSecond = Math.floor((Date.now() - startMs) / 1000)
  tell(sigma, failed(nowSecond))
  tell(sigma, failed(nowSecond + 86_400 * 365, 'bob'))
  assert.match(sigma.save(), /anna/)
})

test('a correlation that has changed begins anew', () => {
  const before = sigmaOf(counting)
  tell(before, failed(0))
  const other = sigmaOf([...base, correlation('type: event_count, rules: [failed], condition: {gte: 1}')])
  other.restore(before.save())
  assert.doesNotMatch(other.save(), /anna/)
})

test('what was told is not told again after a restart', () => {
  const before = sigmaOf(counting)
  assert.equal([0, 1, 2].flatMap((second) => tell(before, failed(second))).length, 1)
  const after = sigmaOf(counting)
  after.restore(before.save())
  assert.deepEqual(tell(after, failed(3)), [])
})

test('what is damaged or of another version is left out', () => {
  const before = sigmaOf(counting)
  tell(before, failed(0))
  const saved = before.save()
  const later = sigmaOf(counting)
  later.restore(saved.replace('"version":1', '"version":2'))
  assert.deepEqual(tell(later, failed(1)), [])
  const damaged = sigmaOf(counting)
  damaged.restore(saved.replace('"rule":"failed"', '"rule":5'))
  const [[, found] = []] = tell(damaged, failed(1)) as [string, { hits: unknown[]; value: number }][]
  assert.deepEqual([found?.value, found?.hits.length], [2, 1])
})

test('what is saved has a bound, and the newest groups are in it', () => {
  const sigma = sigmaOf([
    ...counting,
    ...Array.from({ length: 3 }, (_, i) =>
      correlation('type: event_count, rules: [failed], condition: {gte: 2}', `more ${i}`),
    ),
  ])
  for (let i = 0; i < maxGroups; i++) tell(sigma, failed(1, `${i} ${'u'.repeat(400)}`))
  const saved = sigma.save()
  assert.ok(saved.length < 4.2 * 1024 ** 2, `${saved.length}`)
  assert.ok(saved.length > 3 * 1024 ** 2, `${saved.length}`)
  const after = sigmaOf(counting)
  after.restore(saved)
  assert.ok(after.forgottenGroups > 0)
  assert.deepEqual(tell(after, failed(2, `${maxGroups - 1} ${'u'.repeat(400)}`)).length, 1)
  assert.deepEqual(tell(after, failed(2, `0 ${'u'.repeat(400)}`)), [])
})

test('anything may be restored', () => {
  const known = sigmaOf(counting)
  tell(known, failed(0))
  const saved = known.save()
  const damaged = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .tuple(fc.nat(saved.length), fc.nat(saved.length), fc.string({ maxLength: 4 }))
      .map(([from, to, text]) => saved.slice(0, from) + text + saved.slice(to)),
    fc
      .tuple(
        fc.jsonValue(),
        fc.constantFrom('window', 'hits', 'values', 'newestMs', 'groups', 'correlations'),
      )
      .map(([value, key]) =>
        JSON.stringify(JSON.parse(saved), (name, old: unknown) => (name === key ? value : old)),
      ),
  )
  fc.assert(
    fc.property(damaged, (text) => {
      for (const body of bodies) {
        const sigma = sigmaOf([...base, correlation(body)])
        sigma.restore(text)
        tell(sigma, failed(1))
        sigma.save()
      }
    }),
    { numRuns: 60 },
  )
})
