// `haechi rules list|lint|test|explain|profile`, the real command.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { outputLines, problemLine } from '../../src/model/output.ts'
import {
  ruleCostLine,
  ruleExplanationLine,
  ruleLine,
  rulesLine,
  rulesLintLine,
  rulesProfileLine,
  ruleTestLine,
} from '../../src/model/rule-lines.ts'
import { jsonLines } from '../support/run-haechi.ts'
import { RuleFolder } from '../support/rule-set.ts'
import { zipOf } from '../support/zip-writer.ts'

const hello = `rule Hello : greeting polite {
  meta:
    description = "says hello"
    level = 3
  strings:
    $a = "hello world"
    $b = { 68 65 ?? 6c 6f }
  condition:
    $a and #b > 1
}
private rule Small { condition: filesize < 100 }
`

/** Every line has a schema, whatever the command. */
function checked(stdout: string): Record<string, unknown>[] {
  const lines = jsonLines(stdout)
  for (const line of lines) {
    const { schema } = outputLines[line['type'] as keyof typeof outputLines]
    schema.parse(line)
  }
  return lines
}

test('list shows the rules with their places, and figures', () => {
  using folder = new RuleFolder(['rules = ["a.yar"]'])
  const path = folder.file('a.yar', hello)
  folder.file('local/hashes.txt', `${'0'.repeat(64)}:Mine\n`)
  const lines = folder.rules('list').stdout.trimEnd().split('\n')
  assert.deepEqual(lines.slice(0, 4), [
    `yara   Hello  [greeting, polite]  a  ${path}:1  says hello`,
    `yara   Small  [private]  a  ${path}:11`,
    `hash   Mine  ${'0'.repeat(64)}  ${folder.at('local/hashes.txt')}`,
    '2 rules with 2 strings, 1 hash',
  ])
  assert.match(lines[4] ?? '', /^loaded in \d+ ms, database [0-9a-f]{16}$/)
  const some = folder.rules('list', 'Hel*')
  assert.match(some.stdout, /^yara {3}Hello .*\n1 of 2 rules /)
})

test('list --json has one line for each rule, and the figures last', () => {
  using folder = new RuleFolder(['rules = ["a.yar"]'])
  folder.file('a.yar', hello)
  const lines = checked(folder.rules('list', '--json').stdout)
  const { tags, meta, strings } = ruleLine.parse(lines[0])
  assert.deepEqual(tags, ['greeting', 'polite'])
  assert.deepEqual(meta, [
    { name: 'description', value: 'says hello' },
    { name: 'level', value: 3 },
  ])
  assert.equal(strings, 2)
  const { rules, shown, problems, cached } = rulesLine.parse(lines.at(-1))
  assert.deepEqual([rules, shown, problems, cached], [2, 2, 0, false])
})

test('with --rules only what it names is listed', () => {
  using folder = new RuleFolder(['rules = ["a.yar"]'])
  folder.file('a.yar', hello)
  folder.file('b.yar', 'rule Other { condition: filesize > 9 }')
  const { stdout } = folder.rules('list', '--rules', 'b.yar')
  assert.match(stdout, /^yara {3}Other .*\n1 rule with 0 strings/)
})

test('lint shows errors, warnings and what is slow, and ends with 1 for errors only', () => {
  using folder = new RuleFolder()
  folder.file(
    'slow.yar',
    'rule Slow {\n  strings:\n    $x = /.*[0-9]abc/\n  condition: $x or filesize < 3\n}\n',
  )
  const slow = folder.rules('lint', 'slow.yar')
  assert.equal(slow.code, 0, slow.stderr)
  assert.match(
    slow.stdout,
    /^slow\.yar:3:5: slow: `\$x` begins with a repetition without end \[unanchored-regex\]\n {8}\$x = .*\n {8}\^\^$/m,
  )
  assert.match(
    slow.stdout,
    /^slow\.yar:1:6: slow: the rule is evaluated for every object: it can match without/m,
  )
  assert.match(slow.stdout, /^1 rule with 1 string \(1 different\): 0 errors, 0 warnings$/m)
  assert.match(slow.stdout, /^ {5}1 {2}always-evaluated: /m)

  folder.file('bad.yar', 'rule Bad { strings: $a = "abcd" condition: $b }')
  const bad = folder.rules('lint', '-q', 'bad.yar', 'slow.yar')
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /^bad\.yar:1:44: error: .*\$b/)
  assert.doesNotMatch(bad.stdout, /slow:/)
})

test('lint --json has one problem for each finding, and the figures last', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', 'rule A { condition: filesize > 3 }\nrule B { condition: nothing }\n')
  const run = folder.rules('lint', '--json', 'a.yar')
  assert.equal(run.code, 1)
  const lines = checked(run.stdout)
  assert.deepEqual(
    lines.slice(0, -1).map((line) => problemLine.parse(line).severity),
    ['performance', 'error'],
  )
  const { errors, performance } = rulesLintLine.parse(lines.at(-1))
  assert.equal(errors, 1)
  assert.equal(performance['always-evaluated'], 1)
})

