// `haechi rules` with Sigma rules: list, lint, test, explain, profile, add and remove, the real command.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

import type { Event } from '../../src/model/index.ts'
import { outputLines } from '../../src/model/output.ts'
import { ruleAddedLine, ruleRemovedLine, ruleTestLine } from '../../src/model/rule-lines.ts'
import { sigmaLines } from '../../src/model/sigma-lines.ts'
import { openStore, rowOf } from '../../src/store/index.ts'
import { jsonLines } from '../support/run-haechi.ts'
import { RuleFolder } from '../support/rule-set.ts'

const shell = `title: Web Server Starts Shell
id: 11111111-2222-4333-8444-555555555555
name: web_shell
logsource: {product: linux, category: process_creation}
detection: {a: {Image|endswith: /sh, ParentImage|endswith: /apache2}, f: {User: nobody}, condition: a and not f}
level: high
tags: [attack.execution, attack.t1059.004]
`
const dump = `title: Dump In Query
logsource: {category: webserver}
detection: {a: {cs-uri-query|contains: dump.sql, sc-status: 200}, condition: a}
level: low
`
const elsewhere = `title: Only On Macs
logsource: {product: macos, category: process_creation}
detection: {a: {Image|endswith: /sh}, condition: a}
level: medium
`
const burst = `${dump}---
title: Many Dumps
name: many
correlation: {type: event_count, rules: [Dump In Query], group-by: [c-ip], timespan: 1m, condition: {gte: 3}}
level: critical
`

function exec(image: string, user: string, sequence?: number): Event {
  return {
    '@timestamp': new Date(Date.now() - 60_000).toISOString(),
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'ebpf',
      ...(sequence === undefined ? {} : { sequence }),
    },
    message: `exec ${image}`,
    process: {
      pid: 2,
      executable: image,
      user: { name: user },
      parent: { pid: 1, executable: '/usr/sbin/apache2' },
    },
  }
}

function accessLine(target: string): Event {
  return {
    '@timestamp': new Date(Date.now() - 60_000).toISOString(),
    event: {
      kind: 'event',
      category: ['web'],
      type: ['info'],
      action: 'line',
      dataset: 'hx.log',
      provider: 'file',
    },
    message: `203.0.113.9 - - [01/May/2026:10:00:00 +0000] "GET ${target} HTTP/1.1" 200 5 "-" "curl/8"`,
    log: { file: { path: '/var/log/apache2/access.log' } },
    hx: { log: { kind: 'apache-access' } },
  }
}

function jsonOf(events: readonly Event[]): string {
  return events.map((event) => JSON.stringify(event)).join('\n')
}

/** Every line has a schema. */
function checked(stdout: string): Record<string, unknown>[] {
  const lines = jsonLines(stdout)
  for (const line of lines) outputLines[line['type'] as keyof typeof outputLines].schema.parse(line)
  return lines
}

test('list has a column of kinds, and says which Sigma rules run here and why the others do not', () => {
  using folder = new RuleFolder(['rules = ["a.yar"]'])
  folder.file('a.yar', 'rule Own { condition: filesize > 9 }')
  const path = folder.file('sigma/web.yml', burst)
  folder.file('sigma/deep/mac.yml', elsewhere)
  folder.file('sigma/quiet.yml', shell.replace('high', 'informational'))
  const lines = folder.rules('list').stdout.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /^yara {3}Own {2}/)
  assert.deepEqual(lines.slice(3), [
    `sigma  Only On Macs  [medium]  idle: no sensor here has product macos, category process_creation  ${folder.at('sigma/deep/mac.yml')}`,
    `sigma  Web Server Starts Shell  [informational]  off: the configuration leaves it out ([rules] disable, least_level)  ${folder.at('sigma/quiet.yml')}`,
    `sigma  Dump In Query  [low]  webserver  ${path}`,
    `sigma  Many Dumps  [critical]  correlation  ${path}`,
    '4 Sigma rules, 2 run on this host, 1 cannot, 1 switched off, 3 warnings',
  ])
  const some = checked(folder.rules('list', '--json', 'many', 'Own').stdout)
  assert.deepEqual(
    some.map(({ type, title, name }) => [type, title ?? name]),
    [
      ['rule', 'Own'],
      ['rules', undefined],
      ['sigma-rule', 'Many Dumps'],
      ['sigma-rules', undefined],
    ],
  )
  const named = folder.rules('list', '--rules', path)
  assert.match(
    named.stdout,
    /^sigma {2}Dump In Query .*\nsigma {2}Many Dumps .*\n2 Sigma rules, 2 run on this host, 2 warnings\n$/,
  )
})

