import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { type SensorUnderTest, startSensor } from '../../../test/support/sensor.ts'
import type { Event } from '../../model/index.ts'
import { networkSensorWith } from './sensor.ts'

const ebpf = networkSensorWith({ tiers: ['ebpf'] })

async function listenOn(t: TestContext, host: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()))
  server.listen(port, host)
  await once(server, 'listening')
  t.after(() => server.close())
  return { server, port: (server.address() as AddressInfo).port }
}

/** Another program; it waits for a line before it begins, and is killed with the test. */
function program(t: TestContext, code: string): ChildProcess & { readonly pid: number } {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  assert.ok(child.pid !== undefined)
  return child as ChildProcess & { readonly pid: number }
}

function connections(howMany: number, port: number, host: string): string {
  return `const net = require('net')
    let left = ${howMany}, open = 0
    function next() {
      while (open < 40 && left > 0) { left--; open++
        const s = net.connect(${port}, '${host}')
        s.on('connect', () => s.resetAndDestroy()).on('error', () => {}).on('close', () => { open--; next() }) }
      if (open === 0) process.exit(0)
    }
    next()`
}

function by(pid: number, action: string): (event: Event) => boolean {
  return (event) => event.process?.pid === pid && event.event.action === action
}

function count(seen: SensorUnderTest, fits: (event: Event) => boolean): number {
  return seen.events.reduce((sum, event) => sum + (fits(event) ? 1 : 0), 0)
}

test('3,000 connections that are reset at once are all told, with the process of each end', async (t) => {
  if (!requireRoot(t)) return
  const { port } = await listenOn(t, '127.0.0.1')
  const seen = await startSensor(t, ebpf)
  const client = program(t, connections(3000, port, '127.0.0.1'))
  const connected = (event: Event): boolean => event.destination?.port === port
  const all = (action: string, pid: number): number =>
    count(seen, (event) => connected(event) && by(pid, action)(event))
  await seen.until(() => all('close', client.pid) === 3000 && all('close', process.pid) === 3000, 20_000)
  assert.equal(all('connect', client.pid), 3000)
  assert.equal(all('accept', process.pid), 3000)
  const ours = seen.events.filter((event) => connected(event) && event.event.kind === 'event')
  assert.equal(ours.filter((event) => event.event.action === 'connect').length, 3000)
  const ports = new Set(ours.filter(by(client.pid, 'connect')).map((event) => event.source?.port))
  assert.ok(ports.size > 2000 && !ports.has(undefined))
  assert.deepEqual(seen.losses, [])
  const first = ours.find(by(client.pid, 'connect'))
  assert.equal(first?.destination?.ip, '127.0.0.1')
  assert.equal(first?.network?.direction, 'egress')
  assert.match(first?.network?.community_id ?? '', /^1:/)
  assert.equal(first?.user?.id, '0')
  assert.ok(Math.abs(Date.now() - Date.parse(first?.['@timestamp'] ?? '')) < 60_000)
})

test('200 refused connections are told as refused', async (t) => {
  if (!requireRoot(t)) return
  const { server, port } = await listenOn(t, '127.0.0.1')
  server.close()
  await once(server, 'close')
  const seen = await startSensor(t, ebpf)
  const client = program(t, connections(200, port, '127.0.0.1'))
  const refused = (event: Event): boolean =>
    by(client.pid, 'connection-refused')(event) && event.destination?.port === port
  await seen.until(() => count(seen, refused) === 200, 10_000)
  const event = seen.events.find(refused)
  assert.deepEqual([event?.event.outcome, event?.event.reason], ['failure', 'ECONNREFUSED'])
  assert.ok((event?.source?.port ?? 0) > 0)
  assert.equal(count(seen, by(client.pid, 'connect')), 0)
})

test('a connection over IPv6 has its bytes, its duration and both processes', async (t) => {
  if (!requireRoot(t)) return
  const { server, port } = await listenOn(t, '::1')
  server.on('connection', (socket) => socket.on('data', () => socket.end('x'.repeat(1000))))
  const seen = await startSensor(t, ebpf)
  const client = program(
    t,
    `const s = require('net').connect(${port}, '::1', () => s.write('y'.repeat(300)))
     s.on('end', () => s.end()).resume()`,
  )
  const closed = await seen.waitFor(by(client.pid, 'close'))
  assert.deepEqual(closed.destination, { ip: '::1', port })
  assert.equal(closed.network?.type, 'ipv6')
  const facts = closed.hx?.['network'] as Record<string, number>
  assert.equal(facts['bytes_sent'], 300)
  // The kernel counts the end of the stream (FIN) as a byte.
  assert.equal(facts['bytes_received'], 1001)
  assert.ok((facts['duration_ms'] ?? -1) > 0)
  const accepted = await seen.waitFor(
    (event) => by(process.pid, 'accept')(event) && event.destination?.port === port,
  )
  assert.equal(accepted.network?.direction, 'ingress')
  assert.equal(accepted.network?.community_id, closed.network?.community_id)
  assert.equal(accepted.source?.port, closed.source?.port)
})

