// Rules and incidents in the whole daemon: what they say is stored once, whatever ends the daemon, and can be asked.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'

import { ask } from '../../src/daemon/index.ts'
import type { Event, Incident, IncidentHead } from '../../src/model/index.ts'
import { type HostUnderTest, startHost } from '../support/host.ts'
import { requireRoot } from '../support/scratch.ts'

interface Stage {
  readonly args: readonly string[]
  readonly rules: string
  /** A word of this stage alone: other tests run programs on this host too. */
  readonly word: string
}

function rule(id: number, word: string, level = 'high'): string {
  return [
    `title: Rule ${id} of ${word}`,
    `id: 0b0e1a52-0000-4000-8000-00000000000${id}`,
    'logsource: { product: linux, category: process_creation }',
    `detection: { selection: { CommandLine|contains: ${word}-${id} }, condition: selection }`,
    `level: ${level}`,
    'tags: [attack.t1059.004]',
    '',
  ].join('\n')
}

function stage(t: TestContext, configuration = ''): Stage {
  const own = mkdtempSync(join(tmpdir(), 'haechi-up-rules-'))
  t.after(() => rmSync(own, { recursive: true, force: true }))
  const word = `word${process.pid}${own.slice(-6)}`
  const rules = join(own, 'rules')
  mkdirSync(rules)
  writeFileSync(join(rules, 'one.yml'), rule(1, word))
  const config = join(own, 'haechi.toml')
  writeFileSync(config, `[rules]\nsigma = ["${rules}"]\n${configuration.replace('WORD', word)}`)
  return { args: ['--config', config, '--store', join(own, 'store')], rules, word }
}

async function detections(host: HostUnderTest, word: string, count = 1): Promise<readonly Event[]> {
  return host.until(`dataset = hx.detection and rule.name contains ${word}`, count)
}

async function incidents(host: HostUnderTest): Promise<readonly IncidentHead[]> {
  const answer = await ask(host.daemon.socket, { command: 'incidents' }, 10_000)
  return (answer as { readonly incidents: readonly IncidentHead[] }).incidents
}

async function incidentOf(host: HostUnderTest, word: string): Promise<Incident> {
  const head = (await incidents(host)).find(({ title }) => title.includes(word))
  assert.ok(head, JSON.stringify(await incidents(host)))
  return (await ask(host.daemon.socket, { command: 'incident', id: head.id }, 10_000)) as Incident
}

test('a rule that matches is an event that says which, why and about what, and an incident', async (t) => {
  if (!requireRoot(t)) return
  const { args, rules, word } = stage(t, `disable = ["Rule 4 of WORD"]\nleast_level = "medium"\n`)
  writeFileSync(join(rules, 'bad.yml'), 'title: Bad\nlogsource: [\n')
  writeFileSync(join(rules, 'more.yml'), `${rule(3, word, 'low')}---\n${rule(4, word)}`)
  const host = await startHost(t, { args })
  assert.match(host.daemon.stderr, /bad\.yml:\d+: /)
  // Below the level, switched off, not there yet: none of them speaks.
  for (const number of [3, 4, 2, 1]) execFileSync('/bin/true', [`${word}-${number}`])
  const [found, ...others] = await detections(host, word)
  assert.deepEqual(others, [])
  assert.equal(found?.event.kind, 'alert')
  assert.equal(found.event.severity, 75)
  assert.deepEqual(found.rule, {
    id: '0b0e1a52-0000-4000-8000-000000000001',
    name: `Rule 1 of ${word}`,
    ruleset: 'sigma',
  })
  assert.deepEqual(found.threat?.technique?.id, ['T1059.004'])
  assert.deepEqual(found.process?.args, ['/bin/true', `${word}-1`])
  const [about] = await host.events(`process.args = "${word}-1" and action = exec`)
  assert.deepEqual(found.hx?.detection?.of, [about?.event.sequence])
  const incident = await incidentOf(host, word)
  assert.equal(incident.level, 'high')
  const [opened] = await host.until(`dataset = hx.incident and hx.incident.id = ${incident.id}`)
  assert.equal(opened?.event.action, 'opened')
  const { host: status } = await host.status()
  assert.equal(status?.rules?.active, 1)
  assert.equal(status.rules.problems, 1)
  writeFileSync(join(rules, 'two.yml'), rule(2, word))
  await ask(host.daemon.socket, { command: 'reload' }, 30_000)
  execFileSync('/bin/true', [`${word}-2`, 'after the reload'])
  const [, second] = await detections(host, word, 2)
  assert.equal(second?.process?.args?.[2], 'after the reload')
})

