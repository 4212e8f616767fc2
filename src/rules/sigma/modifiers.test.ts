// Every modifier and kind of value, on values that fit and on values that do not.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { holds, sigmaOf, titles } from './rules-under-test.ts'

interface Case {
  readonly rule: string
  readonly yes: readonly unknown[]
  readonly no: readonly unknown[]
}

const missing = Symbol('missing')

const cases: Readonly<Record<string, Case>> = {
  'plain text, without regard to case': {
    rule: '{F: Foo}',
    yes: ['foo', 'FOO', ['x', 'foo']],
    no: ['foos', '', null, missing],
  },
  wildcards: {
    rule: "{F: '/home/*/.ssh/?d'}",
    yes: ['/home/a/.ssh/id'],
    no: ['/home/.ssh/id', '/home/a/.ssh/iid'],
  },
  'a list is one of its values': { rule: '{F: [a, b, c, d, e]}', yes: ['a', 'E'], no: ['f', 'ab'] },
  contains: { rule: '{F|contains: bc}', yes: ['abcd', 'BC'], no: ['b c'] },
  startswith: { rule: '{F|startswith: [/tmp, /dev]}', yes: ['/tmp/x', '/DEV'], no: ['x/tmp'] },
  endswith: {
    rule: "{F|endswith: '\\\\cmd.exe'}".replaceAll('\\\\', '\\'),
    yes: ['C:\\CMD.exe'],
    no: ['xcmd.exe', 'C:\\cmd.exe '],
  },
  'contains with all': { rule: '{F|contains|all: [a, b, c]}', yes: ['c-b-a', ['abc', 'd']], no: ['ab'] },
  'startswith with a wildcard': {
    rule: "{F|startswith: '/home/*/public'}",
    yes: ['/home/u/public_html/x'],
    no: ['/srv/home/u/public'],
  },
  cased: { rule: '{F|cased: Foo}', yes: ['Foo'], no: ['foo'] },
  'contains cased': { rule: '{F|contains|cased: Foo}', yes: ['xFoo'], no: ['xfoo'] },
  neq: { rule: '{F|neq: a}', yes: ['b', 5], no: ['a', 'A', missing, null] },
  'neq with a list': { rule: '{F|neq: [a, b]}', yes: ['c'], no: ['a', 'b'] },
  re: { rule: "{F|re: '^a.c$'}", yes: ['abc'], no: ['ABC', 'xabc', missing] },
  're|i': { rule: "{F|re|i: '^a.c$'}", yes: ['ABC'], no: ['ab'] },
  're|s': { rule: "{F|re|s: 'a.c'}", yes: ['a\nc'], no: ['ac'] },
  're|m': { rule: "{F|re|m: '^b$'}", yes: ['a\nb'], no: ['ab'] },
  're|i|m|s': { rule: "{F|re|i|m|s: '^b.c'}", yes: ['a\nB\nc'], no: ['ab\nc'] },
  're and all': { rule: "{F|re|all: ['a', 'b$']}", yes: ['ab'], no: ['ba'] },
  'an inline flag': { rule: "{F|re: '(?i)AbC'}", yes: ['abc'], no: ['ab'] },
  cidr: {
    rule: '{F|cidr: [10.0.0.0/8, fe80::/10]}',
    yes: ['10.9.8.7', 'fe80::1'],
    no: ['11.0.0.1', 'x', missing],
  },
  'lt and gt': { rule: '{F|lt: 10}', yes: [9, '9', '-1', 9.5], no: [10, '10', 'x', '', missing, null] },
  lte: { rule: '{F|lte: 10}', yes: [10], no: [11] },
  gt: { rule: '{F|gt: 10}', yes: [11, '0x10'], no: [10] },
  gte: { rule: '{F|gte: 10}', yes: [10], no: [9.99] },
  'a number fits the same number as text': { rule: '{F: 4688}', yes: [4688, '4688'], no: [46, '04688'] },
  'a text fits a number': { rule: "{F: '46*'}", yes: [4688], no: [88] },
  'true and false': { rule: '{F: true}', yes: [true, 'True'], no: [false, 'false', 1] },
  null: { rule: '{F: null}', yes: [null, missing], no: ['', 'null', 0] },
  empty: { rule: "{F: ''}", yes: [''], no: [null, missing, ' '] },
  'null or empty': { rule: "{F: [null, '']}", yes: ['', null, missing], no: ['x'] },
  'exists: true': { rule: '{F|exists: true}', yes: ['', null, 0, false], no: [missing] },
  'exists: false': { rule: '{F|exists: false}', yes: [missing], no: ['', null] },
  windash: {
    rule: "{F|contains|windash: ' -enc '}",
    yes: ['a -enc b', 'a /ENC b', 'a \u2013enc b', 'a \u2014enc b', 'a \u2015enc b'],
    no: ['a enc b', 'a +enc b'],
  },
  base64: { rule: '{F|base64: foobar}', yes: ['Zm9vYmFy'], no: ['foobar'] },
  'base64 inside': { rule: '{F|base64|contains: foobar}', yes: ['xxZm9vYmFyxx'], no: ['Zm9v'] },
  base64offset: {
    rule: '{F|base64offset|contains: /bin/sh}',
    yes: [Buffer.from('a/bin/sh').toString('base64'), Buffer.from('ab/bin/sh -i').toString('base64')],
    no: ['/bin/sh'],
  },
  'wide and base64offset': {
    rule: '{F|wide|base64offset|contains: iex}',
    yes: [Buffer.from('x iex y', 'utf16le').toString('base64')],
    no: [Buffer.from('x iex y').toString('base64')],
  },
  utf16be: {
    rule: '{F|utf16be|base64offset|contains: abc}',
    yes: [Buffer.from('abc', 'utf16le').swap16().toString('base64')],
    no: ['abc'],
  },
  utf16: { rule: '{F|utf16|base64: a}', yes: ['//5hAA=='], no: ['a'] },
  fieldref: { rule: '{F|fieldref: G}', yes: ['same', 'SAME'], no: ['other', missing] },
  'fieldref startswith': { rule: '{F|fieldref|startswith: G}', yes: ['same as'], no: ['not same'] },
  'fieldref endswith': { rule: '{F|fieldref|endswith: G}', yes: ['not same'], no: ['same as'] },
  'fieldref contains': { rule: '{F|fieldref|contains: G}', yes: ['a same b'], no: ['sam'] },
  'fieldref neq': { rule: '{F|fieldref|neq: G}', yes: ['other'], no: ['same', missing] },
  hour: {
    rule: '{F|hour: [22, 23]}',
    yes: ['2026-05-01T22:10:00Z', '2026-05-01 23:59:59.999'],
    no: ['2026-05-01T21:59:00Z', 'x', missing],
  },
  'hour|gte': { rule: '{F|hour|gte: 22}', yes: ['2026-05-01T23:00:00Z'], no: ['2026-05-01T02:00:00Z'] },
  'minute, day, week, month, year': {
    rule: '{F|minute: 5, F|day: 31, F|week: 53, F|month: 12, F|year: 2026}',
    yes: ['2026-12-31T00:05:00Z'],
    no: ['2026-12-30T00:05:00Z'],
  },
  'a list of maps is one of them': { rule: '[{F: a, G: same}, {F: b, G: other}]', yes: ['a'], no: ['b'] },
  'a map is all of its lines': { rule: '{F|contains: a, F|endswith: b}', yes: ['ab'], no: ['ba', 'b'] },
  'keywords are looked for everywhere': {
    rule: '[needle, pin*head]',
    yes: ['a NEEDLE b', 'pin and head'],
    no: ['need', 'head pin'],
  },
  'all keywords': { rule: "{'|all': [one, two]}", yes: ['two one', ['one', 'two']], no: ['one'] },
  'a keyword expression': { rule: "{'|re': 'a[0-9]+b'}", yes: ['xa12bx'], no: ['ab'] },
  'a numeric keyword is a whole word': { rule: '[0, 6]', yes: ['init 0', '6'], no: ['60', 'a0'] },
  'a keyword and a map in one list': { rule: '[needle, {G: same, F: z}]', yes: ['needle', 'z'], no: ['y'] },
  'a field with dots': { rule: '{H.inner.deep: x}', yes: [], no: ['x'] },
}

