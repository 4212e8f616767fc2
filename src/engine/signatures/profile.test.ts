import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { zipOf } from '../../../test/support/zip-writer.ts'
import { defaultLimits } from '../limits.ts'
import { type Profile, Profiler } from './profile.ts'
import { compileSources } from './signatures.ts'

function profile(t: TestContext, rules: string, samples: readonly (Uint8Array | string)[]): Profile {
  const folder = withFolder(t)
  const source = { name: 'a.yar', namespace: 'a', text: Buffer.from(rules) }
  const { image } = compileSources([source], { variables: {}, complete: false })
  const profiler = new Profiler(image, {})
  for (const [index, sample] of samples.entries()) {
    profiler.add(folder.file(`${index}`, sample), { limits: defaultLimits, passwords: [] })
  }
  return profiler.result()
}

function countsOf({ rules }: Profile, name: string): readonly number[] | undefined {
  const cost = rules.find(({ rule }) => rule.name === name)
  if (cost === undefined) return undefined
  return [cost.evaluated, cost.matched, cost.candidates, cost.verified]
}

test('a rule is evaluated where one of its strings is, and only there', (t) => {
  const rules = 'rule a { strings: $x = "EvilCorp" condition: $x and filesize < 12 }'
  const result = profile(t, rules, ['EvilCorp', 'nothing', 'EvilCorp and more'])
  assert.deepEqual(countsOf(result, 'a'), [2, 1, 2, 2])
  assert.equal(result.objects, 3)
  assert.equal(result.bytes, 8 + 7 + 17)
})

test('places that were looked at in vain are counted', (t) => {
  // The first pass looks for four bytes of the string; the rest of it is not there.
  const result = profile(t, 'rule a { strings: $x = "EvilCorpInternational" condition: $x }', [
    'EvilCorpInternation EvilCorpInternation EvilCorpInternational',
  ])
  const [evaluated, matched, candidates, verified] = countsOf(result, 'a') ?? []
  assert.deepEqual([evaluated, matched, verified], [1, 1, 1])
  assert.ok((candidates ?? 0) >= 1 && (candidates ?? 0) <= 3, `${candidates}`)
})

test('rules without strings are evaluated for every object, members too', (t) => {
  const archive = zipOf([
    { name: 'a', data: 'x' },
    { name: 'b', data: 'yy' },
  ])
  const result = profile(t, 'rule a { condition: filesize == 2 }', [archive])
  assert.deepEqual(countsOf(result, 'a'), [3, 1, 0, 0])
  assert.equal(result.objects, 3)
})

test('a string without an atom costs one search of the whole object', (t) => {
  const result = profile(t, 'rule a { strings: $x = { 4? ?1 ?? 5? } condition: $x }', ['A\u0001\0P'])
  assert.deepEqual(countsOf(result, 'a'), [1, 1, 1, 1])
})

test('parts of a string with a large gap count for the string', (t) => {
  const rules =
    'rule a { strings: $x = { 45 76 69 6c 43 6f 72 70 [300-400] 4e 65 65 64 6c 65 58 59 } condition: $x }'
  const result = profile(t, rules, [`EvilCorp${'.'.repeat(350)}NeedleXY`])
  assert.deepEqual(countsOf(result, 'a'), [1, 1, 2, 2])
})

test('what a shared string costs is borne by all rules that have it', (t) => {
  const rules =
    'rule a { strings: $x = "EvilCorp" condition: $x } rule b { strings: $x = "EvilCorp" condition: $x }'
  const { rules: costs } = profile(t, rules, ['EvilCorp '.repeat(50)])
  assert.equal(costs.length, 2)
  assert.equal(costs[0]?.stringsMs, costs[1]?.stringsMs)
  assert.ok((costs[0]?.stringsMs ?? 0) > 0)
})

test('the dearest rule is the first, and modules are measured apart', (t) => {
  const slow = 'rule slow { condition: for all i in (0..20000) : (uint8(i % filesize) >= 0) }'
  const result = profile(
    t,
    `import "math" ${slow} rule fast { condition: math.entropy(0, filesize) >= 0.0 }`,
    ['abcdef'],
  )
  assert.equal(result.rules[0]?.rule.name, 'slow')
  assert.ok((result.rules[0]?.ms ?? 0) > (result.rules[1]?.ms ?? 0))
  assert.deepEqual(Object.keys(result.moduleMs), ['math'])
  assert.ok(result.searchMs >= 0)
})

test('rules that cost nothing are not listed', (t) => {
  const result = profile(t, 'rule a { strings: $x = "EvilCorp" condition: $x }', ['nothing of it'])
  assert.deepEqual(result.rules, [])
})
