// Regular expressions of rules: as JavaScript finds, in bounded time.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { linearRegex } from './automaton.ts'
import { safeRegex } from './safe-regex.ts'
import { leastLength, readRegex, requiredTexts } from './syntax.ts'

const plain = { ignoreCase: false, multiline: false, dotAll: false }

function finds(source: string, text: string, flags = plain): boolean {
  return safeRegex(source, flags).test(text)
}

test('flags at the beginning are moved to where JavaScript has them', () => {
  assert.ok(finds('(?i)AbC', 'xabcx'))
  assert.ok(!finds('AbC', 'xabcx'))
  assert.ok(finds('(?is)a.b', 'A\nB'))
  assert.ok(finds('(?i)(?m)^b$', 'a\nB\nc'))
  assert.ok(finds('a.b', 'a\nb', { ...plain, dotAll: true }))
  assert.ok(finds('^b$', 'a\nb', { ...plain, multiline: true }))
  assert.ok(finds(String.raw`\Aa\h+b\z`, 'a \tb'))
  assert.ok(!finds(String.raw`\Aab\z`, 'xab'))
  assert.equal(safeRegex('(?P<name>x)', plain).source, '(?<name>x)')
})

test('expressions that backtrack for ever end at once', () => {
  const long = 'a'.repeat(60_000)
  for (const [source, text] of [
    ['(a+)+$', `${long}!`],
    ['(a|aa)*b', long],
    ['(.*)*x', long],
    ['(a*)*(b*)*c', long],
    ['.*.*.*.*=z', long],
    [String.raw`\s*\S*\s*\S*\s*;`, long],
  ] as const) {
    const regex = safeRegex(source, plain)
    const started = performance.now()
    assert.equal(regex.test(text), false, source)
    const ms = performance.now() - started
    assert.ok(ms < 500, `${source} took ${ms} ms`)
  }
})

test('what neither way can bound is refused with a reason', () => {
  assert.throws(() => safeRegex('(?=x)(a+)+b', plain), /too long/)
  assert.throws(() => safeRegex(String.raw`(a+)+\1`, plain), /too long/)
  assert.throws(() => safeRegex('(', plain), RangeError)
  assert.throws(() => safeRegex('a'.repeat(9000), plain), /too long/)
  assert.throws(() => safeRegex(`${'('.repeat(300)}a${')'.repeat(300)}`, plain), /deep/)
})

test('look-around is searched where it is cheap', () => {
  assert.ok(finds('a(?!b)', 'ac'))
  assert.ok(!finds('a(?!b)', 'ab'))
})

test('the linear search remembers nothing of the text before', () => {
  const long = 'x'.repeat(60_000)
  const begins = safeRegex('é(a+)+b$', plain)
  assert.deepEqual(
    [`${long}éaab`, `${long}aab`, `${long}éaab`, `${long}éaabc`].map((text) => begins.test(text)),
    [true, false, true, false],
  )
  for (const source of ['(a+)+(b|b.)', '(a+)+(b.|b)']) {
    const either = safeRegex(source, plain)
    assert.deepEqual(
      [`${long}ab`, long, `${long}a`, `${long}aab`].map((text) => either.test(text)),
      [true, false, false, true],
      source,
    )
  }
})

test('the linear search finds what JavaScript finds', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    String.raw`\w`,
    String.raw`\s`,
    String.raw`\b`,
    '(a|b)',
    '(?:ab|b)',
    '^',
    '$',
    '-',
    String.raw`\x61`,
  )
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?')
  const piece = fc
    .tuple(atom, quantifier)
    .map(([one, many]) => (/^(?:\^|\$|\\b)$/.test(one) ? one : one + many))
  const source = fc
    .array(fc.array(piece, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 })
    .map((ways) => ways.map((way) => way.join('')).join('|'))
  const text = fc
    .array(fc.constantFrom('a', 'b', 'A', ' ', '\n', '-', 'c'), { maxLength: 10 })
    .map((chars) => chars.join(''))
  fc.assert(
    fc.property(source, text, fc.constantFrom('', 'i', 'm', 's'), (one, value, letter) => {
      const flags = { ignoreCase: letter === 'i', multiline: letter === 'm', dotAll: letter === 's' }
      const linear = linearRegex(readRegex(one), flags)
      const expected = new RegExp(one, letter).test(value)
      assert.equal(linear?.test(value), expected, `/${one}/${letter} on ${JSON.stringify(value)}`)
      if (!expected) return
      for (const part of requiredTexts(readRegex(one)))
        assert.ok(value.toLowerCase().includes(part), `${part} of ${one}`)
      assert.ok(value.length >= leastLength(readRegex(one)))
    }),
    { numRuns: 500 },
  )
})

test('the texts that every match has are known', () => {
  const of = (source: string): string[] => requiredTexts(readRegex(source))
  assert.deepEqual(of(String.raw`Net\s+user`), ['net', 'user'])
  assert.deepEqual(of('https?://x'), ['http', '://x'])
  assert.deepEqual(of('abc|abd'), [])
  assert.deepEqual(of('x(yz)+w{2}v*'), ['x', 'yz', 'ww'])
})
