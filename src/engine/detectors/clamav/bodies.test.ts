// What matches here was found by clamscan 1.4.6, what does not was not; so were the offsets of several matches counted.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { binary, hex, load } from './fixture.ts'

/** Signature, objects in which it is found, objects in which it is not. */
const bodies: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['bytes are compared with their case', hex('Marker'), ['a Marker'], ['a marker', 'a Marke', 'MARKER']],
  [
    'wildcards stand for one byte or half of one',
    '6162??636?',
    ['abxcb', 'ab\0co'],
    ['abcb', 'abxcB', 'abxcp'],
  ],
  ['one of several bytes', '6162(63|64)65', ['abce', 'abde'], ['abe', 'abfe', 'abcde']],
  ['none of several bytes', '6162!(63|64)65', ['abxe'], ['abce', 'abde', 'abe']],
  ['one of several strings of one length', '6162(6364|6566)67', ['abcdg', 'abefg'], ['abcfg', 'abcdefg']],
  ['none of several strings', '6162!(6364|6566)67', ['abcfg', 'abxyg'], ['abcdg', 'abefg']],
  ['strings of different lengths', '6162(63|646566)6768', ['abcgh', 'abdefgh'], ['abgh', 'abdegh']],
  ['a gap of one length', `${hex('ab')}{3}${hex('cd')}`, ['abxyzcd'], ['abxycd', 'abwxyzcd']],
  [
    'a gap within bounds',
    `${hex('abc')}{2-4}${hex('def')}`,
    ['abc12def', 'abc1234def'],
    ['abc1def', 'abc12345def'],
  ],
  ['a gap with an end only', `${hex('abc')}{-2}${hex('def')}`, ['abcdef', 'abc12def'], ['abc123def']],
  [
    'a gap with a start only',
    `${hex('abc')}{2-}${hex('def')}`,
    [`abc12${'x'.repeat(500)}def`],
    ['abc1def', 'defabc12'],
  ],
  [
    'any gap',
    `${hex('abc')}*${hex('def')}`,
    ['abcdef', 'abc def', `abc${'-'.repeat(300)}def`],
    ['defabc', 'abcde'],
  ],
  ['parts do not overlap', `${hex('aba')}*${hex('aba')}`, ['abaaba', 'ababaXaba'], ['ababa']],
  [
    'any earlier match of a part will do',
    `${hex('ab')}{2-3}${hex('cd')}`,
    ['ab12cd', 'abab1cd', 'ab1abcd'],
    ['ab1cd', 'abcd'],
  ],
  ['three parts', `${hex('ab')}{1-2}${hex('cd')}*${hex('ef')}`, ['ab1cd12345ef'], ['abcd1ef', 'ab1ef1cd']],
  ['a word mark to the left', `(W)${hex('word')}`, [' word', '-wordy', '_word'], ['sword', '1word']],
  ['a word mark to the right', `${hex('word')}(W)`, ['word', 'sword!'], ['words', 'word1']],
  ['a negated word mark', `${hex('word')}!(W)`, ['words', 'word1'], ['word', 'word!']],
  [
    'a line mark',
    `(L)${hex('line')}(L)`,
    ['\nline\n', '\nline', '\nline\r\n'],
    ['xline\n', '\nlines', '\nline\r'],
  ],
  ['boundaries', `(B)${hex('host')}(B)`, ['.host/', '@host"', '<host>'], ['"host/', '.hostx', ',host>']],
  [
    'a byte at a distance before',
    `61[2-3]${hex('core')}`,
    ['a12core', 'a123core'],
    ['a1core', 'core', 'a1234core'],
  ],
  [
    'a byte at a distance behind',
    `${hex('core')}[1-2]7a`,
    ['core1z', 'core12z'],
    ['corez', 'core123z', 'core1'],
  ],
]

for (const [title, body, found, missed] of bodies) {
  test(title, () => {
    const engine = load({ 'a.ndb': `Name:0:*:${body}` })
    assert.deepEqual(engine.database.problems, [])
    for (const object of found)
      assert.deepEqual(engine.names(binary + object), ['Name'], JSON.stringify(object))
    for (const object of missed) assert.deepEqual(engine.names(binary + object), [], JSON.stringify(object))
  })
}

test('offsets count from the start or the end, with a shift', () => {
  const marker = hex('marker')
  const engine = load({
    'a.ndb': [
      `At:0:8:${marker}`,
      `Near:0:6,4:${marker}`,
      `End:0:EOF-6:${marker}`,
      `NearEnd:0:EOF-9,2:${marker}`,
    ],
  })
  assert.deepEqual(engine.names(`${binary}marker....`).toSorted(), ['At', 'Near'])
  assert.deepEqual(engine.names(`${binary}..marker...`).toSorted(), ['Near', 'NearEnd'])
  assert.deepEqual(engine.names(`${binary}...marker`), ['End'])
  assert.deepEqual(engine.names(`${binary}.marker..`).toSorted(), ['Near', 'NearEnd'])
  assert.deepEqual(engine.names('marker'), ['End'])
})

test('the offset of a detection is where its first part starts', () => {
  const engine = load({ 'a.ndb': `Name:0:*:${hex('first')}*${hex('last')}` })
  assert.deepEqual(engine.offsets(`${binary}..first...last`), { Name: 10 })
})

test('of many places of a part the first and the last eight are remembered', () => {
  const engine = load({ 'a.ndb': `Far:0:*:${hex('ab')}{30-33}${hex('cd')}` })
  const many = 'ab..'.repeat(12)
  assert.deepEqual(engine.names(`${binary}${many}cd`), ['Far'])
  // Only the second place has the right distance, and twelve others came behind it.
  const early = `${'ab'.padEnd(4, '.').repeat(3)}${'ab'.repeat(12)}`
  assert.deepEqual(engine.names(`${binary}${early}cd`), [])
})

test('a plain pattern of zeros is found although it is everywhere', () => {
  const engine = load({ 'a.ndb': ['Zeros:0:*:00000000', 'Blanks:0:*:20202020'] })
  assert.deepEqual(engine.names('\u0001\u0002\0\0\0\0    ').toSorted(), ['Blanks', 'Zeros'])
})

test('matches are found across the windows of the first pass', () => {
  const engine = load({ 'a.ndb': [`Cut:0:*:${hex('marker')}`, `Wide:0:*:${hex('start')}*${hex('end!')}`] })
  for (const at of [65_530, 65_533, 65_536, 131_069]) {
    const object = Buffer.alloc(140_000, 1)
    object.write('start', 100)
    object.write('marker', at)
    object.write('end!', 139_000)
    assert.deepEqual(engine.names(object).toSorted(), ['Cut', 'Wide'], String(at))
  }
})
