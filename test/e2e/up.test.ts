// The whole daemon on the real kernel: what happens on the host is there to be asked, and nothing is lost.

import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'

import { startHost } from '../support/host.ts'
import { requireRoot } from '../support/scratch.ts'
import { haechi } from '../support/run-haechi.ts'
import { eicar } from '../support/samples.ts'

const run = promisify(execFile)

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-up-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a process is told with arguments, parent, user, digest and verdict, and its end with the code', async (t) => {
  if (!requireRoot(t)) return
  const program = join(folder(t), 'a program')
  copyFileSync('/bin/sh', program)
  const host = await startHost(t)
  const sha256 = createHash('sha256').update(readFileSync(program)).digest('hex')
  const { status, pid } = spawnSync(program, ['-c', 'exit 7', 'a "quoted" one', 'ünï'])
  assert.equal(status, 7)
  const [started, ended] = await host.until(`process.executable = ${JSON.stringify(program)}`, 2)
  assert.deepEqual(started?.process?.args, [program, '-c', 'exit 7', 'a "quoted" one', 'ünï'])
  assert.equal(started.process.pid, pid)
  assert.equal(started.process.parent?.pid, process.pid)
  assert.equal(started.process.user?.name, 'root')
  assert.equal(started.process.hash?.sha256, sha256)
  assert.deepEqual(started.hx?.verdict, { status: 'clean', names: [] })
  assert.equal(ended?.event.action, 'exit')
  assert.equal(ended.process?.exit_code, 7)
  assert.equal(ended.process.entity_id, started.process.entity_id)
})

test('2,000 programs that end at once are all told, with their arguments, and nothing is lost', async (t) => {
  if (!requireRoot(t)) return
  const host = await startHost(t)
  const loop = 'i=0; while [ $i -lt 1000 ]; do /bin/true up-test-$0 $i; i=$((i+1)); done'
  await Promise.all(['a', 'b'].map((name) => run('/bin/sh', ['-c', loop, name])))
  const found = await host.until('action = exec and process.args contains "up-test-"', 2000)
  const seen = new Set(
    found.flatMap(({ process }) => (process?.args?.length === 3 ? [process.args.slice(1).join(' ')] : [])),
  )
  assert.equal(seen.size, 2000)
  const { host: status } = await host.status()
  const own = new Set(['ebpf', 'queue', 'store'])
  assert.deepEqual(
    status?.ledger.filter(({ source }) => own.has(source)),
    [],
  )
  const beganMs = performance.now()
  assert.equal(await host.daemon.stop(), 0)
  const tookMs = performance.now() - beganMs
  assert.ok(tookMs < 4500, `its end took ${Math.round(tookMs)} ms`)
})

test('what is malicious is refused by the gate, and the refusal is an event', async (t) => {
  if (!requireRoot(t)) return
  const place = folder(t)
  const path = join(place, 'eicar.com')
  writeFileSync(path, eicar)
  const host = await startHost(t, { places: [place] })
  assert.notEqual(spawnSync('cat', [path]).status, 0)
  const [event] = await host.until(
    `dataset = hx.verdict and path = ${JSON.stringify(path)} and event.type = denied`,
  )
  assert.equal(event?.event.kind, 'alert')
  assert.equal(event.rule?.name, 'Eicar-Test-Signature')
  assert.equal(event.process?.name, 'cat')
})

test('a set-uid program is told within 100 ms, with who made it', async (t) => {
  if (!requireRoot(t)) return
  const program = join(folder(t), 'program')
  copyFileSync('/bin/true', program)
  const host = await startHost(t)
  chmodSync(program, 0o755)
  const before = Date.now()
  execFileSync('chmod', ['4755', program])
  const after = Date.now()
  const [event] = await host.until(`action = setuid-added and path = ${JSON.stringify(program)}`)
  const told = Date.parse(event?.['@timestamp'] ?? '')
  // The file system's clock is coarse: up to 10 ms behind.
  assert.ok(told >= before - 10 && told <= after + 100, `${before} ${told} ${after}`)
  assert.equal(event?.event.kind, 'alert')
})