test('an inbound connection belongs to the process that accepts it, not to the one that made the listener', async (t) => {
  if (!requireRoot(t)) return
  const seen = await startSensor(t, ebpf)
  // The listener is made by one program and handed to another one, which accepts.
  const owner = program(
    t,
    `const cp = require('child_process'), net = require('net')
     const server = net.createServer().listen(0, '127.0.0.1', () => {
       const child = cp.spawn(process.execPath, ['-e', \`
         const s = require('net').createServer((c) => c.end()); s.listen({ fd: 3 }, () => console.log(process.pid))\`],
         { stdio: ['inherit', 'inherit', 'inherit', server._handle.fd] })
       console.log(server.address().port)
       server.close()
     })`,
  )
  let text = ''
  owner.stdout?.on('data', (data: Buffer) => (text += data.toString()))
  await seen.until(() => /^\d+\n\d+\n$/.test(text))
  const [port = 0, child = 0] = text.split('\n').map(Number)
  t.after(() => process.kill(child, 'SIGKILL'))
  const socket = connect(port, '127.0.0.1')
  socket.resume()
  const accepted = await seen.waitFor(
    (event) => event.event.action === 'accept' && event.destination?.port === port,
  )
  assert.equal(accepted.process?.pid, child)
  const listened = await seen.waitFor(
    (event) => event.event.action === 'listen' && event.destination?.port === port,
  )
  assert.equal(listened.process?.pid, owner.pid)
})

test('listeners are told when they appear and when they go', async (t) => {
  if (!requireRoot(t)) return
  const seen = await startSensor(t, ebpf)
  for (const host of ['127.0.0.1', '::']) {
    const { server, port } = await listenOn(t, host)
    const here = (event: Event): boolean =>
      event.destination?.port === port && event.process?.pid === process.pid
    const listen = await seen.waitFor((event) => here(event) && event.event.action === 'listen')
    assert.deepEqual(listen.destination, { ip: host, port })
    assert.equal(listen.event.kind, 'event')
    server.close()
    await seen.waitFor((event) => here(event) && event.event.action === 'listen-end')
  }
})

test('what was there before the sensor is told as state, and its end is seen', async (t) => {
  if (!requireRoot(t)) return
  const { server, port } = await listenOn(t, '127.0.0.1')
  const client = connect(port, '127.0.0.1')
  await once(server, 'connection')
  const seen = await startSensor(t, ebpf)
  const states = seen.events.filter((event) => event.event.kind === 'state')
  const here = states.filter((event) => event.destination?.port === port)
  assert.deepEqual(here.map((event) => event.event.action).toSorted(), ['accept', 'connect', 'listen'])
  for (const event of here) assert.equal(event.process?.pid, process.pid)
  client.destroy()
  await seen.until(
    () => count(seen, (event) => event.event.action === 'close' && event.destination?.port === port) === 2,
  )
  server.close()
  await seen.waitFor((event) => event.event.action === 'listen-end' && event.destination?.port === port)
})

test('datagrams are told once for each destination, with their process', async (t) => {
  if (!requireRoot(t)) return
  const seen = await startSensor(t, ebpf)
  for (const [kind, host] of [
    ['udp4', '127.0.0.1'],
    ['udp6', '::1'],
  ] as const) {
    const target = createSocket(kind)
    t.after(() => target.close())
    target.bind(0, host)
    await once(target, 'listening')
    const { port } = target.address()
    let got = 0
    target.on('message', () => got++)
    const client = program(
      t,
      `const s = require('dgram').createSocket('${kind}'); let n = 0
       function next() { if (n++ < 500) s.send('x', ${port}, '${host}', next); else s.close() }
       next()`,
    )
    const told = await seen.waitFor(
      (event) => by(client.pid, 'udp')(event) && event.destination?.port === port,
    )
    assert.deepEqual(told.destination, { ip: host, port })
    assert.equal(told.network?.transport, 'udp')
    await once(client, 'exit')
    await seen.until(() => got > 400)
    assert.equal(count(seen, by(client.pid, 'udp')), 1)
    const connected = program(
      t,
      `const s = require('dgram').createSocket('${kind}'); s.connect(${port}, '${host}', () => s.send('x', () => s.close()))`,
    )
    const event = await seen.waitFor(by(connected.pid, 'udp'))
    assert.deepEqual(event.hx?.['network'], { connected: true })
  }
})

