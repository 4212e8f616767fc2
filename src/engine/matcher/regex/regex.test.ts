// Regular expressions of conditions. Expected answers are YARA-X's (1.7.1, native).

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { PatternError } from './pattern-error.ts'
import { compileRegex } from './regex.ts'

const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

const answers: readonly [text: string, source: string, flags: string, expected: boolean][] = [
  ['aab', 'a+?b*', '', true],
  ['aab', '^a*$', '', false],
  ['aa', '^a*$', '', true],
  ['', '^$', '', true],
  ['', '', '', true],
  ['AB', 'ab', 'i', true],
  ['AB', 'ab', '', false],
  ['a\nb', 'a.b', '', false],
  ['a\nb', 'a.b', 's', true],
  ['\xff\xe9', '\\xe9', '', true],
  [utf8('é'), utf8('é'), '', true],
  [utf8('é'), '^..$', '', true],
  [utf8('É'), utf8('é'), 'i', false],
  ['a\nb', '^b', '', false],
  ['a\nb', '(?m)^b', '', true],
  ['a_b', 'a\\b', '', false],
  ['aab', 'a{1,100000}b', '', true],
]

for (const [text, source, flags, expected] of answers) {
  test(`${JSON.stringify(text)} ${expected ? 'matches' : 'does not match'} /${source}/${flags}`, () => {
    assert.equal(compileRegex(source, flags).test(text), expected)
  })
}

test('what cannot be parsed is refused', () => {
  assert.throws(() => compileRegex('a(', ''), PatternError)
})