const tests = `
[[test]]
name = "a greeting"
file = "samples/greeting.txt"
match = ["Hello"]
no_match = ["*"]

[[test]]
name = "one hello is not enough"
base64 = "aGVsbG8gd29ybGQ="
no_match = ["Hell?"]

[[test]]
name = "other words"
hex = "68 65 79"
no_match = ["*"]
`

test('test runs the tests beside the rules, by file and by folder', () => {
  using folder = new RuleFolder()
  folder.file('set/a.yar', hello)
  folder.file('set/samples/greeting.txt', 'hello world, hello')
  folder.file('set/a.test.toml', tests)
  for (const path of ['set/a.yar', 'set', 'set/a.test.toml']) {
    const run = folder.rules('test', path)
    assert.equal(run.code, 0, run.stdout + run.stderr)
    assert.match(run.stdout, /^ok {6}set\/a\.test\.toml: a greeting$/m)
    assert.match(run.stdout, /^3 tests: 3 ok, 0 failed$/m)
  }
})

test('a test that does not hold says what is different, and the code is 1', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', hello.replace('#b > 1', '#b > 0'))
  folder.file('samples/greeting.txt', 'nothing')
  folder.file('a.test.toml', tests)
  const run = folder.rules('test', 'a.yar')
  assert.equal(run.code, 1)
  assert.match(run.stdout, /^failed {2}a\.test\.toml: a greeting: Hello does not match$/m)
  assert.match(run.stdout, /^failed {2}a\.test\.toml: one hello is not enough: Hello matches$/m)
  assert.match(run.stdout, /^3 tests: 1 ok, 2 failed$/m)
  const lines = checked(folder.rules('test', '--json', 'a.yar').stdout)
  const { result, matched, problems } = ruleTestLine.parse(lines[1])
  assert.deepEqual([result, matched, problems], ['failed', ['Hello'], ['Hello matches']])
  assert.deepEqual(lines.at(-1), { type: 'rule-tests', version: 1, tests: 3, ok: 1, failed: 2 })
})

test('a test of a rule that is not there, or of a sample that cannot be read, does not hold', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', hello)
  folder.file(
    'a.test.toml',
    '[[test]]\nfile = "gone"\nno_match = ["Hello"]\n[[test]]\ntext = "x"\nno_match = ["Helo"]\n',
  )
  const run = folder.rules('test', 'a.yar')
  assert.equal(run.code, 1)
  assert.match(run.stdout, /gone was not read: ENOENT/)
  assert.match(run.stdout, /there is no rule Helo/)
})

test('variables and rule paths of a test file hold for it', () => {
  using folder = new RuleFolder()
  folder.file('rules/v.yar', 'rule V { condition: level > 2 and filesize == size }')
  folder.file(
    't.test.toml',
    'rules = ["rules"]\n[variables]\nlevel = 3\n[[test]]\ntext = "abc"\nmatch = ["V"]\n',
  )
  assert.equal(folder.rules('test', 't.test.toml', '-d', 'size=3').code, 0)
  assert.equal(folder.rules('test', 't.test.toml', '-d', 'size=4').code, 1)
  assert.equal(folder.rules('test', 't.test.toml').code, 2, 'a rule with an error ends the run')
})

test('--match and --no-match ask without a test file', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', hello)
  const yes = folder.file('yes', 'hello world hello')
  const no = folder.file('no', 'hello')
  assert.equal(folder.rules('test', 'a.yar', '--match', yes, '--no-match', no).code, 0)
  const wrong = folder.rules('test', 'a.yar', '--match', no, '--no-match', yes)
  assert.equal(wrong.code, 1)
  assert.match(wrong.stdout, /no: no rule matches\n/)
  assert.match(wrong.stdout, /yes: Hello matches\n/)
  const none = folder.rules('test', 'a.yar')
  assert.equal(none.code, 64)
  assert.match(none.stderr, /there are no tests/)
})

test('a test file that is wrong is told with the reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['[[test]\n', /a\.test\.toml:1:\d+: /],
    ['', /it has no \[\[test\]\]|test is missing/],
    ['[[test]]\nfile = "x"\n', /`match` or `no_match` says what is expected/],
    ['[[test]]\nmatch = ["a"]\n', /one of `file`, `base64`, `hex` and `text` is the sample/],
    ['[[test]]\nhex = "0"\ntext = ""\nmatch = ["a"]\n', /one of `file`, `base64`, `hex` and `text`/],
    ['[[test]]\nhex = "0g"\nmatch = ["a"]\n', /`hex` is damaged/],
    ['[[test]]\nbase64 = "!!"\nmatch = ["a"]\n', /`base64` is damaged/],
    ['[[test]]\nhext = "00"\nmatch = ["a"]\n', /unknown key test\.1\.hext/],
  ]
  using folder = new RuleFolder()
  folder.file('a.yar', hello)
  for (const [text, reason] of cases) {
    folder.file('a.test.toml', text)
    const run = folder.rules('test', 'a.yar')
    assert.equal(run.code, 2, text)
    assert.match(run.stderr, reason)
  }
})

