// YARA rules in `haechi scan`, the real command: where rules come from, what is said of bad ones, the cache.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { problemLine, summaryLine, verdictLine } from '../../src/model/output.ts'
import { haechi, jsonLines, TemporaryFolder } from '../support/run-haechi.ts'
import { RuleFolder } from '../support/rule-set.ts'

const needle = 'rule Needle { strings: $a = "needle" condition: $a }\n'

test('rules of the configuration, of the command line and of the own set are found together', () => {
  using folder = new RuleFolder(['rules = ["conf.yar"]'])
  folder.file('conf.yar', 'rule FromConfig { strings: $a = "sample" condition: $a }')
  folder.file('set/a/given.yar', 'rule Given { strings: $a = "sample" condition: $a }')
  folder.file('local/mine.yar', 'rule Mine { strings: $a = "sample" condition: $a }')
  const sample = folder.file('sample.txt', 'a sample')
  const run = folder.scan('--rules', 'set', '-q', sample)
  assert.equal(run.code, 1, run.stderr)
  assert.deepEqual(run.stdout.trimEnd().split('\n').toSorted(), [
    `found    ${sample}: FromConfig`,
    `found    ${sample}: Given`,
    `found    ${sample}: Mine`,
  ])
  assert.equal(folder.scan('-q', folder.file('other', 'nothing')).code, 0)
})

test('a rule in an archive is found with its chain, as the detector yara', () => {
  using folder = new RuleFolder()
  const rules = folder.file('a.yar', needle)
  folder.file('in/hay.txt', 'hay, needle, hay')
  const archive = folder.at('a.tar.gz')
  assert.equal(spawnSync('tar', ['-czf', archive, '-C', folder.at('in'), 'hay.txt']).status, 0)
  const [line] = jsonLines(folder.scan('--json', '--rules', rules, archive).stdout)
  // The tar inside the gzip is an object too.
  const detection = verdictLine.parse(line).detections.at(-1)
  assert.deepEqual(
    [detection?.name, detection?.detector, detection?.chain, detection?.offset],
    ['Needle', 'yara', ['a.tar.gz', 'hay.txt'], 5],
  )
})

test('external variables come from the configuration, and the command line wins', () => {
  using folder = new RuleFolder(['variables = ["level=1", "who=\\"7\\""]'])
  const rules = folder.file('a.yar', 'rule Level { condition: level == 2 and who == "7" and strict }')
  const sample = folder.file('sample', 'x')
  assert.equal(folder.scan('-q', '--rules', rules, '-d', 'strict=true', sample).code, 0)
  const found = folder.scan('-q', '--rules', rules, '-d', 'strict=true', '-d', 'level=2', sample)
  assert.match(found.stdout, /: Level$/m)
  const wrong = folder.scan('--define', 'level', sample)
  assert.equal(wrong.code, 64)
  assert.match(wrong.stderr, /NAME=VALUE, not level\nhint: /)
})

test('what is wrong in rules is told with place and line, and the other rules are used', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', `import "pee"\n${needle}rule Bad {\n  condition: nothing > 3\n}\n`)
  const sample = folder.file('sample', 'needle')
  const run = folder.scan('-q', '--rules', 'a.yar', sample)
  assert.equal(run.code, 1)
  assert.match(run.stdout, /^found .*: Needle$/m)
  assert.equal(
    run.stderr,
    [
      'haechi: a.yar:1:8: there is no module `pee`; did you mean `pe`?',
      '    import "pee"',
      '           ^^^^^',
      'haechi: a.yar:4:14: there is no `nothing`',
      '      condition: nothing > 3',
      '                 ^^^^^^^',
      '',
    ].join('\n'),
  )
})

test('with --json problems are lines of their own, before the verdicts', () => {
  using folder = new RuleFolder()
  folder.file('a.yar', 'rule Bad { condition: nothing }')
  const run = folder.scan('--json', '--rules', 'a.yar', folder.file('sample', 'x'))
  const [first, second, last] = jsonLines(run.stdout)
  const { severity, code, rule, line, column } = problemLine.parse(first)
  assert.deepEqual([severity, code, rule, line, column], ['error', 'unknown-name', 'Bad', 1, 23])
  assert.equal(verdictLine.parse(second).verdict, 'clean')
  assert.equal(summaryLine.parse(last).exit_code, 0)
  assert.equal(run.stderr, '')
})

test('of very many problems the first are told and the rest is counted', () => {
  using folder = new RuleFolder()
  const bad = Array.from({ length: 1100 }, (_, index) => `rule Bad${index} { condition: nothing }`)
  folder.file('a.yar', bad.join('\n'))
  const sample = folder.file('sample', 'x')
  const text = folder.scan('-q', '--rules', 'a.yar', sample).stderr.trimEnd().split('\n')
  assert.equal(text.filter((line) => line.includes('there is no `nothing`')).length, 20)
  assert.match(text.at(-1) ?? '', /1,080 more problems; haechi rules lint/)
  const lines = jsonLines(folder.scan('--json', '--rules', 'a.yar', sample).stdout)
  const problems = lines.filter(({ type }) => type === 'problem').map((line) => problemLine.parse(line))
  assert.equal(problems.length, 1001)
  assert.deepEqual([problems.at(-1)?.code, problems.at(-1)?.line], ['more', undefined])
})

