import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { parseJournalEntry } from './journal-entry.ts'
import { logsSensorWith } from './logs-sensor.ts'

const journald = '/usr/lib/systemd/systemd-journald'
const factory = logsSensorWith({ times: { lookMs: 100, quietMs: 500, graceMs: 200 } })

/** A journald of its own in a mount namespace of its own, that keeps its journal below `root`; audit and kernel are off. */
async function startJournald(t: TestContext, root: string): Promise<void> {
  for (const folder of ['run/log/journal', 'run/systemd/journal', 'var/log'])
    mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(
    join(root, 'journald.conf'),
    '[Journal]\nAudit=no\nReadKMsg=no\nForwardToSyslog=no\nStorage=volatile\nRateLimitBurst=0\nRuntimeMaxUse=16M\n',
  )
  const script = `mount --bind "$1/journald.conf" /etc/systemd/journald.conf && mount --bind "$1/run" /run && exec ${journald}`
  const child: ChildProcess = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', root], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const end = performance.now() + 5000
  const socket = join(root, 'run/systemd/journal/dev-log')
  while (!existsSync(socket) && performance.now() < end) await delay(20)
  assert.ok(existsSync(socket), 'journald has started')
}

function canRun(t: TestContext): boolean {
  if (!requireRoot(t)) return false
  if (
    [journald, '/etc/systemd/journald.conf', '/usr/bin/journalctl', '/usr/bin/logger'].every((path) =>
      existsSync(path),
    )
  )
    return true
  t.skip('systemd-journald, journalctl or logger is not installed')
  return false
}

/** A short path: that of the socket has 107 bytes at most. */
function rootOf(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'hj-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  return root
}

function log(root: string, options: readonly string[], lines: readonly string[]): void {
  const { status } = spawnSync('logger', ['-u', join(root, 'run/systemd/journal/dev-log'), ...options], {
    input: lines.map((line) => `${line}\n`).join(''),
  })
  assert.equal(status, 0)
}

function messages(events: readonly Event[]): string[] {
  return events
    .filter(({ event, log: at }) => event.action === 'line' && at?.syslog?.appname === 'haechi-test')
    .map(({ message }) => message ?? '')
}

test(
  'the journal is followed by cursor: nothing is lost or told twice across a stop',
  { timeout: 30_000 },
  async (t) => {
    if (!canRun(t)) return
    const root = rootOf(t)
    await startJournald(t, root)
    const state = withFolder(t)
    log(root, ['-t', 'haechi-test'], ['before the first run'])
    const first = await startSensor(t, factory, { root, stateFolder: state.path })
    assert.equal(first.sensor.status().tier, 'journal+files')
    log(root, ['-t', 'haechi-test', '--id=77', '-p', 'auth.warning'], ['a', 'b\tc'])
    await first.until(() => messages(first.events).length >= 2)
    await first.sensor.stop()
    const numbered = Array.from({ length: 1000 }, (_, i) => `number ${i}`)
    log(root, ['-t', 'haechi-test'], numbered)
    const second = await startSensor(t, factory, { root, stateFolder: state.path })
    await second.until(() => messages(second.events).length >= 1000, 10_000)
    assert.deepEqual(messages(first.events), ['a', 'b\tc'])
    assert.deepEqual(messages(second.events), numbered)
    assert.deepEqual([...first.losses, ...second.losses], [])
    const event = first.events.find(({ message }) => message === 'a')
    assert.equal(event?.log?.syslog?.procid, '77')
    const { priority, facility } = (event?.hx?.['log'] ?? {}) as { priority?: number; facility?: number }
    assert.deepEqual([priority, facility], [4, 4])
    assert.ok(Math.abs(Date.parse(event?.['@timestamp'] ?? '') - Date.now()) < 60_000)
  },
)