for (const [name, { rule, yes, no }] of Object.entries(cases)) {
  test(`values: ${name}`, () => {
    const record = (value: unknown): Record<string, unknown> =>
      value === missing ? { G: 'same' } : { F: value, G: 'same' }
    for (const value of yes) assert.ok(holds(rule, record(value)), `${rule} on ${JSON.stringify(value)}`)
    for (const value of no) assert.ok(!holds(rule, record(value)), `${rule} on ${JSON.stringify(value)}`)
  })
}

test('placeholders stand for all of their values', () => {
  const placeholders = new Map([
    ['admins', ['root', 'adm*']],
    ['dirs', ['/a', '/b']],
  ])
  assert.ok(holds('{F|expand: "%admins%"}', { F: 'ROOT' }, { placeholders }))
  assert.ok(holds('{F|expand: "%admins%"}', { F: 'admin' }, { placeholders }))
  assert.ok(!holds('{F|expand: "%admins%"}', { F: '%admins%' }, { placeholders }))
  assert.ok(holds('{F|contains|expand: "x%dirs%/%admins%"}', { F: 'vx/b/root/' }, { placeholders }))
  const sigma = sigmaOf(["detection: {a: {F: x}, b: {F|expand: '%nobody%'}, condition: a and not b}"])
  assert.deepEqual(titles(sigma, { F: 'x' }), [], 'a rule with an open placeholder does not run')
  assert.match(sigma.support[0]?.reason ?? '', /%nobody%/)
})

