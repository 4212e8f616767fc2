import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'

import { portIsTaken } from './sock-diag-ports.ts'
import { dumpInetSockets } from './sock-diag.ts'

async function listenOn(t: TestContext, host: string): Promise<{ server: Server; port: number }> {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  return { server, port: (server.address() as AddressInfo).port }
}

test('the kernel tells of a listener and of both ends of a connection, with the inodes of their descriptors', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const { server, port } = await listenOn(t, host)
    const client = connect(port, host)
    t.after(() => client.destroy())
    const [accepted] = (await once(server, 'connection')) as [Socket]
    t.after(() => accepted.destroy())
    const sockets = await dumpInetSockets('tcp')
    const mine = sockets.filter((socket) => socket.localPort === port || socket.remotePort === port)
    const states = mine.map((socket) => `${socket.state} ${socket.localIp}`)
    assert.deepEqual(states.toSorted(), [`ESTABLISHED ${host}`, `ESTABLISHED ${host}`, `LISTEN ${host}`])
    const listener = mine.find((socket) => socket.state === 'LISTEN')
    assert.equal(listener?.inode, statSync(`/proc/self/fd/${fdOf(server)}`).ino)
    assert.equal(listener?.type, host === '::1' ? 'ipv6' : 'ipv4')
    assert.equal(listener?.remotePort, 0)
    assert.equal(new Set(mine.map((socket) => socket.cookie)).size, 3)
  }
})

test('the kernel tells of a UDP socket', async (t) => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const found = (await dumpInetSockets('udp')).find((row) => row.localPort === port)
  assert.deepEqual([found?.localIp, found?.state, found?.transport], ['127.0.0.1', 'CLOSE', 'udp'])
  assert.equal(portIsTaken('udp', port), true)
})

test('bind tells a taken port from a free one', async (t) => {
  const six = await listenOn(t, '::1')
  assert.equal(portIsTaken('tcp', six.port), true)
  const { server, port } = await listenOn(t, '127.0.0.1')
  assert.equal(portIsTaken('tcp', port), true)
  assert.equal(portIsTaken('udp', port), false)
  server.close()
  await once(server, 'close')
  assert.equal(portIsTaken('tcp', port), false)
})

function fdOf(server: Server): number {
  return (server as unknown as { _handle: { fd: number } })._handle.fd
}
