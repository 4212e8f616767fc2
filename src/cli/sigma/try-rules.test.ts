// Trying rules on files of events.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { printable } from '../../base/text.ts'
import type { Terminal } from '../render/terminal.ts'
import { explainSigma, lintSigma, type SigmaRun, testSigma } from './try-rules.ts'

const rule = `title: Shell of a web server
id: 11111111-2222-4333-8444-555555555555
logsource: {product: linux, category: process_creation}
detection: {a: {Image|endswith: /sh, ParentImage|endswith: /apache2}, condition: a}
`

function exec(image: string): string {
  return JSON.stringify({
    '@timestamp': '2026-05-01T10:00:00Z',
    event: { kind: 'event', category: [], type: [], action: 'exec', dataset: 'hx.process', provider: 'ebpf' },
    message: `exec ${image}`,
    process: { pid: 2, executable: image, parent: { pid: 1, executable: '/usr/sbin/apache2' } },
  })
}

function runIn(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  json = false,
): { run: SigmaRun; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'sigma-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const lines: string[] = []
  const terminal: Terminal = {
    out: (line) => void lines.push(line),
    err: (line) => void lines.push(line),
    safe: printable,
    style: (_, text) => printable(text),
    status: () => {},
    errIsTerminal: false,
    whenReaderGone: () => {},
  }
  const events = Object.keys(files).flatMap((name) => (name.endsWith('.json') ? [join(folder, name)] : []))
  return { lines, run: { rules: [folder], events, ask: {}, json, terminal } }
}

test('rules are tried on events, and the matches told', async (t) => {
  const { run, lines } = runIn(t, { 'r.yml': rule, 'e.json': `${exec('/bin/sh')}\n${exec('/bin/ls')}\n` })
  assert.equal(await testSigma(run), 1)
  assert.match(lines[0] ?? '', /^medium +Shell of a web server: 2026-05-01T10:00:00Z exec \/bin\/sh$/)
  assert.equal(lines.at(-1), '2 events, 1 matches of 1 rules')
})

test('an explanation says what was seen and what was wanted', async (t) => {
  const { run, lines } = runIn(t, { 'r.yml': rule, 'e.json': exec('/bin/ls\u001b[31m') })
  assert.equal(await explainSigma(run, '11111111-2222-4333-8444-555555555555'), 0)
  const text = lines.join('\n')
  assert.match(text, /no {2}Image\|endswith: \/sh\n +seen: \/bin\/ls\\x1b/)
  assert.match(text, /yes ParentImage\|endswith: \/apache2/)
  await assert.rejects(explainSigma(run, 'other'), /no rule other/)
})

test('lint names faults with their place, and rules that do not run', (t) => {
  const { run, lines } = runIn(t, {
    'good.yml': rule,
    'idle.yml': rule.replace('1111', '2222').replace('product: linux', 'product: macos'),
    'bad.yml': 'title: x\nlogsource: {product: linux}\ndetection:\n  a: {F|nope: 1}\n  condition: a\n',
  })
  assert.equal(lintSigma(run), 1)
  assert.match(lines.join('\n'), /bad\.yml:4: detection\.a\.F\|nope: there is no modifier `nope`/)
  assert.match(lines.join('\n'), /idle {2}Shell of a web server: no sensor here has product macos/)
  assert.equal(lines.at(-1), "2 rules, 1 of them run on this host's events")
})

test('what cannot be read is said', async (t) => {
  const { run } = runIn(t, { 'r.yml': rule, 'e.json': '{"neither": 1}' })
  await assert.rejects(testSigma(run), /entry 1 is neither/)
  await assert.rejects(testSigma({ ...run, rules: ['/nowhere'] }), /cannot be read/)
  await assert.rejects(testSigma({ ...run, events: ['/nowhere'] }), /cannot be read/)
  const empty = runIn(t, { 'e.json': '' })
  await assert.rejects(testSigma(empty.run), /no \.yml files/)
})