test('what the policy says is done about an incident, written down and told, and never twice', async (t) => {
  if (!requireRoot(t)) return
  const own = mkdtempSync(join(tmpdir(), 'haechi-policy-'))
  t.after(() => rmSync(own, { recursive: true, force: true }))
  const policy = 'policy = [{ level = "high", action = "kill-tree" }]'
  const { args, word } = stage(t, `[response]\ndirectory = "${own}"\nmode = "act"\n${policy}\n`)
  const host = await startHost(t, { args })
  const child = spawn('/bin/sleep', ['600', `0.${word.replaceAll(/\D/g, '')}1`], { argv0: `${word}-1` })
  t.after(() => child.kill('SIGKILL'))
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL')
  const [done] = await host.until('dataset = hx.response and outcome = success')
  assert.equal(done?.process?.pid, child.pid)
  assert.equal(done?.event.provider, 'policy')
  const records = readFileSync(join(own, 'responses.jsonl'), 'utf8').trim().split('\n')
  assert.deepEqual(
    records.map((line) => (JSON.parse(line) as { phase: string }).phase),
    ['begun', 'done'],
  )
})

test('kill -9: each detection is there once, the incident goes on under its number', async (t) => {
  if (!requireRoot(t)) return
  const { args, word } = stage(t)
  const first = await startHost(t, { args })
  for (let i = 0; i < 20; i++) execFileSync('/bin/true', [`${word}-1`, String(i)])
  await detections(first, word, 20)
  const before = await incidentOf(first, word)
  assert.equal(before.steps.reduce((sum, { count }) => sum + count, 0) >= 20, true)
  void first.daemon.ended
  await first.daemon.stop('SIGKILL')
  const second = await startHost(t, { args })
  for (let i = 20; i < 25; i++) execFileSync('/bin/true', [`${word}-1`, String(i)])
  const found = await detections(second, word, 25)
  assert.deepEqual(
    found.map(({ process }) => process?.args?.[2]),
    Array.from({ length: 25 }, (_, index) => String(index)),
  )
  const after = await incidentOf(second, word)
  assert.equal(after.id, before.id)
  assert.deepEqual(after.history[0], before.history[0])
})

test('a closed incident is opened again after a restart, though its events have gone, and tells only that', async (t) => {
  if (!requireRoot(t)) return
  const { args, word } = stage(t)
  const first = await startHost(t, { args })
  execFileSync('/bin/true', [`${word}-1`])
  await detections(first, word)
  const { id } = await incidentOf(first, word)
  await ask(first.daemon.socket, { command: 'incident-change', change: 'close', id, why: 'known' }, 10_000)
  await first.daemon.stop()
  const db = new DatabaseSync(join(args.at(-1) ?? '', 'events', 'events.db'))
  db.exec('DELETE FROM blocks')
  db.close()
  const second = await startHost(t, { args })
  await ask(second.daemon.socket, { command: 'incident-change', change: 'reopen', id, why: 'not so' }, 10_000)
  await second.until(`dataset = hx.incident and event.action = reopened`)
  const told = await second.events(`dataset = hx.incident and message contains ${word}`)
  assert.deepEqual(
    told.map(({ event }) => event.action),
    ['reopened'],
  )
})

test('without rules events are stored, and who asks for a change of incidents is told why there is none', async (t) => {
  if (!requireRoot(t)) return
  const { args, word } = stage(t, 'enabled = false\n')
  const host = await startHost(t, { args })
  execFileSync('/bin/true', [`${word}-1`])
  await host.until(`process.args = "${word}-1"`)
  const { host: status } = await host.status()
  assert.equal(status?.rules, undefined)
  await assert.rejects(
    ask(host.daemon.socket, { command: 'incident-change', change: 'close', id: 1 }, 10_000),
    /concludes nothing/,
  )
})
