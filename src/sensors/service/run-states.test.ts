import assert from 'node:assert/strict'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'

import { withFolder } from '../../../test/support/folder.ts'
import { startSensor } from '../../../test/support/sensor.ts'
import { DBusConnection } from './dbus/connection.ts'
import type { DBusMessage } from './dbus/message.ts'
import type { DBusValue } from './dbus/wire.ts'
import { serviceSensor } from './index.ts'

interface Root {
  readonly path: string
  write(path: string, text: string): string
}

const units = '/usr/lib/systemd/system'

/** A host with one service of systemd's, and a folder for the links of what runs. */
function withRoot(t: TestContext): Root {
  const { path: root } = withFolder(t)
  function write(path: string, text: string): string {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  write(`${units}/a.service`, '[Service]\nExecStart=/bin/a\n')
  mkdirSync(join(root, 'run/systemd/units'), { recursive: true })
  return { path: root, write }
}

function requireTool(t: TestContext, path: string): boolean {
  if (existsSync(path)) return true
  t.skip(`SKIPPED, NOT TESTED: ${path} is not installed`)
  return false
}

test('without D-Bus, starts and stops come from the links of /run/systemd/units', async (t) => {
  const root = withRoot(t)
  const link = join(root.path, 'run/systemd/units/invocation:a.service')
  symlinkSync('0123', link)
  const under = await startSensor(t, serviceSensor, { root: root.path })
  assert.equal(under.sensor.status().tier, 'run-units')
  assert.deepEqual(
    under.sensor.status().refused.map(({ tier }) => tier),
    ['dbus-private', 'dbus'],
  )
  unlinkSync(link)
  await under.waitFor((event) => event.event.action === 'unit-stopped')
  symlinkSync('4567', link)
  const started = await under.waitFor((event) => event.event.action === 'unit-started')
  assert.deepEqual([started.service?.name, started.event.provider], ['a.service', 'run-units'])
  assert.equal(started.file?.path, `${units}/a.service`)
  // One that comes and goes before anybody can look.
  const flash = join(root.path, 'run/systemd/units/invocation:s.service')
  symlinkSync('89', flash)
  unlinkSync(flash)
  await under.until(() => under.events.length >= 4)
  assert.deepEqual(
    under.events.slice(2).map((event) => [event.event.action, event.service?.name]),
    [
      ['unit-started', 's.service'],
      ['unit-stopped', 's.service'],
    ],
  )
})

test('without systemd only files are seen, and the status says so', async (t) => {
  const root = withRoot(t)
  rmSync(join(root.path, 'run'), { recursive: true })
  const under = await startSensor(t, serviceSensor, { root: root.path })
  const { tier, facts, refused } = under.sensor.status()
  assert.deepEqual([tier, facts['starts_and_stops']], ['inotify', 'not seen'])
  assert.deepEqual(
    refused.map((one) => one.tier),
    ['dbus-private', 'dbus', 'run-units'],
  )
})

const busPath = '/run/dbus/system_bus_socket'
const manager = 'org.freedesktop.systemd1.Manager'
const managerPath = '/org/freedesktop/systemd1'

/** A real dbus-daemon at the place of the system bus below the root. */
async function startBus(t: TestContext, root: Root): Promise<void> {
  mkdirSync(join(root.path, dirname(busPath)), { recursive: true })
  const config = root.write(
    '/bus.conf',
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path=${root.path}${busPath}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
  )
  const daemon = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => daemon.kill('SIGKILL'))
  await once(daemon.stdout, 'data')
}

interface FakeSystemd {
  signal(path: string, interfaceName: string, member: string, values: Values): void
  close(): void
}

interface Values {
  readonly signature: string
  readonly body: readonly DBusValue[]
}

/** Somebody with systemd's name on the bus, who has one active unit. */
async function startSystemd(root: Root): Promise<FakeSystemd> {
  const unit = [
    'a.service',
    'A',
    'loaded',
    'active',
    'running',
    '',
    '/org/freedesktop/systemd1/unit/a',
    0,
    '',
    '/',
  ]
  const answers: Readonly<Record<string, Values>> = {
    Subscribe: { signature: '', body: [] },
    ListUnits: { signature: 'a(ssssssouso)', body: [[unit]] },
  }
  const connection: DBusConnection = await DBusConnection.open(root.path + busPath, {
    onMessage: (message) => answer(message),
    onEnd: () => undefined,
  })
  function answer({ type, serial, sender = '', member = '' }: DBusMessage): void {
    const values = answers[member]
    if (type === 'call' && values !== undefined)
      connection.send({ type: 'return', replySerial: serial, destination: sender, ...values })
  }
  const bus = { destination: 'org.freedesktop.DBus', path: '/', interface: 'org.freedesktop.DBus' }
  await connection.call({ ...bus, member: 'Hello' })
  const name = { signature: 'su', body: ['org.freedesktop.systemd1', 0] }
  await connection.call({ ...bus, member: 'RequestName', ...name })
  return {
    signal: (path, interfaceName, member, values) =>
      connection.send({ type: 'signal', path, interface: interfaceName, member, ...values }),
    close: () => connection.close(),
  }
}