test('rules are switched off by the configuration, and a name that no rule has is a warning', () => {
  using folder = new RuleFolder()
  folder.file('sigma/web.yml', burst)
  const config = folder.file(
    'other.toml',
    readFileSync(folder.config, 'utf8').replace('[rules]', '[rules]\ndisable = ["many", "nonsense"]'),
  )
  const { stdout } = folder.rules('lint', '--config', config)
  assert.match(stdout, /^the configuration: warning: no rule is called nonsense/m)
  const lines = checked(folder.rules('list', '--json', '--config', config).stdout)
  assert.deepEqual(
    lines.flatMap(({ type, title, state }) => (type === 'sigma-rule' ? [[title, state]] : [])),
    [
      ['Dump In Query', 'active'],
      ['Many Dumps', 'off'],
    ],
  )
})

test('lint tells faults of both kinds with their lines, and rules that cannot run', () => {
  using folder = new RuleFolder()
  folder.file(
    'set/bad.yml',
    'title: x\nlogsource: {product: linux}\ndetection:\n  a: {F|nope: 1}\n  condition: a\n',
  )
  folder.file('set/mac.yml', elsewhere)
  folder.file('set/compose.yml', 'services: {web: {image: x}}\n')
  folder.file('set/a.yar', 'rule Bad { condition: nothing }')
  const run = folder.rules('lint', 'set')
  assert.equal(run.code, 1)
  assert.match(run.stdout, /^set\/a\.yar:1:\d+: error: /m)
  assert.match(run.stdout, /^set\/bad\.yml:4: error: detection\.a\.F\|nope: there is no modifier `nope`$/m)
  assert.match(run.stdout, /^sigma {2}Only On Macs .* idle: no sensor here has product macos/m)
  assert.match(run.stdout, /^1 Sigma rule, 0 run on this host, 1 cannot, 1 error, \d+ warnings?$/m)
  assert.doesNotMatch(run.stdout, /compose/)
  const quiet = checked(folder.rules('lint', '-q', '--json', 'set/bad.yml').stdout)
  assert.deepEqual(
    quiet.map(({ type, severity, line, errors }) => [type, severity ?? errors, line]),
    [
      ['problem', 'error', 4],
      ['sigma-rules', 1, undefined],
    ],
  )
  assert.equal(folder.rules('lint', 'set/mac.yml').code, 0)
  assert.equal(folder.rules('lint', 'nothing.yml').code, 2)
})

