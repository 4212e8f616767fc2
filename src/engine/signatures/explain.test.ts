import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { zipOf } from '../../../test/support/zip-writer.ts'
import type { Explained } from '../detectors/yara/condition/explain.ts'
import { defaultLimits } from '../limits.ts'
import { explainRules, type FileExplanation } from './explain.ts'

interface Asked {
  readonly rules: string
  readonly data: Uint8Array | string
  readonly member?: readonly string[]
  readonly chooses?: (rule: { readonly name: string }) => boolean
}

function explain(t: TestContext, { rules, data, member = [], chooses = () => true }: Asked): FileExplanation {
  const path = withFolder(t).file('sample.bin', data)
  return explainRules({
    path,
    sources: [{ name: 'a.yar', namespace: 'a', text: Buffer.from(rules) }],
    variables: { level: 3 },
    chooses,
    member,
    visit: { limits: defaultLimits, passwords: [] },
  })
}

function flat({ text, value, children }: Explained): (readonly [string, unknown])[] {
  return [[text, value], ...children.flatMap((child) => flat(child))]
}

test('every match of every string is told, also where a scan needs only one', (t) => {
  const { object } = explain(t, {
    rules: 'rule a { strings: $x = "ab" $n = "no" condition: $x or $n }',
    data: 'ab..ab....ab',
  })
  const [rule] = object?.rules ?? []
  assert.equal(rule?.holds, true)
  assert.deepEqual(
    rule?.strings.map(({ identifier, count, matches }) => [
      identifier,
      count,
      matches.map(({ offset }) => offset),
    ]),
    [
      ['$x', 3, [0, 4, 10]],
      ['$n', 0, []],
    ],
  )
  assert.deepEqual(Buffer.from(rule?.strings[0]?.matches[0]?.bytes ?? []).toString(), 'ab')
})

test('matches and their bytes are bounded, the count is not', (t) => {
  const { object } = explain(t, {
    rules: 'rule a { strings: $x = /x{500}/ condition: #x > 2 }',
    data: 'x'.repeat(1000),
  })
  const [string] = object?.rules[0]?.strings ?? []
  assert.equal(string?.count, 501)
  assert.equal(string?.matches.length, 20)
  assert.equal(string?.matches[0]?.length, 500)
  assert.equal(string?.matches[0]?.bytes.length, 64)
})

test('the parts of a condition have their values, also those that a scan would skip', (t) => {
  const { object } = explain(t, {
    rules: 'rule a { strings: $x = "ab" condition: filesize > 100 and $x and level == 3 }',
    data: 'ab',
  })
  const rule = object?.rules[0]
  assert.equal(rule?.holds, false)
  const parts = new Map(rule === undefined ? [] : flat(rule.condition))
  assert.equal(parts.get('filesize > 100'), false)
  assert.equal(parts.get('filesize'), '2')
  assert.equal(parts.get('$x'), true)
  assert.equal(parts.get('level == 3'), true)
})

test('a rule that would match says which global rule keeps it from matching', (t) => {
  const { object } = explain(t, {
    rules: 'global rule gate { condition: filesize > 100 } rule a { condition: true }',
    data: 'x',
    chooses: ({ name }) => name === 'a',
  })
  assert.deepEqual(
    object?.rules.map(({ rule, holds, shutBy }) => [rule.name, holds, shutBy]),
    [['a', true, 'gate']],
  )
})

test('a member is explained when it is named, and is told of otherwise', (t) => {
  const rules = 'rule a { strings: $x = "needle" condition: $x }'
  const inner = zipOf([{ name: 'deep/n.txt', data: 'a needle' }])
  const data = zipOf([{ name: 'inner.zip', data: inner }])
  const outside = explain(t, { rules, data })
  assert.equal(outside.object?.rules[0]?.holds, false)
  assert.deepEqual(outside.others.at(-1), {
    chain: ['sample.bin', 'inner.zip', 'deep/n.txt'],
    matching: ['a'],
  })
  const inside = explain(t, { rules, data, member: ['inner.zip', 'deep/n.txt'] })
  assert.equal(inside.object?.rules[0]?.strings[0]?.matches[0]?.offset, 2)
  assert.equal(explain(t, { rules, data, member: ['other'] }).object, undefined)
})

test('rules with errors are among the problems, the others are explained', (t) => {
  const { object, problems } = explain(t, {
    rules: 'rule bad { condition: nothing } rule good { condition: filesize == 1 }',
    data: 'x',
  })
  assert.deepEqual(
    problems.map(({ rule }) => rule),
    ['bad'],
  )
  assert.deepEqual(
    object?.rules.map(({ rule }) => rule.name),
    ['good'],
  )
})

test('an empty file is explained like any other', (t) => {
  const { object } = explain(t, { rules: 'rule a { condition: filesize == 0 }', data: '' })
  assert.equal(object?.rules[0]?.holds, true)
  assert.equal(object?.size, 0)
})

test('any bytes are explained, whatever they are, and no match lies outside of them', (t) => {
  const rules = `import "pe" import "elf"
    rule a { strings: $x = { 4d 5a } $y = /[a-z]{2,5}/ $z = "PK" wide condition: pe.is_pe or #y > 2 or $x at 0 or elf.type == 2 or $z }`
  const head = fc.constantFrom('MZ', '\u007fELF', 'PK\u0003\u0004', '')
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      const data = Buffer.concat([Buffer.from(start), rest])
      const { object } = explain(t, { rules, data })
      for (const { matches } of object?.rules[0]?.strings ?? []) {
        for (const { offset, length } of matches) assert.ok(offset >= 0 && offset + length <= data.length)
      }
      assert.equal(object?.size, data.length)
    }),
    { numRuns: 40 },
  )
})