test('control characters of a rule file do not reach the terminal', () => {
  using folder = new RuleFolder()
  folder.file('\u001b[31mred.yar', 'rule Bad { condition: \u001b]0;title\u0007 }')
  const run = folder.scan('-q', '--rules', folder.path, folder.file('sample', 'x'))
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  assert.doesNotMatch(run.stderr, /[\u0000-\u0009\u000b-\u001f]/)
  assert.match(run.stderr, /\\x1b\[31mred\.yar/)
})

test('rules that are named and missing end the run, an own set that is missing does not', () => {
  using folder = new RuleFolder()
  const sample = folder.file('sample', 'x')
  const missing = folder.scan('--rules', 'nowhere.yar', sample)
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /cannot read the rules nowhere\.yar: ENOENT.*\nhint: /)
  assert.equal(folder.scan('-q', sample).stderr, '')
})

test('compiled rules are kept in the cache and used by the next start, until a rule changes', () => {
  using folder = new RuleFolder(['rules = ["a.yar"]'])
  folder.file('a.yar', needle)
  const cached = (): unknown => jsonLines(folder.rules('list', '--json').stdout).at(-1)?.['cached']
  assert.equal(cached(), false)
  assert.equal(readdirSync(folder.at('cache')).length, 1)
  assert.equal(cached(), true)
  folder.file('a.yar', `${needle}rule More { condition: filesize > 9 }`)
  assert.equal(cached(), false)
  const [name = ''] = readdirSync(folder.at('cache'))
  for (const file of readdirSync(folder.at('cache'))) writeFileSync(folder.at('cache', file), 'damaged')
  assert.equal(cached(), false, `${name} is made anew`)
  assert.match(folder.scan('-q', folder.file('sample', 'needle')).stdout, /: Needle$/m)
})

test('with cache = "" nothing is kept', () => {
  using folder = new TemporaryFolder()
  const config = folder.at('c.toml')
  writeFileSync(config, '[engine]\ncache = ""\nlocal = ""\n')
  writeFileSync(folder.at('a.yar'), needle)
  const env = { XDG_CACHE_HOME: folder.at('xdg') }
  const run = haechi(['scan', '-q', '-c', config, '--rules', folder.at('a.yar'), config], { env })
  assert.equal(run.code, 0, run.stderr)
  assert.deepEqual(readdirSync(folder.path).toSorted(), ['a.yar', 'c.toml'])
})

test('a user without rights to the own set is told that it is not loaded', (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('only root can hide a folder from others')
    return
  }
  using folder = new RuleFolder(['rules = []'])
  folder.file('local/hashes.txt', `${'0'.repeat(64)}:Nothing\n`)
  const sample = folder.file('sample', 'x')
  for (const path of [folder.path, sample, folder.config]) chmodSync(path, 0o755)
  chmodSync(folder.at('local'), 0o700)
  const run = haechi(['scan', '--config', folder.config, '-q', sample], { uid: 65_534 })
  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stderr, /local: nothing of it is loaded: EACCES/)
})

test('what haechi update keeps current is used by every command, as long as its source is configured', () => {
  using folder = new RuleFolder()
  folder.file('bundle/web.yar', 'rule Updated { strings: $a = "sample" condition: $a }')
  folder.file('bundle/README.txt', 'Not a hash list.')
  const sources =
    '[update]\ndirectory = "state"\nsources = [{ name = "web", kind = "folder", path = "bundle" }]\n'
  const config = folder.file('update.toml', `[engine]\nlocal = "local"\ncache = "cache"\n${sources}`)
  const sample = folder.file('sample', 'a sample')
  const scan = (): string => haechi(['scan', '-q', '-c', config, sample]).stdout
  assert.equal(scan(), '', 'nothing is installed yet')
  const update = haechi(['update', '-c', config])
  assert.equal(update.code, 0, update.stderr)
  assert.match(scan(), /: Updated$/m)
  const [line] = jsonLines(haechi(['rules', 'list', '--json', '-c', config]).stdout)
  assert.equal(line?.['namespace'], 'web/web')
  assert.match(String(line?.['file']), /state\/web\/[^/]+\/web\.yar$/)
  assert.equal(folder.scan('-q', sample).stdout, '', 'another configuration does not know the source')
})

test('ClamAV databases are loaded beside rules, from the command line, the configuration and the own set', () => {
  using folder = new RuleFolder(['databases = ["conf.ndb"]'])
  const hex = (text: string): string => Buffer.from(text).toString('hex')
  folder.file('conf.ndb', `Test.Conf:0:*:${hex('sample one')}\n`)
  folder.file('db/given.ndb', `Test.Given:0:*:${hex('sample')}\n`)
  folder.file('local/own.ldb', `Test.Own;Engine:51-255,Target:0;0&1;${hex('sample')};${hex('one')}\n`)
  const run = folder.scan('-q', '--db', 'db', folder.file('sample', 'a sample one'))
  const names = [...run.stdout.matchAll(/: (Test\.\w+)\.UNOFFICIAL$/gm)].map(([, name = '']) => name)
  assert.deepEqual(names.toSorted(), ['Test.Conf', 'Test.Given', 'Test.Own'])
  const figures = jsonLines(folder.rules('list', '--json', '--db', 'db').stdout).at(-1)
  assert.deepEqual(figures?.['clamav'], { hashes: 0, bodies: 1, logical: 0, containers: 0 })
  assert.match(folder.rules('list').stdout, /^ClamAV: bodies 1, logical 1$/m)
  assert.equal(folder.scan('--db', 'nowhere.ndb', folder.config).code, 2)
})