// Answers every question with one address; NXDOMAIN for names that begin with `no`.
async function dnsServer(t: TestContext, host: string): Promise<boolean> {
  const server = createSocket('udp4')
  t.after(() => server.close())
  server.on('message', (question, from) => {
    const refuse = question[13] === 0x6e && question[14] === 0x6f
    const answer = Buffer.concat([
      question.subarray(0, 2),
      Buffer.from(refuse ? '818300010000000000000000' : '818000010001000000000000', 'hex').subarray(0, 10),
      question.subarray(12, question.indexOf(0, 12) + 5),
      refuse ? Buffer.alloc(0) : Buffer.from('c00c000100010000003c00047f000007', 'hex'),
    ])
    server.send(answer, from.port, from.address)
  })
  server.bind(53, host)
  const [failed] = (await Promise.race([once(server, 'listening'), once(server, 'error')])) as [
    Error | undefined,
  ]
  return failed === undefined
}

test('names that are asked for and their answers are told, and later connections have the name', async (t) => {
  if (!requireRoot(t)) return
  if (!(await dnsServer(t, '127.0.0.77'))) return t.skip('SKIPPED, NOT TESTED: port 53 is taken')
  const { port } = await listenOn(t, '127.0.0.7')
  const seen = await startSensor(t, ebpf)
  const asker = program(
    t,
    `const r = new (require('dns').promises.Resolver)(); r.setServers(['127.0.0.77'])
     r.resolve4('haechi.example.org').then(([ip]) => require('net').connect(${port}, ip).destroySoon())
      .then(() => r.resolve4('nowhere.example.org')).catch(() => {})`,
  )
  const query = await seen.waitFor(by(asker.pid, 'dns-query'))
  assert.deepEqual(query.dns?.question, { name: 'haechi.example.org', type: 'A' })
  assert.deepEqual(query.destination, { ip: '127.0.0.77', port: 53 })
  assert.equal(query.event.dataset, 'hx.dns')
  const answer = await seen.waitFor(by(asker.pid, 'dns-answer'))
  assert.deepEqual(answer.dns?.resolved_ip, ['127.0.0.7'])
  assert.equal(answer.dns?.id, query.dns?.id)
  assert.equal(answer.dns?.response_code, 'NOERROR')
  const connected = await seen.waitFor(
    (event) => by(asker.pid, 'connect')(event) && event.destination?.port === port,
  )
  assert.equal(connected.destination?.domain, 'haechi.example.org')
  const refused = await seen.waitFor((event) => event.dns?.response_code === 'NXDOMAIN')
  assert.equal(refused.event.outcome, 'failure')
  // Each datagram passes two sockets of this host, and is told once.
  assert.equal(
    count(seen, (event) => event.dns?.id === query.dns?.id && event.dns?.type === 'query'),
    1,
  )
})

test('what the ring cannot take is counted, told, and made up for by a comparison', async (t) => {
  if (!requireRoot(t)) return
  const { port } = await listenOn(t, '127.0.0.1')
  const seen = await startSensor(t, networkSensorWith({ tiers: ['ebpf'], ringBytes: 1 << 16 }))
  const client = program(t, connections(600, port, '127.0.0.1'))
  // Nobody drains meanwhile.
  await once(client, 'exit')
  const late = await listenOn(t, '127.0.0.1')
  await seen.until(() => seen.losses.length > 0)
  const lost = seen.losses.reduce((sum, loss) => sum + loss.count, 0)
  assert.ok(lost > 500, `${lost} lost`)
  assert.equal(seen.losses[0]?.source, 'ebpf-network')
  seen.sensor.resync?.()
  // The listener was made while the ring was full.
  const found = await seen.waitFor(
    (event) => event.event.action === 'listen' && event.destination?.port === late.port,
  )
  assert.equal(found.process?.pid, process.pid)
})

test('without BPF the sockets are listed once a second', async (t) => {
  await Promise.all((['sock-diag', 'proc-net'] as const).map((tier) => polls(t, tier)))
})

async function polls(t: TestContext, tier: 'sock-diag' | 'proc-net'): Promise<void> {
  const seen = await startSensor(t, networkSensorWith({ tiers: [tier] }))
  assert.equal(seen.sensor.status().tier, tier)
  const { server, port } = await listenOn(t, '127.0.0.1')
  const client = connect(port, '127.0.0.1')
  const here = (action: string): Promise<Event> =>
    seen.waitFor((event) => event.event.action === action && event.destination?.port === port)
  for (const action of ['listen', 'connect', 'accept']) {
    const event = await here(action)
    assert.equal(event.process?.pid, process.pid, action)
    assert.equal(event.event.provider, tier)
    assert.equal(event.event.kind, 'event')
  }
  client.destroy()
  server.close()
  await here('listen-end')
  await here('close')
}

test('a ring that cannot be made refuses the best tier, and says why', async (t) => {
  const seen = await startSensor(t, networkSensorWith({ ringBytes: 12_345 }))
  const status = seen.sensor.status()
  assert.equal(status.tier, 'sock-diag')
  assert.equal(status.refused[0]?.tier, 'ebpf')
  assert.match(status.refused[0]?.why ?? '', /EINVAL|EPERM/)
  assert.match(seen.notices.join('\n'), /cannot use ebpf/)
})
