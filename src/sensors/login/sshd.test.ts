// A real sshd, its log lines and its records in wtmp, btmp and utmp: it runs on a port of the loopback with a
// configuration, keys and log of the test's own, and with folders of the test's own for /var/log and /run.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { type Folder, withFolder } from '../../../test/support/folder.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { loginSensorWith } from './sensor.ts'
import { utmpRecordBytes } from '../../evidence/logins/index.ts'

const sshd = '/usr/sbin/sshd'

interface Server {
  readonly port: number
  readonly lines: { readonly text: string; readonly atMs: number; readonly pid: number }[]
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function startServer(t: TestContext, folder: Folder): Promise<Server> {
  const port = await freePort()
  for (const key of ['host', 'good', 'bad'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder.path, key)])
  folder.file('askpass', '#!/bin/sh\necho wrong\n')
  execFileSync('chmod', ['700', join(folder.path, 'askpass')])
  const config = folder.file(
    'sshd_config',
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder.path}/host
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication yes
AuthorizedKeysFile ${folder.path}/good.pub
LogLevel DEBUG1
`,
  )
  for (const path of ['var/log', 'run/sshd'])
    mkdirSync(join(folder.path, path), { recursive: true, mode: 0o755 })
  for (const path of ['var/log/wtmp', 'var/log/btmp', 'var/log/lastlog', 'run/utmp']) folder.file(path, '')
  chmodSync(join(folder.path, 'var/log/btmp'), 0o600)
  const mounts = 'mount --bind "$1/var/log" /var/log && mount --bind "$1/run" /run && exec "$2" -D -e -f "$3"'
  const child = spawn('unshare', ['--mount', 'sh', '-c', mounts, 'sh', folder.path, sshd, config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const lines: Server['lines'] = []
  let pid = 0
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(/\r?\n/)
    rest = parts.pop() ?? ''
    for (const line of parts) {
      // Logins follow each other here, so what comes next is of this process; syslog would say it in each line.
      pid = Number(/^debug1: Forked child (\d+)\.$/.exec(line)?.[1] ?? pid)
      lines.push({ text: line, atMs: Date.now(), pid })
    }
  })
  for (let tries = 0; !lines.some((line) => line.text.startsWith('Server listening')); tries += 1) {
    assert.ok(tries < 500, JSON.stringify(lines))
    await delay(10)
  }
  return { port, lines }
}

/** Logs in and out again; true when it succeeded. */
async function ssh(
  folder: Folder,
  server: Server,
  { user, options }: { user: string; options: readonly string[] },
): Promise<boolean> {
  const args = [
    '-p',
    String(server.port),
    '-l',
    user,
    '-F',
    'none',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'IdentityAgent=none',
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'NumberOfPasswordPrompts=1',
    ...options,
    '127.0.0.1',
    'sleep 0.3',
  ]
  const child = spawn('ssh', args, {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'] ?? '',
      SSH_ASKPASS: join(folder.path, 'askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
    },
  })
  const code = await new Promise((resolve) => {
    child.once('close', resolve)
  })
  return code === 0
}

/** Feeds the lines that came since the last call, as the logs sensor does. */
function feed(under: SensorUnderTest, server: Server): void {
  for (const { text: message, atMs, pid } of server.lines.splice(0)) {
    under.context.emit({
      '@timestamp': new Date(atMs).toISOString(),
      event: {
        kind: 'event',
        category: ['host'],
        type: ['info'],
        action: 'line',
        dataset: 'hx.log',
        provider: 'log-file',
      },
      message,
      log: { syslog: { appname: 'sshd', procid: String(pid) } },
    })
  }
}

const key = (folder: Folder, name: string): readonly string[] => [
  '-i',
  join(folder.path, name),
  '-o',
  'PreferredAuthentications=publickey',
]
const password: readonly string[] = ['-o', 'PreferredAuthentications=password']

function sizeOf(folder: Folder, name: string): number {
  return statSync(join(folder.path, 'var/log', name)).size
}

interface Scene {
  readonly folder: Folder
  readonly server: Server
  readonly under: SensorUnderTest
  readonly logins: () => Event[]
  /** Feeds the sensor until it has told so many events. */
  readonly expect: (count: number) => Promise<Event[]>
}

async function openScene(t: TestContext): Promise<Scene> {
  const folder = withFolder(t)
  const server = await startServer(t, folder)
  const under = await startSensor(t, loginSensorWith({ audit: 'never' }), { root: folder.path })
  const logins = (): Event[] => under.events.filter(({ event }) => event.dataset === 'hx.login')
  return {
    folder,
    server,
    under,
    logins,
    async expect(count) {
      await under.until(() => {
        feed(under, server)
        return logins().length >= count
      })
      return logins()
    },
  }
}

/** With a terminal, so that it stands in wtmp and utmp too. */
async function loginWithKey({ folder, server, expect }: Scene): Promise<void> {
  assert.equal(await ssh(folder, server, { user: 'root', options: ['-tt', ...key(folder, 'good')] }), true)
  const [logon, logoff] = await expect(2)
  const printed = execFileSync('ssh-keygen', ['-lf', join(folder.path, 'good.pub')], { encoding: 'utf8' })
  assert.partialDeepStrictEqual(logon, {
    event: { action: 'logon', outcome: 'success' },
    user: { name: 'root' },
    source: { ip: '127.0.0.1' },
    hx: { login: { method: 'publickey', fingerprint: /SHA256:\S+/.exec(printed)?.[0] } },
  })
  const { port } = logon?.source ?? {}
  assert.partialDeepStrictEqual(logoff, {
    event: { action: 'logoff' },
    user: { name: 'root' },
    source: { port },
  })
  const { tty, duration_ms: duration } = logoff?.hx?.login ?? {}
  assert.match(tty ?? '', /^pts\/\d+$/)
  assert.ok(typeof duration === 'number' && duration < 5000, String(duration))
}

async function failInAllWays({ folder, server, expect }: Scene): Promise<void> {
  const attempts: [string, readonly string[]][] = [
    ['root', key(folder, 'bad')],
    ['root', password],
    ['haechi-nobody', password],
    ['haechi-nobody', key(folder, 'bad')],
  ]
  for (const [user, options] of attempts) assert.equal(await ssh(folder, server, { user, options }), false)
  const failed = (await expect(6))
    .slice(2)
    .toSorted((one, other) => one['@timestamp'].localeCompare(other['@timestamp']))
  assert.deepEqual(
    failed.map(({ event, user, source }) => [event.action, event.outcome, user?.name, source?.ip]),
    attempts.map(([user]) => ['logon-failed', 'failure', user, '127.0.0.1']),
  )
  assert.equal(failed[1]?.hx?.login?.method, 'password')
}

/** True when the client itself refused such a name: newer ones do. */
async function forgeName({ folder, server, expect }: Scene): Promise<boolean> {
  const forged = 'root from 6.6.6.6 port 22 ssh2'
  await ssh(folder, server, { user: forged, options: password })
  if (!server.lines.some(({ text }) => text.startsWith('Invalid user'))) return true
  const last = (await expect(7)).at(-1)
  assert.deepEqual([last?.user?.name, last?.source?.ip], [forged, '127.0.0.1'])
  return false
}

test('a real sshd: key, wrong key, wrong password, wrong user, and a user named like an address', async (t) => {
  if (!requireRoot(t)) return
  if (!existsSync(sshd) || spawnSync('ssh', ['-V']).error !== undefined) {
    t.skip('openssh-server and openssh-client are not installed')
    return
  }
  const scene = await openScene(t)
  const { folder, under } = scene
  await loginWithKey(scene)
  await failInAllWays(scene)
  const wasRefused = await forgeName(scene)
  // Whatever the binary records said of all this was the same: they were read, and made no events of their own.
  await under.until(() => {
    feed(under, scene.server)
    const read = Number(under.sensor.status().facts['file_records'])
    return read * utmpRecordBytes >= sizeOf(folder, 'wtmp') + sizeOf(folder, 'btmp')
  })
  assert.equal(sizeOf(folder, 'wtmp'), 2 * utmpRecordBytes)
  assert.ok(sizeOf(folder, 'btmp') > 0)
  await under.sensor.stop()
  assert.equal(scene.logins().length, wasRefused ? 6 : 7)
  assert.ok(scene.logins().every(({ source }) => source?.ip === '127.0.0.1'))
})
