// Every feature of the language (features.yar) on files made from the rules' own strings: verdicts, strings, offsets and
// lengths are those of YARA-X, but for the known differences that are named here.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { checkRules, fileVariableTypes } from '../../../src/engine/detectors/yara/index.ts'
import type { CheckedRule } from '../../../src/engine/detectors/yara/language/index.ts'
import { modules } from '../../../src/engine/detectors/yara/modules/index.ts'
import { nativeYaraX, type Oracle, ours } from './contestants.ts'
import { type Category, differencesOf } from './known-differences.ts'
import { nearMisses } from './near-misses.ts'
import { randomFrom } from './sample-of.ts'

/** The rules that may differ, and why; see known-differences.ts. */
const allowed: Readonly<Record<string, readonly Category[]>> = {
  base64_plain: ['base64'],
  base64_wide: ['base64'],
  base64_both: ['base64'],
  base64_of_wide: ['base64'],
  base64_of_wide_and_ascii: ['base64'],
  base64_lengths: ['base64'],
  base64_alphabet: ['base64'],
  re_leading_wildcards: ['edge'],
}

const samplesEach = 6
/** Of all files; more would hide something new among what is known. */
const mostDifferences = 0.02

const text = readFileSync(join(import.meta.dirname, 'features.yar'))

/** What the near misses of the rules never are. */
const others = [
  '',
  'A',
  'atstart of it',
  'at the end, atend',
  'xinnerx inner xinner',
  'xxxxxxxlocated',
  'xx either at',
  'counted here '.repeat(9),
  'second one, second one',
  '~'.repeat(5),
  'sss nested '.repeat(3),
  'word12 xorword e1f2 a3b4',
  `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02\0\x3e\0\x01${'\0'.repeat(31)}\x40\0\x38\0\0\0\x40\0\0\0\0\0`,
  'PK\x03\x04 any one all one all two',
  '\xff\xff\xff\xff\xff\xff\xff\xff',
  'x'.repeat(70_000),
  `${'x'.repeat(65_533)}alpha one${'y'.repeat(65_530)}text_plain located`,
].map((value) => Buffer.from(value, 'latin1'))

function loadOracle(): Oracle | string {
  try {
    return nativeYaraX()
  } catch (thrown) {
    return String(thrown)
  }
}

function checkedRules(): CheckedRule[] {
  const { rules, problems } = checkRules([{ name: 'features.yar', namespace: 'default', text }], {
    modules: new Map([...modules].map(([name, module]) => [name, module.type])),
    externals: fileVariableTypes,
  })
  assert.deepEqual(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  return rules
}

test('each feature of the language gives what YARA-X gives', (t) => {
  const oracle = loadOracle()
  if (typeof oracle === 'string') {
    t.skip(`SKIPPED, NOT TESTED: YARA-X cannot be loaded: ${oracle}`)
    return
  }
  const mine = ours(text)
  const theirs = oracle(text)
  const rules = checkedRules()
  assert.ok(rules.length >= 140)
  const known = new Map(rules.map((rule) => [rule.name, rule]))
  const random = randomFrom(20)
  const files = [...others, ...rules.flatMap((rule) => nearMisses(rule, samplesEach, random))]
  const matched = new Set<string>()
  let differing = 0
  for (const bytes of files) {
    const our = mine.complete.scan(bytes)
    const their = theirs.scan(bytes)
    const verdict = our.filter((line) => !line.includes(' '))
    assert.deepEqual(mine.quick.scan(bytes), verdict, 'a scan finds the rules that a complete search finds')
    for (const name of verdict) matched.add(name)
    const differences = differencesOf(known, { ours: our, theirs: their, size: bytes.length })
    if (differences.length > 0) differing++
    for (const { category, rule, lines } of differences) {
      const file = JSON.stringify(bytes.toString('latin1').slice(0, 600))
      assert.ok(allowed[rule]?.includes(category), `${category}: ${lines.join(' ')} in ${file}`)
    }
  }
  assert.ok(differing <= files.length * mostDifferences, `${differing} of ${files.length} files differ`)
  // A rule that never matches would compare nothing.
  const silent = rules.filter((rule) => !rule.private && !matched.has(rule.name)).map(({ name }) => name)
  assert.deepEqual(silent, ['undefined_is_false'])
})
