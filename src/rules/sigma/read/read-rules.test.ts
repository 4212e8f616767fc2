// Reading rules: what is refused, where, and why; conditions; what authors are warned of.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Condition, RuleProblem } from '../rule.ts'
import { readCondition } from './condition.ts'
import { readRules } from './read-rules.ts'

function problemsOf(text: string): readonly RuleProblem[] {
  return readRules([{ source: 'x.yml', text }]).problems
}

function rule(detection: string, more = ''): string {
  return `title: T
id: 7f9a1c1e-0c69-4d0b-9f27-0e6f9d1b2a3c
level: low
${more}logsource:
    product: linux
detection:
${detection}`
}

const fine = `    selection:
        Image: x
    condition: selection
`

test('a rule is read with its head', () => {
  const { rules, problems } = readRules([
    { source: 'a.yml', text: rule(fine, 'author: A\ntags: [attack.t1059.004]\nfalsepositives: none\n') },
  ])
  assert.deepEqual(problems, [])
  const [one] = rules
  assert.equal(one?.title, 'T')
  assert.equal(one.author, 'A')
  assert.deepEqual(one.tags, ['attack.t1059.004'])
  assert.deepEqual(one.falsePositives, ['none'])
  assert.deepEqual(one.logsource, { product: 'linux' })
})

test('every fault is told with its line, its place and its reason', () => {
  const cases: readonly (readonly [string, number, string | undefined, RegExp])[] = [
    [
      rule('    selection:\n        Image|foo: x\n    condition: selection\n'),
      8,
      'detection.selection.Image|foo',
      /no modifier `foo`/,
    ],
    [
      rule('    selection:\n        A|re:\n            - ok\n            - (\n    condition: selection\n'),
      10,
      'detection.selection.A|re[1]',
      /[Uu]nterminated/,
    ],
    [
      rule('    selection:\n        A|cidr: 10.0.0.0/99\n    condition: selection\n'),
      8,
      'detection.selection.A|cidr',
      /no network/,
    ],
    [
      rule('    selection:\n        A|gt: many\n    condition: selection\n'),
      8,
      'detection.selection.A|gt',
      /number/,
    ],
    [
      rule('    selection:\n        A|exists: yes\n    condition: selection\n'),
      8,
      'detection.selection.A|exists',
      /true or false/,
    ],
    [rule('    selection:\n        A: []\n    condition: selection\n'), 8, 'detection.selection.A', /empty/],
    [
      rule('    selection:\n        A: {b: c}\n    condition: selection\n'),
      8,
      'detection.selection.A',
      /a value is/,
    ],
    [
      rule('    selection:\n        A|base64: a*b\n    condition: selection\n'),
      8,
      'detection.selection.A|base64',
      /wildcards/,
    ],
    [
      rule('    selection:\n        A|re|cidr: x\n    condition: selection\n'),
      8,
      'detection.selection.A|re|cidr',
      /exclude/,
    ],
    [
      rule('    selection:\n        A|i: x\n    condition: selection\n'),
      8,
      'detection.selection.A|i',
      /flag of `re`/,
    ],
    [
      rule('    selection:\n        A: x\n    condition: selection and other\n'),
      9,
      'detection.condition',
      /no `other`/,
    ],
    [
      rule('    selection:\n        A: x\n    condition: selection | count() > 5\n'),
      9,
      'detection.condition',
      /correlation/,
    ],
    [rule('    selection:\n        A: x\n'), 7, 'detection.condition', /no condition/],
    [rule('    condition: selection\n'), 7, 'detection', /no selection/],
    ['title: T\nlogsource: {}\ndetection: {a: {b: c}, condition: a}\n', 2, 'logsource', /names no product/],
    ['title: T\ndetection: {a: {b: c}, condition: a}\n', 1, 'logsource', /no logsource/],
    ['detection: {a: {b: c}, condition: a}\n', 1, 'title', /no title/],
    ['title: [\n', 2, undefined, /./],
    ['- 1\n', 1, undefined, /map/],
    ['title: T\naction: global\n', 2, 'action', /no longer/],
  ]
  for (const [text, line, place, reason] of cases) {
    const errors = problemsOf(text).filter(({ severity }) => severity === 'error')
    assert.equal(errors.length, 1, text)
    const [error] = errors
    assert.equal(error?.place, place, text)
    assert.match(error?.message ?? '', reason)
    assert.equal(error?.line, line, text)
  }
})

