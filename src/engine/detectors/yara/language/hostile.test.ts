import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import * as fc from 'fast-check'

import { checkRules } from './index.ts'
import { acceptedConditions } from './sample-conditions.ts'
import { sampleModules } from './sample-modules.ts'
import { acceptedStrings } from './sample-strings.ts'

function check(text: Uint8Array): ReturnType<typeof checkRules> {
  const outcome = checkRules([{ name: 'x', text, namespace: '' }], {
    modules: sampleModules,
    externals: { filename: 'text' },
  })
  for (const { line, column, excerpt } of outcome.problems) {
    assert.ok(line >= 1 && column >= 1 && excerpt.includes('^'))
  }
  return outcome
}

const words = [
  ...'rule a b { } ( ) [ ] : , . .. = == != < <= << ~ + - * \\ % & | ^ $ $a # #a @ @a ! !a " """ / /* */ //'.split(
    ' ',
  ),
  ...'condition strings meta import include private global and or not defined all any none of them for in at with'.split(
    ' ',
  ),
  ...'true false filesize entrypoint uint8 pe math 1 0x 0xff 0o7 1.5 1KB "x" /x/i wide xor base64 nocase matches'.split(
    ' ',
  ),
  '\n',
  '\\',
  'ü',
  '\0',
  'rule r { condition: ',
  'rule r { strings: $a = ',
  'import "pe"',
]

describe('hostile rule files', () => {
  it('never throws and always says where, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        check(bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws for any sequence of words of the language', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words), { maxLength: 60 }),
        fc.constantFrom('', ' '),
        (text, gap) => {
          check(Buffer.from(text.join(gap)))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('never throws for a rule with one part cut out, doubled or changed, and still finds the next rule', () => {
    const bodies = [
      ...acceptedStrings.map((value) => `strings: $a = ${value} condition: $a`),
      ...acceptedConditions.map((condition) => `strings: $a = "x" condition: ${condition}`),
    ]
    const place = fc.nat({ max: 200 })
    const kind = fc.constantFrom('cut', 'double', 'change')
    fc.assert(
      fc.property(fc.constantFrom(...bodies), place, place, kind, (body, from, length, change) => {
        const rest = body.slice(from + (change === 'double' ? 0 : length % 8))
        const changed = `${body.slice(0, from)}${change === 'change' ? '\u0001' : ''}${rest}`
        const text = `import "pe" rule r { ${changed}\n}\nrule next { condition: filesize > 0 }\n`
        const { rules, problems } = check(Buffer.from(text))
        const isSwallowed = problems.some(({ message }) => message.includes('not closed'))
        assert.ok(isSwallowed || rules.at(-1)?.name === 'next', text)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes time in proportion to the file for what is opened and never closed', () => {
    const openings = [
      '/*',
      '"',
      '"""',
      '"\\"',
      '/',
      '/\\/',
      '{',
      '(',
      'rule a { strings: $a = {',
      'rule a { strings: $a = { /* ',
      'rule a { strings: $a = { // ',
      'rule a { condition: (',
      'rule a { condition: any of (',
      'rule a { condition: "',
      'private ',
      'rule ',
      'import ',
      'ü',
      '\u{a0}',
    ]
    const budgetMs = 5000
    for (const opening of openings) {
      const text = Buffer.from(opening.repeat(Math.ceil(300_000 / opening.length)))
      const started = performance.now()
      check(text)
      assert.ok(performance.now() - started < budgetMs, opening)
    }
  })
})
