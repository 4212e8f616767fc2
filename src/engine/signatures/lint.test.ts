import assert from 'node:assert/strict'
import { test } from 'node:test'

import { type Finding, lintRules } from './lint.ts'

function lint(text: string): ReturnType<typeof lintRules> {
  return lintRules([{ name: 'a.yar', namespace: 'a', text: Buffer.from(text) }], {})
}

/** Code and place of the findings about speed. */
function slowIn(strings: string, condition = 'any of them'): (readonly [string, number, number])[] {
  const { findings } = lint(`rule a {\nstrings:\n${strings}\ncondition:\n${condition}\n}`)
  const errors = findings.filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors, [], strings)
  return findings
    .filter(({ severity }) => severity === 'performance')
    .map(({ code, line, column }: Finding) => [code, line, column] as const)
}

test('a string with four rare bytes in a row is not mentioned', () => {
  assert.deepEqual(
    slowIn('$a = "InjectDllNow" $b = { e8 ?? ?? ?? ?? 5b 81 eb 37 } $c = /Evil[0-9]+Corp/'),
    [],
  )
})

test('strings that cannot be looked for quickly are found at their place', () => {
  assert.deepEqual(slowIn('  $a = { 4? ?1 ?? 5? }'), [['no-atom', 3, 3]])
})

test('a string is not blamed where it is only asked about at one place', () => {
  assert.deepEqual(slowIn('  $mz = "MZ"', '$mz at 0'), [])
  assert.equal(slowIn('  $mz = "MZ"', '$mz').length > 0, true)
})

test('short atoms are told with their size', () => {
  const { findings } = lint('rule a { strings: $a = { 9f c3 a7 } condition: $a }')
  assert.deepEqual(
    findings.map(({ code, message }) => [code, message]),
    [['short-atom', '`$a` is looked for by three bytes only']],
  )
})

test('a regular expression that begins or ends with anything is told, one with bounds is not', () => {
  const codes = (regex: string): string[] =>
    slowIn(`$a = ${regex}`)
      .map(([code]) => code)
      .filter((code) => code === 'unanchored-regex')
  assert.deepEqual(codes('/.*EvilCorp/'), ['unanchored-regex'])
  assert.deepEqual(codes('/EvilCorp[^\\n]+/'), ['unanchored-regex'])
  assert.deepEqual(codes('/.{0,20}EvilCorp/'), [])
  assert.deepEqual(codes('/Evil.*Corp/'), [])
})

test('rules that need none of their strings are always evaluated, on as many kinds of objects as they can match', () => {
  const message = (condition: string): string | undefined =>
    lint(`rule a { condition: ${condition} }`).findings.find(({ code }) => code === 'always-evaluated')
      ?.message
  assert.equal(message('filesize > 10'), 'the rule is evaluated for every object: it has no strings')
  assert.equal(
    message('uint16(0) == 0x5a4d'),
    'the rule is evaluated for every object of 5 of 15 kinds (by size and first bytes): it has no strings',
  )
  const { findings } = lint('rule a { strings: $a = "InjectDllNow" condition: not $a }')
  assert.match(
    findings[0]?.message ?? '',
    /^the rule is evaluated for every object: it can match without any/,
  )
})

test('errors, warnings and figures come together, in the order of the file', () => {
  const { findings, counts } = lint(
    'rule one { condition: filesize > 3 }\nrule two { condition: nothing }\nrule three { strings: $a = "EvilCorp" $b = "EvilCorp" condition: all of them }\n',
  )
  assert.deepEqual(
    findings.map(({ severity, line }) => [severity, line]),
    [
      ['performance', 1],
      ['error', 2],
    ],
  )
  assert.deepEqual(
    { ...counts, performance: counts.performance['always-evaluated'] },
    { rules: 2, strings: 2, patterns: 1, errors: 1, warnings: 0, performance: 1 },
  )
  assert.equal(findings[0]?.excerpt, 'rule one { condition: filesize > 3 }\n     ^^^')
})
