// haechi sigma on a rule and events of the test's own.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { sigmaLines } from '../../src/model/sigma-lines.ts'
import { withFolder } from '../support/folder.ts'
import { haechi } from '../support/run-haechi.ts'

const rule = `title: Shell Asked For Its Name
id: 5f1abf38-291b-4c2a-8cbb-7f0d2d3a0001
status: test
logsource:
  category: process_creation
  product: linux
detection:
  selection:
    Image|endswith: '/whoami'
  filter:
    User: nobody
  condition: selection and not filter
level: medium
tags:
  - attack.discovery
  - attack.t1033
`

function execBy(user: string): string {
  return JSON.stringify({
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'ebpf',
    },
    message: 'exec /usr/bin/whoami: whoami',
    process: { pid: 7, executable: '/usr/bin/whoami', args: ['whoami'], user: { name: user } },
  })
}

test('rules are checked, tried and explained', (t) => {
  const folder = withFolder(t)
  const rules = folder.file('rule.yml', rule)
  const events = folder.file('events.jsonl', `${execBy('root')}\n${execBy('nobody')}\n`)
  const lint = haechi(['sigma', 'lint', rules])
  assert.deepEqual([lint.code, lint.stdout], [0, "1 rules, 1 of them run on this host's events\n"])
  const found = haechi(['sigma', 'test', rules, '--events', events, '--json'])
  assert.equal(found.code, 1)
  const match = sigmaLines['sigma-match'].schema.parse(JSON.parse(found.stdout))
  assert.deepEqual([match.entry, match.title, match.techniques], [0, 'Shell Asked For Its Name', ['T1033']])
  const why = haechi(['sigma', 'explain', 'Shell Asked For Its Name', rules, '--events', events])
  assert.match(why.stdout, /nobody/)
  const support = haechi(['sigma', 'lint', rules, '--json'])
  assert.equal(sigmaLines['sigma-support'].schema.parse(JSON.parse(support.stdout)).on, 'events')
})

test('what is wrong in a rule is told with its line', (t) => {
  const path = withFolder(t).file('rule.yml', rule.replace('endswith', 'endswit'))
  const { code, stdout } = haechi(['sigma', 'lint', path])
  assert.equal(code, 1)
  assert.match(stdout, /rule\.yml:\d+.*endswit/)
})
