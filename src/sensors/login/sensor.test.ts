import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { ProcessTable } from '../process-table.ts'
import { loginSensorWith } from './sensor.ts'
import { UnrecordedLogins } from './unrecorded.ts'
import { writeUtmp, writeUtmpRecord, type WrittenRecord } from '../../../test/support/utmp-writer.ts'

const sensor = loginSensorWith({ audit: 'never' })

function hostIn(t: TestContext): string {
  const root = withFolder(t).path
  for (const folder of ['var/log', 'run', 'etc', 'var/lib/wtmpdb'])
    mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n',
  )
  for (const file of ['var/log/wtmp', 'var/log/btmp', 'run/utmp']) writeFileSync(join(root, file), '')
  return root
}

function logLine(program: string, pid: number, text: string, atMs = Date.now()): Event {
  return {
    '@timestamp': new Date(atMs).toISOString(),
    event: {
      kind: 'event',
      category: ['host'],
      type: ['info'],
      action: 'line',
      dataset: 'hx.log',
      provider: 'log-file',
    },
    message: `Nov 22 10:00:00 host ${program}[${pid}]: ${text}`,
    log: { syslog: { appname: program, procid: String(pid), hostname: 'host' } },
  }
}

const now = (): number => Math.floor(Date.now() / 1000)
const is = (action: string) => (event: Event) => event.event.action === action

function logins(under: SensorUnderTest): string[] {
  return under.events.filter(({ event }) => event.dataset === 'hx.login').map(({ event }) => event.action)
}

test('a login in the log and in wtmp is one event, its end has the duration', async (t) => {
  const root = hostIn(t)
  const under = await startSensor(t, sensor, { root })
  const begin = now()
  const entry: WrittenRecord = {
    type: 7,
    seconds: begin,
    pid: 999_001,
    line: 'pts/7',
    id: 'ts/7',
    user: 'alice',
    host: '192.0.2.7',
    ip: '192.0.2.7',
  }
  under.context.emit(logLine('sshd', 999_000, 'Accepted password for alice from 192.0.2.7 port 4000 ssh2'))
  under.context.emit(
    logLine('sshd', 999_000, 'pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)'),
  )
  appendFileSync(join(root, 'var/log/wtmp'), writeUtmpRecord(entry))
  appendFileSync(join(root, 'run/utmp'), writeUtmpRecord(entry))
  const logon = await under.waitFor(is('logon'))
  assert.deepEqual(logon.user, { name: 'alice', id: '1000' })
  assert.deepEqual(logon.source, { ip: '192.0.2.7', address: '192.0.2.7', port: 4000 })
  assert.deepEqual(
    [logon.event.outcome, logon.hx?.login?.method, logon.process?.pid],
    ['success', 'password', 999_000],
  )
  await under.until(() => under.sensor.status().facts['file_records'] === 2)
  appendFileSync(
    join(root, 'var/log/wtmp'),
    writeUtmpRecord({ type: 8, seconds: begin + 1, pid: 999_001, line: 'pts/7' }),
  )
  writeFileSync(join(root, 'run/utmp'), writeUtmpRecord({ ...entry, type: 8, user: '', seconds: begin + 1 }))
  const logoff = await under.waitFor(is('logoff'))
  assert.deepEqual(
    [logoff.user?.name, logoff.source?.ip, logoff.hx?.login?.tty],
    ['alice', '192.0.2.7', 'pts/7'],
  )
  assert.deepEqual(logins(under), ['logon', 'logoff'])
})

test('failures come from btmp, and a restart repeats none', async (t) => {
  const root = hostIn(t)
  const btmp = join(root, 'var/log/btmp')
  const entry: WrittenRecord = {
    type: 6,
    seconds: now(),
    pid: 5,
    line: 'ssh:notty',
    user: 'admin',
    host: '192.0.2.9',
    ip: '192.0.2.9',
  }
  const first = await startSensor(t, sensor, { root })
  appendFileSync(btmp, writeUtmpRecord(entry))
  const failed = await first.waitFor(is('logon-failed'))
  assert.deepEqual(
    [failed.user?.name, failed.source?.ip, failed.event.outcome, failed.event.provider],
    ['admin', '192.0.2.9', 'failure', 'btmp'],
  )
  await first.sensor.stop()
  appendFileSync(btmp, writeUtmpRecord({ ...entry, user: 'away' }))
  const second = await startSensor(t, sensor, { root, stateFolder: first.stateFolder })
  await second.waitFor(is('logon-failed'))
  await second.sensor.stop()
  assert.deepEqual(
    second.events.map(({ user }) => user?.name),
    ['away'],
  )
})