test('tests beside Sigma rules are run, and one that does not hold is told', () => {
  using folder = new RuleFolder()
  folder.file('set/shell.yml', shell)
  folder.file(
    'set/shell.test.yml',
    `match:
  - {event: {dataset: hx.process, action: exec}, process: {executable: /bin/sh, parent: {executable: /usr/sbin/apache2}}}
no_match:
  - {event: {dataset: hx.process, action: exec}, process: {executable: /bin/ls, parent: {executable: /usr/sbin/apache2}}}
`,
  )
  folder.file('set/burst.yml', burst)
  const requests = (count: number): string =>
    `[${Array.from({ length: count }, () => '{request: {target: /dump.sql}}').join(', ')}]`
  folder.file(
    'set/burst.test.yml',
    `match:\n  - {name: three, rules: [many], events: ${requests(3)}}\nno_match:\n  - {name: two, events: ${requests(2)}}\n`,
  )
  const good = folder.rules('test', 'set')
  assert.deepEqual(
    [good.code, good.stdout],
    [
      0,
      'ok      set/burst.test.yml: three\nok      set/burst.test.yml: two\nok      set/shell.test.yml: match 1\nok      set/shell.test.yml: no_match 1\n4 tests: 4 ok, 0 failed\n',
    ],
    good.stderr,
  )
  folder.file('set/shell.yml', shell.replace('/sh,', '/ls,'))
  const bad = folder.rules('test', 'set/shell.yml', '--json')
  assert.equal(bad.code, 1)
  assert.deepEqual(
    checked(bad.stdout)
      .slice(0, 2)
      .map((line) => ruleTestLine.parse(line).problems),
    [['no rule matches'], ['Web Server Starts Shell matches']],
  )
  const both = folder.file('set/a.yar', 'rule A { condition: filesize == 1 }')
  folder.file('set/a.test.toml', '[[test]]\ntext = "x"\nmatch = ["A"]\n')
  assert.match(folder.rules('test', both, 'set/burst.yml').stdout, /^1 test: 1 ok.*\n.*\n.*\n2 tests: 2 ok/m)
  folder.file('alone.yml', shell)
  const none = folder.rules('test', 'alone.yml')
  assert.equal(none.code, 64)
  assert.match(none.stderr, /no \*\.test\.yml beside the rules/)
})

test('rules are tried on events of a file, explained and measured', () => {
  using folder = new RuleFolder()
  const rules = folder.file('set.yml', `${shell}---\n${dump}`)
  const events = folder.file(
    'events.jsonl',
    jsonOf([
      exec('/bin/sh', 'root'),
      exec('/bin/sh', 'nobody'),
      accessLine('/x?f=%64ump.sql'),
      accessLine('/'),
    ]),
  )
  const run = folder.rules('test', rules, '--events', events, '--json')
  assert.equal(run.code, 1, run.stderr)
  assert.deepEqual(
    checked(run.stdout).map((line) => {
      const { entry, title, techniques } = sigmaLines['sigma-match'].schema.parse(line)
      return [entry, title, techniques]
    }),
    [
      [0, 'Web Server Starts Shell', ['T1059.004']],
      [2, 'Dump In Query', []],
    ],
  )
  const text = folder.rules('test', rules, '-e', events).stdout
  assert.match(text, /^high +Web Server Starts Shell: \S+ exec \/bin\/sh$/m)
  assert.match(text, /^4 events, 2 matches of 2 rules$/m)

  const why = folder.rules('explain', 'web_shell', '--rules', rules, '-e', events)
  assert.equal(why.code, 0, why.stderr)
  assert.match(why.stdout, /no {2}Web Server Starts Shell[\s\S]*yes f\n +yes User: nobody\n +seen: nobody/)
  assert.match(folder.rules('explain', rules, '-e', events).stdout, /as webserver\n +yes a/)
  assert.equal(folder.rules('explain', 'nonsense', '--rules', rules, '-e', events).code, 2)
  assert.equal(folder.rules('explain', rules).code, 64)

  const costs = checked(folder.rules('profile', '--rules', rules, '-e', events, '--json').stdout)
  assert.deepEqual(
    costs
      .toSorted(
        (a, b) =>
          Number(a['title'] === undefined) - Number(b['title'] === undefined) ||
          String(a['title']).localeCompare(String(b['title'])),
      )
      .map(({ type, title, evaluated, matched }) => [type, title, evaluated, matched]),
    [
      ['sigma-cost', 'Dump In Query', 1, 1],
      ['sigma-cost', 'Web Server Starts Shell', 2, 1],
      ['sigma-profile', undefined, undefined, undefined],
    ],
  )
  assert.match(
    folder.rules('profile', '--rules', rules, '-e', events).stdout,
    /^4 events, 2 rules: .* µs an event/m,
  )
})