test('explain shows each string with its matches and each part of the condition with its value', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', hello)
  folder.file('h.txt', 'say hello world\n')
  const run = folder.rules('explain', 'a.yar', 'h.txt')
  assert.equal(run.code, 0, run.stderr)
  assert.equal(
    run.stdout,
    `Hello does not match  a.yar:1
  strings
    $a  1 match
      0x4 (4), 11 bytes: 68 65 6c 6c 6f 20 77 6f 72 6c 64 |hello world|
    $b  1 match
      0x4 (4), 5 bytes: 68 65 6c 6c 6f |hello|
  condition
    false      $a and #b > 1
    true         $a
    1              #a
    4              @a
    false        #b > 1
    1              #b
Small matches (private: never reported itself)  a.yar:11
  condition
    true       filesize < 100
    16           filesize
`,
  )
})

test('explain finds a rule by its name, and asks about members of archives', () => {
  using folder = new RuleFolder(['rules = ["a.yar", "b.yar"]'])
  folder.file('a.yar', hello)
  folder.file('b.yar', 'rule Other { condition: filesize > 9 }')
  const inner = zipOf([{ name: 'x.txt', data: 'hello world hello' }])
  const archive = folder.file('a.zip', zipOf([{ name: 'in.zip', data: inner, method: 0 }]))
  const outside = folder.rules('explain', 'Hello', archive)
  assert.match(outside.stdout, /^Hello does not match /)
  assert.match(outside.stdout, /^also in a\.zip → in\.zip → x\.txt: Hello \(--member explains it\)$/m)
  const inside = folder.rules('explain', 'Hello', archive, '-m', 'in.zip', '-m', 'x.txt', '--json')
  const [line] = checked(inside.stdout)
  const { chain, matches, strings, condition } = ruleExplanationLine.parse(line)
  assert.deepEqual(chain, ['a.zip', 'in.zip', 'x.txt'])
  assert.equal(matches, true)
  assert.deepEqual(strings[1]?.matches[1], { offset: 12, length: 5, hex: '68656c6c6f' })
  assert.deepEqual([condition.text, condition.value], ['$a and #b > 1', true])
  const wrong = folder.rules('explain', 'Hello', archive, '-m', 'y.txt')
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /there is no member y\.txt\nhint: there are in\.zip, in\.zip → x\.txt/)
})

test('explain says why there is nothing to explain', () => {
  using folder = new RuleFolder(['rules = ["a.yar"]'])
  folder.file('a.yar', 'rule Broken { condition: nothing }')
  const sample = folder.file('x', 'x')
  assert.match(folder.rules('explain', 'Missing', sample).stderr, /there is no rule Missing\nhint: /)
  const broken = folder.rules('explain', 'Broken', sample)
  assert.equal(broken.code, 2)
  assert.match(broken.stderr, /a\.yar:1:26: there is no `nothing`\n.*\n.*\nhaechi: .* have errors/)
  assert.match(folder.rules('explain', 'a.yar', 'gone').stderr, /cannot read gone: ENOENT/)
  assert.equal(folder.rules('explain', 'Broken').code, 64)
})

test('profile shows what rules cost, the dearest first', () => {
  using folder = new RuleFolder()
  folder.file(
    'a.yar',
    `${hello}rule Dear { condition: for all i in (0..50000) : (uint8(i % filesize) >= 0) }`,
  )
  folder.file('in/one', 'hello world hello')
  folder.file('in/two', 'nothing of it')
  const text = folder.rules('profile', '--rules', 'a.yar', 'in')
  assert.equal(text.code, 0, text.stderr)
  assert.match(
    text.stdout,
    /^ +share +time +condition +strings +evaluated +matched +places +found {2}rule\n.* Dear /,
  )
  assert.match(text.stdout, /^2 files, 2 objects, 30 B: search for all strings /m)
  const lines = checked(folder.rules('profile', '--json', '--rules', 'a.yar', '--top', '1', 'in').stdout)
  const { name, evaluated, matched, share } = ruleCostLine.parse(lines[0])
  assert.deepEqual([name, evaluated, matched], ['Dear', 2, 2])
  assert.ok(share > 0.3 && share <= 1, `${share}`)
  const { files, objects, bytes } = rulesProfileLine.parse(lines.at(-1))
  assert.deepEqual([files, objects, bytes, lines.length], [2, 2, 30, 2])
})

test('what an action does not take is refused with its synopsis', () => {
  using folder = new RuleFolder()
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['nothing'], /list, lint, test, explain, profile, add, remove, not nothing/],
    [['list', '--member', 'x'], /list takes no --member\nhint: usage: haechi rules \[OPTION\]\.\.\. list/],
    [['add', '--rules', 'x'], /add takes no --rules/],
    [['add', '--hash', 'x', '--pattern', 'y', 'z'], /add takes one of --hash and --pattern/],
    [['add', '--hash', 'x'], /add --hash needs one NAME/],
    [['add'], /add needs something to add/],
    [['remove'], /remove needs a name/],
    [['profile'], /profile needs files/],
  ]
  for (const [args, message] of cases) {
    const run = folder.rules(...args)
    assert.equal(run.code, 64, args.join(' '))
    assert.match(run.stderr, message)
  }
})