test('changes of the records are alerts that name the file', async (t) => {
  const root = hostIn(t)
  const wtmp = join(root, 'var/log/wtmp')
  const utmp = join(root, 'run/utmp')
  const records = Array.from({ length: 5 }, (_, index): WrittenRecord => ({
    type: 7,
    seconds: now() - 100 + index,
    line: `pts/${index}`,
    user: 'alice',
  }))
  writeFileSync(wtmp, writeUtmp(records))
  writeFileSync(utmp, writeUtmp(records))
  const lastlog = Buffer.alloc(292 * 1001)
  lastlog.writeUInt32LE(now(), 292_000)
  writeFileSync(join(root, 'var/log/lastlog'), lastlog)
  const under = await startSensor(t, sensor, { root })
  const bytes = readFileSync(wtmp)
  bytes.fill(0, 384, 768)
  writeFileSync(wtmp, bytes)
  writeFileSync(utmp, bytes)
  lastlog.fill(0)
  writeFileSync(join(root, 'var/log/lastlog'), lastlog)
  await under.until(() => under.events.filter(is('log-tampered')).length === 3)
  const alerts = new Map(under.events.map((event) => [event.file?.path, event]))
  assert.equal(alerts.get(wtmp)?.event.reason, 'records that were read already were zeroed at byte 384')
  assert.equal(alerts.get(utmp)?.event.reason, 'the login of alice on pts/1 (slot 1) was wiped')
  assert.equal(alerts.get(join(root, 'var/log/lastlog'))?.event.reason, 'the last login of alice was wiped')
  for (const alert of alerts.values())
    assert.deepEqual([alert.event.kind, alert.event.severity], ['alert', 75])
})

test('who was on before is known when he logs out', async (t) => {
  const root = hostIn(t)
  const since = now() - 500
  writeFileSync(
    join(root, 'run/utmp'),
    writeUtmpRecord({ type: 7, seconds: since, pid: 7, line: 'pts/3', user: 'alice', host: '192.0.2.7' }),
  )
  const under = await startSensor(t, sensor, { root })
  appendFileSync(
    join(root, 'var/log/wtmp'),
    writeUtmpRecord({ type: 8, seconds: since + 400, pid: 7, line: 'pts/3' }),
  )
  const logoff = await under.waitFor(is('logoff'))
  assert.deepEqual([logoff.user?.name, logoff.hx?.login?.['duration_ms']], ['alice', 400_000])
})

test('a login with a terminal that never comes into wtmp is told after a minute', () => {
  const missed: string[] = []
  const table = new ProcessTable('0'.repeat(32))
  for (const [pid, parent, tty] of [
    [10, 1, 0],
    [11, 10, 0],
    [12, 11, 34_816],
    [99, 1, 0],
  ] as const)
    table.set({
      info: { pid, parent: { pid: parent } },
      startTicks: 1,
      cgroupId: 0n,
      tty,
      auid: 0,
      session: 0,
    })
  const unrecorded = new UnrecordedLogins(table, ({ user }) => missed.push(user ?? ''))
  const group = (
    user: string,
    pid: number,
    sources: string[],
  ): Parameters<UnrecordedLogins['expect']>[0] => ({
    fact: {
      action: 'logon',
      provider: 'syslog',
      witness: 'accepted',
      timeMs: 1000,
      outcome: 'success',
      service: 'sshd',
      user,
      pid,
    },
    class: 'begin',
    bucket: '',
    witnesses: new Set(),
    sources: new Set(sources),
    arrivedMs: 0,
    session: undefined,
    told: true,
    logPid: pid,
  })
  const late = group('late', 10, ['syslog'])
  unrecorded.expect(group('hidden', 10, ['syslog']), 1000)
  unrecorded.expect(group('without a terminal', 99, ['syslog']), 1000)
  unrecorded.expect(group('recorded', 10, ['syslog', 'wtmp']), 1000)
  unrecorded.expect(late, 1000)
  unrecorded.tick(30_000)
  late.sources.add('wtmp')
  unrecorded.tick(50_000)
  assert.deepEqual(missed, [])
  unrecorded.tick(61_001)
  assert.deepEqual(missed, ['hidden'])
  assert.equal(unrecorded.size, 0)
})