test(
  'journalctl is started again when it ends, and goes on behind the last entry',
  { timeout: 30_000 },
  async (t) => {
    if (!canRun(t)) return
    const root = rootOf(t)
    await startJournald(t, root)
    const running = await startSensor(t, factory, { root })
    const { events, losses } = running
    log(root, ['-t', 'haechi-test'], ['one'])
    await running.until(() => messages(events).length >= 1)
    const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)])
    const line =
      stdout
        .toString()
        .split('\n')
        .find((text) => text.includes(`--root=${root}`)) ?? ''
    process.kill(Number.parseInt(line, 10), 'SIGKILL')
    log(root, ['-t', 'haechi-test'], ['two'])
    await running.until(() => messages(events).length >= 2, 10_000)
    assert.deepEqual(messages(events), ['one', 'two'])
    assert.deepEqual(losses, [])
  },
)

test(
  'a message that stands in the journal and in files of the syslog daemon is told once, two equal ones twice',
  { timeout: 30_000 },
  async (t) => {
    if (!canRun(t)) return
    const root = rootOf(t)
    await startJournald(t, root)
    writeFileSync(join(root, 'var/log/syslog'), '')
    writeFileSync(join(root, 'var/log/auth.log'), '')
    const running = await startSensor(t, factory, { root })
    const { events, sensor } = running
    const host = spawnSync('hostname').stdout.toString().trim()
    log(root, ['-t', 'haechi-test', '--id=7'], ['same', 'same', 'other\ttab'])
    const stamp = new Date().toISOString().replace('Z', '000+00:00')
    const line = (from: string, text: string): string => `${stamp} ${from} haechi-test[7]: ${text}\n`
    const both = line(host, 'same') + line(host, 'same') + line(host, 'other#011tab')
    writeFileSync(join(root, 'var/log/syslog'), both + line('elsewhere', 'same') + line(host, 'only here'), {
      flag: 'a',
    })
    writeFileSync(join(root, 'var/log/auth.log'), both, { flag: 'a' })
    await running.until(() => messages(events).length >= 3 && sensor.status().facts['sameInJournal'] === 6)
    const told = events
      .filter(({ event }) => event.action === 'line')
      .map(({ message = '' }) => message.replace(/^.*haechi-test\[7\]: /, '').replace('#011', '\t'))
      .filter((message) => /^(?:same|other|only)/.test(message))
      .toSorted()
    assert.deepEqual(told, ['only here', 'other\ttab', 'same', 'same', 'same'])
  },
)

test('without journald the journal is refused with the reason', async (t) => {
  const root = withFolder(t)
  const { sensor } = await startSensor(t, factory, { root: root.path })
  const { tier, refused } = sensor.status()
  assert.equal(tier, 'files')
  assert.equal(refused[0]?.tier, 'journal')
  assert.match(refused[0]?.why ?? '', /journald does not run|not installed/)
})

test('binary, repeated and missing fields of an entry are understood', () => {
  const entry = parseJournalEntry(
    JSON.stringify({
      __CURSOR: 's=1',
      __REALTIME_TIMESTAMP: '1795341980476332',
      MESSAGE: [104, 105, 255],
      SYSLOG_IDENTIFIER: ['first', 'second'],
      _UID: '0',
      _AUDIT_LOGINUID: '1000',
      _AUDIT_SESSION: '3',
    }),
  )
  assert.equal(entry?.event.message, 'hi\u{fffd}')
  assert.equal(entry?.event['@timestamp'], '2026-11-22T10:06:20.476332Z')
  assert.equal(entry?.event.log?.syslog?.appname, 'first')
  assert.deepEqual(entry?.event.hx?.process, { auid: 1000, session: 3 })
  assert.equal(parseJournalEntry('{"__CURSOR":"a"}'), undefined)
})

test('whatever journalctl prints, reading it does not throw', () => {
  const value = fc.oneof(
    fc.string(),
    fc.array(fc.integer()),
    fc.constant(null),
    fc.array(fc.array(fc.nat(300))),
  )
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('MESSAGE', '__CURSOR', '__REALTIME_TIMESTAMP', '_PID', 'PRIORITY'),
        value,
      ),
      (fields) => {
        parseJournalEntry(JSON.stringify(fields))
      },
    ),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.string(), (text) => void parseJournalEntry(text)),
    { numRuns: 100 },
  )
})
