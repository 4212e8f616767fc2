import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import type { Flow } from './flow.ts'
import { HiddenPortWatch } from './hidden-port-watch.ts'
import { findHiddenPorts, type HiddenPort } from './hidden-ports.ts'

const none = { first: 1, last: 0 }

test('ports that every list shows are not hidden', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const datagrams = createSocket('udp6').bind(0, '::1')
  t.after(() => datagrams.close())
  await once(datagrams, 'listening')
  const flow: Flow = { transport: 'tcp', local: { ip: '127.0.0.1', port } }
  assert.deepEqual(await findHiddenPorts([flow], { first: port, last: port }), [])
  const other = datagrams.address().port
  assert.deepEqual(await findHiddenPorts([], { first: other, last: other }), [])
})

// A listener that is known, whose port is taken, and that sock_diag does not list: as if a rootkit filtered it.
async function filteredListener(t: { after(work: () => void): void }): Promise<Flow> {
  const server = createServer((socket) => t.after(() => socket.destroy())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => client.destroy())
  await once(client, 'connect')
  server.close()
  assert.ok(client.localPort !== undefined)
  return { transport: 'tcp', local: { ip: '127.0.0.1', port: client.localPort } }
}

test('a listener that sock_diag does not show is hidden while its port is taken', async (t) => {
  const flow = await filteredListener(t)
  const [found] = await findHiddenPorts([flow], none)
  assert.deepEqual([found?.port, found?.transport, found?.flow], [flow.local.port, 'tcp', flow])
  assert.match(found?.how ?? '', /sock_diag/)
  // A listener that has just ended, or was made up: nobody has the port.
  const free = { ...flow, local: { ip: '127.0.0.1', port: 1 } }
  assert.deepEqual(await findHiddenPorts([free], none), [])
})

test('what looks hidden is told at the second look, and once', async (t) => {
  const flow = await filteredListener(t)
  const told: HiddenPort[] = []
  const looks: number[] = []
  let now = 60_000
  const watch = new HiddenPortWatch(
    {
      listeners: () => {
        looks.push(now)
        return [flow]
      },
      found: (hidden) => told.push(hidden),
      problem: (message) => assert.fail(message),
    },
    0,
  )
  async function look(): Promise<void> {
    const before = looks.length
    while (looks.length === before) {
      watch.tick((now += 2000))
      await setTimeout(2)
    }
  }
  await look()
  assert.equal(told.length, 0)
  for (let more = 0; more < 4; more++) await look()
  assert.deepEqual(
    told.map(({ port }) => port),
    [flow.local.port],
  )
  assert.equal(watch.told, 1)
})