test('a faulty rule does not take the others of its file with it', () => {
  const other = rule(fine).replace('7f9a', '7f9b')
  const { rules, problems } = readRules([
    { source: 'x', text: `${rule('    condition: x\n')}---\n${other}---\n# nothing\n` },
  ])
  assert.equal(rules.length, 1)
  assert.equal(problems.length, 1)
})

test('authors are warned', () => {
  const warned = problemsOf(
    `title: T
level: huge
status: new
date: May
tags: [Execution]
logsource: {product: linux}
detection:
    used: {A|contains|all: x}
    unused: {A: x}
    condition: used
`,
  )
  assert.ok(warned.every(({ severity }) => severity === 'warning'))
  assert.deepEqual(
    new Set(warned.map(({ place }) => place)),
    new Set([
      undefined,
      'level',
      'status',
      'date',
      'tags[0]',
      'detection.unused',
      'detection.used.A|contains|all',
    ]),
  )
  assert.match(problemsOf(rule(fine).replace(/id: .*/, 'id: 5'))[0]?.message ?? '', /UUID/)
})

test('an id that is there twice is refused', () => {
  const { rules, problems } = readRules([
    { source: 'a', text: rule(fine) },
    { source: 'b', text: rule(fine) },
  ])
  assert.equal(rules.length, 1)
  assert.match(problems[0]?.message ?? '', /a$/)
})

test('YAML that repeats itself without end is refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 12; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`)
  const [problem] = problemsOf(lines.join('\n'))
  assert.equal(problem?.severity, 'error')
})

function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'name':
      return condition.name
    case 'not':
      return `!${conditionText(condition.of)}`
    case 'and':
    case 'or':
      return `(${condition.of.map((one) => conditionText(one)).join(condition.kind === 'and' ? '&' : '|')})`
  }
}

test('conditions bind as the specification says: not, and, or', () => {
  const names = ['a', 'b', 'c', 'sel_1', 'sel_2', 'sel_3', '_hidden']
  const read = (text: string): string => conditionText(readCondition(text, names, new Set()))
  assert.equal(read('a or b and not c'), '(a|(b&!c))')
  assert.equal(read('(a or b) and c'), '((a|b)&c)')
  assert.equal(read('NOT a AND NOT (b OR c)'), '(!a&!(b|c))')
  assert.equal(read('1 of sel_*'), '(sel_1|sel_2|sel_3)')
  assert.equal(read('all of sel*'), '(sel_1&sel_2&sel_3)')
  assert.equal(read('any of sel_*'), '(sel_1|sel_2|sel_3)')
  assert.equal(read('2 of sel_*'), '((sel_2&sel_3)|(sel_1&sel_3)|(sel_1&sel_2))')
  assert.equal(read('all of them'), '(a&b&c&sel_1&sel_2&sel_3)')
  assert.equal(read('a and not 1 of *_1'), '(a&!sel_1)'.replace('!sel_1', '!(sel_1)'))
  for (const wrong of [
    '',
    'a b',
    'a and',
    'and a',
    '(a',
    'a)',
    '1 of',
    '1 of nope*',
    '0 of them',
    'all of (a)',
    'x',
    'not',
    '9 of them',
  ]) {
    assert.throws(() => read(wrong), RangeError, wrong)
  }
  assert.throws(() => read('('.repeat(500)), RangeError)
  assert.throws(() => read(`${'not '.repeat(500)}a`), RangeError)
})