function properties(
  interfaceName: string,
  values: readonly (readonly [string, string, DBusValue])[],
): Values {
  const changed = values.map(([name, signature, value]) => [name, { signature, value }] as const)
  return { signature: 'sa{sv}as', body: [interfaceName, changed, []] }
}

function stateChange(active: string, sub: string, atUs = 0n): Values {
  return properties('org.freedesktop.systemd1.Unit', [
    ['ActiveState', 's', active],
    ['SubState', 's', sub],
    ['StateChangeTimestamp', 't', atUs],
  ])
}

test('over a real D-Bus, starts, stops, failures and reloads are told, and forgers are not believed', async (t) => {
  if (!requireTool(t, '/usr/bin/dbus-daemon') || !requireTool(t, '/usr/bin/dbus-send')) return
  const root = withRoot(t)
  await startBus(t, root)
  const systemd = await startSystemd(root)
  t.after(() => systemd.close())
  const address = `unix:path=${root.path}${busPath}`
  // The reference implementation understands what our side writes.
  const list = await promisify(execFile)(
    'busctl',
    [`--address=${address}`, 'call', 'org.freedesktop.systemd1', managerPath, manager, 'ListUnits'],
    { encoding: 'utf8', timeout: 5000 },
  )
  assert.match(list.stdout, /^a\(ssssssouso\) 1 "a\.service" "A" "loaded" "active" "running"/)

  const under = await startSensor(t, serviceSensor, { root: root.path })
  assert.equal(under.sensor.status().tier, 'dbus')
  assert.equal(under.sensor.status().facts['active'], 1)
  const path = '/org/freedesktop/systemd1/unit/ssh_2dd_40x_2eservice'
  const changed = 'PropertiesChanged'
  const from = 'org.freedesktop.DBus.Properties'
  systemd.signal(
    path,
    from,
    changed,
    properties('org.freedesktop.systemd1.Service', [['ExecMainPID', 'u', process.pid]]),
  )
  const atUs = BigInt(Date.now()) * 1000n + 321n
  systemd.signal(path, from, changed, stateChange('active', 'running', atUs))
  const started = await under.waitFor((event) => event.event.action === 'unit-started')
  assert.deepEqual(
    [started.service?.name, started.service?.state, started.process?.pid, started.event.provider],
    ['ssh-d@x.service', 'active', process.pid, 'dbus'],
  )
  assert.match(started['@timestamp'], /321Z$/)

  // Anybody may send a signal straight to us: its sender is not systemd.
  for (let number = 0; number < 8; number++) {
    const forged = [
      `--dest=:1.${number}`,
      managerPath,
      `${manager}.UnitRemoved`,
      'string:ssh-d@x.service',
      'objpath:/x',
    ]
    spawnSync('dbus-send', [`--bus=${address}`, '--type=signal', ...forged])
  }
  systemd.signal(
    path,
    from,
    changed,
    properties('org.freedesktop.systemd1.Service', [['Result', 's', 'exit-code']]),
  )
  systemd.signal(path, from, changed, stateChange('failed', 'failed'))
  const failed = await under.waitFor((event) => event.event.action === 'unit-failed')
  assert.deepEqual([failed.event.outcome, failed.event.reason], ['failure', 'exit-code'])
  assert.ok(under.events.every((event) => event.event.action !== 'unit-stopped'))

  systemd.signal(
    '/org/freedesktop/systemd1/unit/a_2eservice',
    from,
    changed,
    stateChange('reloading', 'reload'),
  )
  await under.waitFor((event) => event.event.action === 'unit-reloaded')
  systemd.signal(managerPath, manager, 'Reloading', { signature: 'b', body: [false] })
  await under.waitFor((event) => event.event.action === 'manager-reloaded')
  // A body that is not what systemd sends does no harm.
  systemd.signal(path, from, changed, { signature: 'sas', body: ['org.freedesktop.systemd1.Unit', ['x']] })
  systemd.signal(managerPath, manager, 'UnitRemoved', { signature: 'so', body: ['a.service', '/x'] })
  const stopped = await under.waitFor((event) => event.event.action === 'unit-stopped')
  assert.equal(stopped.service?.name, 'a.service')
})

test('when systemd leaves the bus the links stand in, and it is found again', async (t) => {
  if (!requireTool(t, '/usr/bin/dbus-daemon')) return
  const root = withRoot(t)
  await startBus(t, root)
  const first = await startSystemd(root)
  const under = await startSensor(t, serviceSensor, { root: root.path })
  assert.equal(under.sensor.status().tier, 'dbus')
  first.close()
  await under.until(() => under.sensor.status().tier === 'run-units')
  symlinkSync('4567', join(root.path, 'run/systemd/units/invocation:s.service'))
  await under.waitFor((event) => event.service?.name === 's.service')
  const second = await startSystemd(root)
  t.after(() => second.close())
  await under.until(() => under.sensor.status().tier === 'dbus')
  assert.deepEqual([under.losses.length, under.losses[0]?.source], [1, 'systemd-dbus'])
})
