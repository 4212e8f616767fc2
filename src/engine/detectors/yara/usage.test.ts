import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkRules } from './language/index.ts'
import { modules } from './modules/index.ts'
import { stringUses } from './usage.ts'

/** For each string of the rule: `once`, `all`, or the offsets that count. */
function usesOf(strings: string, condition: string): string[] {
  const text = `import "math" rule r { strings: ${strings} condition: ${condition} }`
  const { rules, problems } = checkRules([{ name: 'r', namespace: '', text: Buffer.from(text) }], {
    modules: new Map([...modules].map(([name, module]) => [name, module.type])),
    externals: {},
  })
  const [rule] = rules
  assert.ok(rule !== undefined, JSON.stringify(problems))
  return stringUses(rule.condition, rule.strings.length).map(({ existence, anchors }) => {
    if (anchors !== undefined) return `${existence ? 'once ' : ''}at ${[...anchors].join()}`
    return existence ? 'once' : 'all'
  })
}

const two = '$a = "one" $b = "two"'

for (const [condition, expected] of [
  ['$a and $b', ['once', 'once']],
  ['any of them', ['once', 'once']],
  ['2 of ($a, $b)', ['once', 'once']],
  ['not $a or not $b', ['once', 'once']],
  ['#a == 2 and $b', ['all', 'once']],
  ['#a in (0..10) == 1 and $b', ['all', 'once']],
  ['@a > 3 and $b', ['all', 'once']],
  ['!a[2] == 3 and $b', ['all', 'once']],
  ['$a in (1..5) and $b', ['all', 'once']],
  ['$a at 7 and $b', ['at 7', 'once']],
  ['($a at 7 or $a at 0x10) and $b', ['at 7,16', 'once']],
  ['$a at 7 and $a and $b', ['all', 'once']],
  ['$a at 7 and $a in (1..5) and $b', ['all', 'once']],
  ['$a at filesize - 3 and $b', ['all', 'once']],
  ['$a at 3 + 4 and $b', ['at 7', 'once']],
  ['any of them at 0', ['at 0', 'at 0']],
  ['any of them in (0..9)', ['all', 'all']],
  ['any of ($a) at 0 and $b', ['at 0', 'once']],
  ['for any of them : ($)', ['once', 'once']],
  ['for any of them : ($ at 4)', ['at 4', 'at 4']],
  ['for any of them : (# > 2)', ['all', 'all']],
  ['for all of ($a) : (@ < 9) and $b', ['all', 'once']],
  ['for any of ($a) : (for any of ($b) : ($ at 3) and $)', ['once', 'at 3']],
  ['for any i in (1..#a) : (uint8(i) == 1) and $b', ['all', 'once']],
  ['for any i in (1..3) : ($a at i) and $b', ['all', 'once']],
  ['for all of them : ($ or #a == 1)', ['all', 'once']],
  ['with n = #a : (n > 1) and $b', ['all', 'once']],
  ['math.max(#a, 3) == 3 and $b', ['all', 'once']],
  ['defined @a and $b', ['all', 'once']],
  ['(#a) of ($b) and 1 of ($a)', ['all', 'once']],
] as const) {
  test(`${condition}: ${expected.join(', ')}`, () => {
    assert.deepEqual(usesOf(two, condition), expected)
  })
}

test('a string that the condition does not name is looked for once at most', () => {
  assert.deepEqual(usesOf('$_a = "one" $b = "two"', '$b at 0'), ['once', 'at 0'])
})