test('nested fields are found by their own name and by their path', () => {
  assert.ok(holds('{a.b: x}', { 'a.b': 'x' }))
  assert.ok(holds('{a.b: x}', { a: { b: 'x' } }))
  assert.ok(holds('{a.b: x}', { a: [{ b: 'y' }, { b: 'x' }] }))
  assert.ok(holds('{a.1: x}', { a: ['y', 'x'] }))
  assert.ok(!holds('{a.b: x}', { a: 'x' }))
  assert.ok(!holds('{__proto__.polluted: x, toString: x}', {}))
})

test('conditions combine selections, also several conditions', () => {
  const sigma = sigmaOf([
    'title: and not\ndetection: {a: {F|contains: a}, b: {F|contains: b}, condition: a and not b}',
    'title: one of\ndetection: {sel_a: {F: a}, sel_b: {F: b}, condition: 1 of sel_*}',
    'title: all of\ndetection: {sel_a: {F|contains: a}, sel_b: {F|contains: b}, condition: all of sel_*}',
    'title: two\ndetection: {a: {F: x}, b: {F: y}, condition: [a, b]}',
    'title: negative\ndetection: {a: {F: a}, condition: not a}',
  ])
  assert.deepEqual(titles(sigma, { F: 'a' }), ['and not', 'one of'])
  assert.deepEqual(titles(sigma, { F: 'ab' }), ['all of', 'negative'])
  assert.deepEqual(titles(sigma, { F: 'y' }), ['two', 'negative'])
})

test('filters take away what they select, of their rules and log sources only', () => {
  const rules = [
    'id: r1\nname: one\ntitle: one\ndetection: {a: {F: x}, condition: a}',
    'id: r2\ntitle: two\ndetection: {a: {F: x}, condition: a}',
  ]
  const filter = (condition: string, which: string): string =>
    `title: filter\nlogsource: {category: test}\nfilter: {rules: ${which}, accepted: {User|startswith: adm_}, condition: ${condition}}`
  for (const condition of ['accepted', 'not accepted']) {
    const sigma = sigmaOf([...rules, filter(condition, '[one]')])
    assert.deepEqual(titles(sigma, { F: 'x', User: 'adm_a' }), ['two'], condition)
    assert.deepEqual(titles(sigma, { F: 'x', User: 'bob' }), ['one', 'two'], condition)
  }
  assert.deepEqual(titles(sigmaOf([...rules, filter('accepted', 'any')]), { F: 'x', User: 'adm_a' }), [])
  const foreign = filter('accepted', '[one]').replace('{category: test}', '{product: windows}')
  assert.deepEqual(titles(sigmaOf([...rules, foreign]), { F: 'x', User: 'adm_a' }), ['one', 'two'])
})
