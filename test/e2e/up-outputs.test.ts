// What leaves the daemon besides its answers: files of events, a log server, metrics, the service manager; and snapshots.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { hostLines } from '../../src/model/host-lines.ts'
import { withFolder } from '../support/folder.ts'
import { startHost } from '../support/host.ts'
import { haechi } from '../support/run-haechi.ts'
import { requireRoot } from '../support/scratch.ts'

function lines(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
}

async function until<T>(find: () => T | undefined): Promise<T> {
  const end = performance.now() + 10_000
  for (;;) {
    const found = find()
    if (found !== undefined) return found
    assert.ok(performance.now() < end, 'not within 10 s')
    await delay(50)
  }
}

test('events go to the store, to files in both schemas and to a log server, and metrics count them', async (t) => {
  if (!requireRoot(t)) return
  const folder = withFolder(t)
  const server = createSocket('udp4')
  t.after(() => server.close())
  const messages: string[] = []
  server.on('message', (bytes) => messages.push(bytes.toString()))
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const [jsonl, ocsf] = ['events.jsonl', 'ocsf.jsonl'].map((name) => join(folder.path, name))
  const config = folder.file(
    'haechi.toml',
    [
      '[outputs]',
      `jsonl = "${jsonl}"`,
      `ocsf = "${ocsf}"`,
      `syslog = "udp://127.0.0.1:${server.address().port}"`,
      '[daemon]',
      'metrics_listen = "127.0.0.1:0"',
      '[sensors]',
      'enabled = ["process"]',
    ].join('\n'),
  )
  const host = await startHost(t, { args: ['--config', config] })
  execFileSync('/bin/true', ['for=the|outputs'])
  const [event] = await host.until('process.args = "for=the|outputs" and action = exec')
  const sequence = event?.event.sequence
  const line = await until(() =>
    lines(jsonl ?? '').find((one) => (one['event'] as { sequence?: number }).sequence === sequence),
  )
  assert.deepEqual((line['process'] as { args: unknown }).args, ['/bin/true', 'for=the|outputs'])
  assert.ok((line['host'] as { boot: { id: string } }).boot.id.length > 30)
  const object = await until(() =>
    lines(ocsf ?? '').find((one) => (one['metadata'] as { sequence?: number }).sequence === sequence),
  )
  assert.equal(object['type_uid'], 100_701)
  const message = await until(() => messages.find((text) => text.includes(`externalId=${sequence} `)))
  assert.match(
    message,
    /^<\d+>1 .* haechi \d+ exec - CEF:0\|Haechi\|haechi\|.*cs1=\/bin\/true for\\=the\|outputs/,
  )
  const { host: status } = await host.status()
  assert.deepEqual(
    status?.sensors.map(({ id, fault }) => [id, fault]),
    [['process', undefined]],
  )
})

test('the service manager hears that the daemon is ready, alive and ending', async (t) => {
  if (!requireRoot(t)) return
  const folder = withFolder(t)
  const path = join(folder.path, 'notify')
  const listener = `
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('${path}')
print('bound', flush=True)
while True: print(s.recv(1000).decode(), flush=True)
`
  const manager = spawn('python3', ['-c', listener], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => manager.kill())
  let heard = ''
  manager.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  await until(() => (heard === '' ? undefined : true))
  const config = folder.file('haechi.toml', '[sensors]\nenabled = ["process"]\n')
  const host = await startHost(t, {
    args: ['--config', config],
    env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '600000' },
  })
  await until(() => (heard.includes('READY=1\nWATCHDOG=1\nWATCHDOG=1\n') ? true : undefined))
  assert.equal(await host.daemon.stop(), 0)
  await until(() => (heard.includes('STOPPING=1') ? true : undefined))
})

test('with no more capabilities than the unit gives, every sensor sees by its best way', async (t) => {
  if (!requireRoot(t)) return
  const unit = readFileSync(join(import.meta.dirname, '../../packaging/systemd/haechi.service'), 'utf8')
  const names = /^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? []
  const set = names.map((name) => `+${name.replace(/^CAP_/, '').toLowerCase()}`).join(',')
  const place = withFolder(t).path
  const host = await startHost(t, {
    places: [place],
    setpriv: [`--bounding-set=-all,${set}`, '--no-new-privs'],
  })
  const { host: status, unprivileged } = await host.status()
  assert.equal(unprivileged, false)
  const tiers = Object.fromEntries(status?.sensors.map((sensor) => [sensor.id, sensor.status?.tier]) ?? [])
  assert.equal(tiers['process'], 'ebpf')
  assert.equal(tiers['network'], 'ebpf')
  assert.equal(tiers['files'], 'fanotify')
  assert.equal(tiers['history'], 'readline')
  assert.deepEqual(
    status?.sensors.filter(({ fault }) => fault !== undefined),
    [],
  )
})

test('two snapshots show what came in between', async (t) => {
  if (!requireRoot(t)) return
  const folder = withFolder(t)
  const snapshots = join(folder.path, 'snapshots')
  const take = (): void => {
    const { code, stderr } = haechi(['snapshot', '--output', snapshots])
    assert.equal(code, 0, stderr)
  }
  take()
  // Baselines look at stored file systems only: not below /tmp where that is memory.
  const program = `/usr/local/haechi-test-${process.pid}`
  t.after(() => execFileSync('rm', ['-f', program]))
  copyFileSync('/bin/true', program)
  chmodSync(program, 0o4755)
  const sleeper = spawn('/bin/sleep', ['4321'])
  t.after(() => sleeper.kill())
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  take()
  const { code, stdout } = haechi(['diff', '--output', snapshots])
  assert.equal(code, 1)
  assert.match(stdout, new RegExp(String.raw`^  \+ ${program}  .*package_state=unowned`, 'm'))
  assert.match(stdout, /^  \+ \d+ \d+  .*sleep 4321/m)
  assert.match(stdout, new RegExp(String.raw`^  \+ .*\b${port}\b`, 'm'))
  const only = haechi(['diff', '--output', snapshots, '--table', 'suid', '--json'])
  const changes = only.stdout
    .trim()
    .split('\n')
    .map((line) => hostLines.change.schema.parse(JSON.parse(line)))
  assert.deepEqual(
    changes.map(({ table, change, key }) => [table, change, key['path']]),
    [['suid', 'added', program]],
  )
  const suid = haechi(['suid', '--json'])
  const row = suid.stdout.split('\n').find((line) => line.includes(program))
  assert.match(row ?? '', /"package_state":"unowned"/)
  const same = haechi(['diff', '--output', snapshots, '2', '2'])
  assert.equal(same.code, 64)
  writeFileSync(join(snapshots, 'broken.json.gz'), 'no snapshot')
  assert.equal(haechi(['diff', '--output', snapshots, 'broken', 'broken']).code, 64)
})