test('connections are told with their process', async (t) => {
  if (!requireRoot(t)) return
  const host = await startHost(t)
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1').resume()
  await once(client, 'close')
  const [connected] = await host.until(`action = connect and destination.port = ${port}`)
  assert.equal(connected?.process?.pid, process.pid)
  assert.equal(connected.destination?.ip, '127.0.0.1')
  const [listens] = await host.until(`action = listen and port = ${port}`)
  assert.equal(listens?.process?.pid, process.pid)
})

test('the commands show it: events, ps, status, metrics', async (t) => {
  if (!requireRoot(t)) return
  const host = await startHost(t)
  const sleeper = spawn('/bin/sleep', ['1234'])
  t.after(() => sleeper.kill())
  await host.until('action = exec and process.args = "1234"')
  await host.until(`action = process-seen and pid in (1, ${process.pid})`, 2)
  const socket = ['--socket', host.daemon.socket]
  const found = haechi(['events', ...socket, '--where', 'action = exec and process.args = "1234"'])
  assert.match(found.stdout, /process exec .*sleep.*1234/)
  assert.equal(found.code, 0)
  const tree = haechi(['ps', '--tree', ...socket])
  assert.match(
    tree.stdout,
    new RegExp(String.raw`^${sleeper.pid} +root .*[├└]─ (/usr)?/bin/sleep 1234$`, 'm'),
  )
  assert.match(tree.stdout, /^1 +root/m)
  const status = haechi(['status', ...socket])
  assert.match(status.stdout, /^process +ebpf/m)
  assert.match(status.stdout, /^lost +/m)
  const metrics = haechi(['metrics', ...socket])
  assert.match(metrics.stdout, /^haechi_sensor_up\{sensor="process",tier="ebpf"\} 1$/m)
  const wrong = haechi(['events', ...socket, '--where', 'proces.pid = 1'])
  assert.equal(wrong.code, 64)
  assert.match(wrong.stderr, /process\.pid/)
})

test('kill -9: what was told before is there, the next daemon goes on, and the gap is told', async (t) => {
  if (!requireRoot(t)) return
  const store = folder(t)
  const first = await startHost(t, { args: ['--store', store] })
  execFileSync('/bin/true', ['before-the-kill'])
  await first.until('process.args = "before-the-kill"')
  void first.daemon.ended
  await first.daemon.stop('SIGKILL')
  const second = await startHost(t, { args: ['--store', store] })
  execFileSync('/bin/true', ['after-the-kill'])
  await second.until('process.args = "after-the-kill"')
  const events = await second.events(
    'process.args in ("before-the-kill", "after-the-kill") or action = sensors.started',
  )
  const order = events
    .filter(({ event }) => event.action !== 'exit')
    .map(({ event, process }) => process?.args?.[1] ?? event.action)
  assert.deepEqual(order, ['sensors.started', 'before-the-kill', 'sensors.started', 'after-the-kill'])
  const sequences = events.map(({ event }) => event.sequence ?? 0)
  assert.deepEqual(
    sequences,
    [...new Set(sequences)].toSorted((a, b) => a - b),
  )
})

test('without a daemon the store is read from the disk', async (t) => {
  if (!requireRoot(t)) return
  const own = folder(t)
  const store = join(own, 'host')
  const config = join(own, 'haechi.toml')
  mkdirSync(store)
  writeFileSync(config, `[store]\ndirectory = "${store}"\n[daemon]\nsocket = "${own}/none.sock"\n`)
  const host = await startHost(t, { args: ['--store', store] })
  execFileSync('/bin/true', ['read-offline'])
  await host.until('process.args = "read-offline"')
  assert.equal(await host.daemon.stop(), 0)
  const { stdout } = haechi(['events', '--config', config, 'read-offline'])
  assert.match(stdout, /exec .*true read-offline/)
  const ended = haechi(['events', '--config', config, '--where', 'action = sensors.stopped'])
  assert.match(ended.stdout, /the sensors end/)
})