test('rules are tried on what the host has stored', () => {
  using folder = new RuleFolder()
  const rules = folder.file('set.yml', shell)
  folder.file('store/keep', '')
  const store = openStore({
    folder: folder.at('store/events'),
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: 86_400_000,
    onProblem: (message) => assert.fail(message),
  })
  store.append(
    [exec('/bin/ls', 'root'), exec('/bin/sh', 'root'), exec('/bin/sh', 'anna')].map((event) => rowOf(event)),
  )
  store.close()
  const all = folder.rules('test', rules, '--since', '1h')
  assert.match(all.stdout, /^3 events, 2 matches of 1 rules$/m, all.stderr)
  assert.match(
    folder.rules('test', rules, '--where', 'process.user.name = anna').stdout,
    /^1 events, 1 matches/m,
  )
  const second = folder.rules('explain', 'web_shell', '--rules', rules, '--sequence', '2')
  assert.match(second.stdout, /^\S+ exec \/bin\/sh\nyes Web Server Starts Shell/, second.stderr)
  assert.equal(folder.rules('explain', 'web_shell', '--rules', rules, '--sequence', '9').code, 2)
  const hidden = folder.rules('test', rules, '--since', '1h', '--match', rules)
  assert.equal(hidden.code, 64)
})

test('Sigma rules are added to one’s own set and removed by any of their names', () => {
  using folder = new RuleFolder()
  const path = folder.file('mine/shell.yml', shell)
  const yara = folder.file('mine/a.yar', 'rule Mine { strings: $a = "needle" condition: $a }')
  const added = folder.rules('add', '--json', path, yara)
  assert.equal(added.code, 0, added.stderr)
  assert.deepEqual(
    checked(added.stdout).map((line) => {
      const { kind, name } = ruleAddedLine.parse(line)
      return [kind, name]
    }),
    [
      ['sigma', 'Web Server Starts Shell'],
      ['rule', 'Mine'],
    ],
  )
  const file = folder.at('local/sigma/shell.yml')
  assert.equal(readFileSync(file, 'utf8'), shell)
  assert.match(folder.rules('list').stdout, /^sigma {2}Web Server Starts Shell .* process_creation/m)

  const again = folder.rules('add', path)
  assert.deepEqual([again.code, again.stderr.includes('there is a file shell.yml already')], [2, true])
  const other = folder.file('mine/other.yml', shell)
  assert.match(folder.rules('add', other).stderr, /nothing was changed: .*another rule has this id/)
  const bad = folder.file('mine/bad.yml', shell.replace('|endswith', '|nope'))
  const refused = folder.rules('add', bad, folder.file('mine/b.yar', 'rule B { condition: filesize == 1 }'))
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /bad\.yml:5: error: .*nope/)
  assert.doesNotMatch(folder.rules('list').stdout, /^yara {3}B /m, 'nothing of it was added')

  folder.rules('add', folder.file('mine/two.yml', burst))
  assert.match(folder.rules('remove', 'many').stderr, /two\.yml has 2 rules, many is one of them/)
  const removed = folder.rules('remove', '--json', 'web_shell', 'two.yml', 'Mine')
  assert.deepEqual(
    checked(removed.stdout).map((line) => {
      const { kind, name } = ruleRemovedLine.parse(line)
      return [kind, name]
    }),
    [
      ['sigma', 'web_shell'],
      ['sigma', 'two.yml'],
      ['rule', 'Mine'],
    ],
    removed.stderr,
  )
  assert.ok(!existsSync(file))
  assert.equal(folder.rules('remove', 'web_shell').code, 2)
})

test('an option that does not belong to an action is refused', () => {
  using folder = new RuleFolder()
  for (const args of [
    ['lint', '--events', 'x'],
    ['test', 'x.yml', '--sequence', '1'],
    ['profile', 'x', '--since', '1h'],
    ['explain', 'a', 'b', '--events', 'x'],
    ['profile'],
  ]) {
    assert.equal(folder.rules(...args).code, 64, args.join(' '))
  }
})
