import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { serviceSensor, snapshotServices } from './index.ts'

interface Root {
  readonly path: string
  write(path: string, text: string): string
}

const units = '/usr/lib/systemd/system'
const installable = '[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n'

function withRoot(t: TestContext): Root {
  const { path: root } = withFolder(t)
  function write(path: string, text: string): string {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  write('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/bash\n')
  write(`${units}/a.service`, installable)
  write(`${units}/s.service`, '[Service]\nExecStart=/bin/s\n')
  write(`${units}/multi-user.target`, '[Unit]\n')
  mkdirSync(join(root, 'etc/systemd/system'), { recursive: true })
  return { path: root, write }
}

function requireTool(t: TestContext, path: string): boolean {
  if (existsSync(path)) return true
  t.skip(`SKIPPED, NOT TESTED: ${path} is not installed`)
  return false
}

function systemctl(root: Root, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('systemctl', [`--root=${root.path}`, ...words], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

function service(event: Event): Readonly<Record<string, unknown>> {
  return event.hx?.['service'] as Record<string, unknown>
}

function listed(root: string): Map<string, string> {
  const words = [`--root=${root}`, 'list-unit-files', '--no-legend', '--no-pager']
  const lines = execFileSync('systemctl', words, { encoding: 'utf8' }).trim().split('\n')
  return new Map(
    lines.map((line) => {
      const [name = '', state = ''] = line.trim().split(/\s+/)
      return [name, state]
    }),
  )
}

async function statesOf(root: string): Promise<Map<unknown, unknown>> {
  const [table] = await snapshotServices(root)
  const rows = table?.rows.filter(({ scope }) => scope === 'system') ?? []
  return new Map(rows.map(({ name, enabled }) => [name, enabled]))
}

test('the enabled states of this host are those that systemctl lists', async (t) => {
  if (!requireTool(t, '/usr/bin/systemctl')) return
  const expected = listed('/')
  const states = await statesOf('')
  assert.ok(expected.size > 20)
  for (const [name, state] of expected) assert.equal(states.get(name), state, name)
})

test('the enabled states that systemctl makes are those that it lists', async (t) => {
  if (!requireTool(t, '/usr/bin/systemctl')) return
  const root = withRoot(t)
  for (const name of ['b', 'c', 'd', 'e', 'f']) root.write(`${units}/${name}.service`, installable)
  root.write(`${units}/t@.service`, `${installable}DefaultInstance=x\n`)
  root.write(`${units}/al.service`, '[Service]\nExecStart=/bin/x\n[Install]\nAlias=other.service\n')
  root.write(`${units}/also.service`, '[Service]\nExecStart=/bin/x\n[Install]\nAlso=a.service\n')
  root.write('/opt/l.service', installable)
  root.write('/opt/l2.service', '[Service]\nExecStart=/bin/x\n')
  systemctl(root, 'enable', 'a.service', 'al.service', 't@one.service', 't@.service')
  systemctl(root, 'mask', 'b.service')
  systemctl(root, 'enable', '--runtime', 'c.service')
  systemctl(root, 'mask', '--runtime', 'd.service')
  systemctl(root, 'link', '/opt/l2.service')
  systemctl(root, 'enable', '/opt/l.service')
  symlinkSync('/usr/lib/systemd/system/e.service', join(root.path, 'etc/systemd/system/nick.service'))
  const expected = listed(root.path)
  assert.equal(new Set(expected.values()).size, 9, [...expected].join(' '))
  const states = await statesOf(root.path)
  for (const [name, state] of expected) assert.equal(states.get(name), state, name)
})

test('enable, disable, mask and unmask are told as systemctl does them', async (t) => {
  if (!requireTool(t, '/usr/bin/systemctl')) return
  const root = withRoot(t)
  const under = await startSensor(t, serviceSensor, { root: root.path })
  assert.equal(under.events.length, 0)
  for (const [verb, action, state] of [
    ['enable', 'unit-enabled', 'enabled'],
    ['disable', 'unit-disabled', 'disabled'],
    ['mask', 'unit-masked', 'masked'],
    ['unmask', 'unit-unmasked', 'disabled'],
  ] as const) {
    systemctl(root, verb, 'a.service')
    const event = await under.waitFor(({ event: { action: seen } }) => seen === action)
    assert.deepEqual([event.service?.name, service(event)['enabled']], ['a.service', state])
  }
  assert.equal(under.events.length, 4)
})

test('units and drop-ins that come, change and go are told with what they run', async (t) => {
  const root = withRoot(t)
  const under = await startSensor(t, serviceSensor, { root: root.path })
  const path = root.write('/etc/systemd/system/evil.service', '[Service]\nUser=www\nExecStart=/tmp/x\n')
  const added = await under.waitFor((event) => event.event.action === 'unit-added')
  assert.deepEqual(
    [added.event.dataset, added.service?.name, added.service?.type, added.file?.path, service(added)['exec']],
    ['hx.service', 'evil.service', 'service', '/etc/systemd/system/evil.service', ['/tmp/x']],
  )
  assert.deepEqual([service(added)['user'], service(added)['enabled']], ['www', 'static'])
  root.write('/etc/systemd/system/evil.service.d/o.conf', '[Service]\nExecStart=\nExecStart=/tmp/y\n')
  const changed = await under.waitFor((event) => event.event.action === 'unit-changed')
  assert.deepEqual(
    [service(changed)['changed'], service(changed)['exec']],
    [['exec', 'drop_ins'], ['/tmp/y']],
  )
  unlinkSync(path)
  await under.waitFor((event) => event.event.action === 'unit-removed')
  root.write('/etc/systemd/system/service.d/all.conf', '[Service]\nExecStartPost=/tmp/z\n')
  const all = await under.waitFor((event) => event.service?.type === 'drop-in')
  assert.equal(all.service?.name, 'service.d/all.conf')
})

test("a user's own unit is told, a link to what only others may read is not read", async (t) => {
  const root = withRoot(t)
  const folder = '/home/alice/.config/systemd/user'
  root.write(`${folder}/old.service`, '[Service]\nExecStart=/bin/old\n')
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', '1000', join(root.path, 'home/alice')])
  else root.write('/etc/passwd', `alice:x:${process.getuid?.()}:1000::/home/alice:/bin/bash\n`)
  const under = await startSensor(t, serviceSensor, { root: root.path })
  symlinkSync('/etc/shadow', join(root.path, folder, 'leak.service'))
  const leak = await under.waitFor((event) => event.service?.name === 'leak.service')
  assert.deepEqual([service(leak)['scope'], leak.file?.hash], ['user:alice', undefined])
  assert.match(under.notices.join('\n'), /leak\.service is not read: (?:it belongs to uid 0|EACCES)/)
})

test('init scripts have the runlevels that start them', async (t) => {
  const root = withRoot(t)
  root.write('/etc/init.d/sshd', '#!/bin/sh\n')
  root.write('/etc/init.d/off', '#!/bin/sh\n')
  mkdirSync(join(root.path, 'etc/rc2.d'))
  symlinkSync('../init.d/sshd', join(root.path, 'etc/rc2.d/S01sshd'))
  symlinkSync('../init.d/off', join(root.path, 'etc/rc2.d/K01off'))
  root.write('/etc/sv/web/run', '#!/bin/sh\n')
  mkdirSync(join(root.path, 'etc/service'))
  symlinkSync('../sv/web', join(root.path, 'etc/service/web'))
  const [, table] = await snapshotServices(root.path)
  assert.deepEqual(
    table?.rows.map(({ name, type, enabled, wanted_by: levels }) => [name, type, enabled, levels]),
    [
      ['off', 'init-script', 'disabled', ''],
      ['sshd', 'init-script', 'enabled', 'rc2'],
      ['web', 'runit', 'enabled', '/etc/service'],
    ],
  )
  const under = await startSensor(t, serviceSensor, { root: root.path })
  symlinkSync('../init.d/off', join(root.path, 'etc/rc2.d/S99off'))
  const enabled = await under.waitFor((event) => event.event.action === 'unit-enabled')
  assert.equal(enabled.service?.name, 'off')
})

test('what changed while nobody looked is told at the next start, once', async (t) => {
  const root = withRoot(t)
  const first = await startSensor(t, serviceSensor, { root: root.path })
  await first.sensor.stop()
  root.write('/etc/systemd/system/new.service', '[Service]\nExecStart=/bin/new\n')
  const options = { root: root.path, stateFolder: first.stateFolder }
  const second = await startSensor(t, serviceSensor, options)
  assert.deepEqual(
    second.events.map((event) => [event.event.action, event.service?.name, service(event)['while_away']]),
    [['unit-added', 'new.service', true]],
  )
  await second.sensor.stop()
  assert.equal((await startSensor(t, serviceSensor, options)).events.length, 0)
})

test('the package of a unit is the one that dpkg names', async (t) => {
  if (!requireTool(t, '/usr/bin/dpkg')) return
  const [table] = await snapshotServices('')
  const owned = table?.rows.filter(({ package: name, scope }) => name !== null && scope === 'system') ?? []
  assert.ok(owned.length > 10)
  for (const { path, package: name } of owned.filter((_, at) => at % 20 === 0)) {
    const bare = String(path).replace(/^\/usr\/lib/, '/lib')
    const { stdout } = spawnSync('dpkg', ['-S', `*${bare}`], { encoding: 'utf8' })
    const owners = stdout.split('\n').map((line) => line.replace(/[:,].*$/, ''))
    assert.ok(owners.includes(String(name)), `${path}: ${stdout}`)
  }
})

test('the process that the files sensor saw is named, also for a link', async (t) => {
  if (!requireTool(t, '/usr/bin/systemctl') || !requireRoot(t)) return
  const root = withRoot(t)
  const under = await startSensor(t, serviceSensor, { root: root.path })
  systemctl(root, 'enable', 'a.service')
  under.context.emit({
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'event',
      category: ['file'],
      type: ['creation'],
      action: 'create',
      dataset: 'hx.file',
      provider: 'fanotify',
    },
    process: { pid: 4711, name: 'systemctl' },
    file: { path: join(root.path, 'etc/systemd/system/multi-user.target.wants/a.service') },
  })
  const enabled = await under.waitFor((event) => event.event.action === 'unit-enabled')
  assert.deepEqual([enabled.process?.pid, enabled.event.provider], [4711, 'fanotify'])
})
