import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { python } from '../../../test/support/opener.ts'
import { closeFd } from './fanotify.ts'
import { type Inlet, type Received, UnixInbox } from './unix-inbox.ts'

interface Peer {
  readonly socket: Socket
  readonly inlet: Inlet
  /** The next thing that is received or told. */
  next(): Promise<Received | { readonly kind: 'gone' }>
}

/** A server whose one client runs `code` in Python; `client` is its connected socket, `passed` makes a message. */
async function connected(t: TestContext, code: string): Promise<Peer> {
  const folder = withFolder(t)
  const path = `${folder.path}/socket`
  const inbox = new UnixInbox((thrown) => {
    throw thrown
  })
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(path)
  const { promise, resolve } = Promise.withResolvers<Socket>()
  server.on('connection', resolve)
  const prelude = `
import array, os, socket, sys, time
client = socket.socket(socket.AF_UNIX)
client.settimeout(10)
client.connect(sys.argv[1])
def passed(data, *files):
  fds = [os.open(file, os.O_RDONLY) for file in files]
  client.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else [])
  for fd in fds: os.close(fd)
`
  const client = python(prelude + code, [path])
  const socket = await promise
  t.after(async () => {
    socket.destroy()
    server.close()
    await client
    await inbox.close()
  })
  let tell: (event: 'ready' | 'gone') => void = () => undefined
  const inlet = inbox.open(socket, { onReady: () => tell('ready'), onGone: () => tell('gone') })
  return {
    socket,
    inlet,
    async next() {
      const { promise: event, resolve: told } = Promise.withResolvers<'ready' | 'gone'>()
      tell = told
      assert.ok(inlet.arm('input'))
      return (await event) === 'gone' ? { kind: 'gone' } : inlet.receive()
    },
  }
}

function data(received: Received | { readonly kind: 'gone' }): Extract<Received, { kind: 'data' }> {
  assert.equal(received.kind, 'data')
  assert.ok('bytes' in received)
  return received
}

const openCount = (): number => readdirSync('/proc/self/fd').length

test('bytes and descriptors arrive together, message by message, and descriptors are closed on exec', async (t) => {
  const peer = await connected(
    t,
    `
client.send(b'plain')
assert client.recv(10) == b'go'
passed(b'one', '/etc/passwd')
passed(b'two', '/etc/passwd', '/etc/group')
assert client.recv(10) == b'end'`,
  )
  const plain = data(await peer.next())
  assert.equal(plain.bytes.toString(), 'plain')
  assert.deepEqual([plain.descriptors, plain.cut], [[], false])
  peer.socket.write('go')
  const one = data(await peer.next())
  assert.equal(one.bytes.toString(), 'one')
  const two = data(await peer.next())
  assert.equal(two.bytes.toString(), 'two')
  const descriptors = [...one.descriptors, ...two.descriptors]
  assert.deepEqual(
    descriptors.map((fd) => readlinkSync(`/proc/self/fd/${fd}`)),
    ['/etc/passwd', '/etc/passwd', '/etc/group'],
  )
  for (const fd of descriptors) {
    const flags = /^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
    const closeOnExec = 0o2000000
    assert.equal(Number.parseInt(flags ?? '', 8) & closeOnExec, closeOnExec)
    closeFd(fd)
  }
  peer.socket.end('end')
  assert.deepEqual(await peer.next(), { kind: 'end' })
})

test('the most that the kernel passes in one message arrives, and all can be closed', async (t) => {
  const before = openCount()
  const peer = await connected(t, `passed(b'x', *['/etc/passwd'] * 253)\nclient.recv(1)`)
  const more = data(await peer.next())
  assert.equal(more.descriptors.length, 253)
  assert.equal(more.cut, false)
  for (const fd of more.descriptors) closeFd(fd)
  // The socket, the server and what the thread waits with.
  assert.ok(openCount() < before + 50)
  peer.socket.end('x')
})

test('who has sent something and gone is read to the end first', async (t) => {
  const peer = await connected(t, `client.send(b'last words')\nclient.close()`)
  assert.equal(data(await peer.next()).bytes.toString(), 'last words')
  assert.deepEqual(await peer.next(), { kind: 'end' })
})

test('asked for departures only, bytes and a closed sending side tell nothing; the departure does', async (t) => {
  const folder = withFolder(t)
  const path = `${folder.path}/socket`
  const inbox = new UnixInbox((thrown) => {
    throw thrown
  })
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(path)
  const { promise, resolve } = Promise.withResolvers<Socket>()
  server.on('connection', resolve)
  const client = python(
    `
import socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
client.send(b'bytes')
client.shutdown(socket.SHUT_WR)
assert client.recv(2) == b'go'`,
    [path],
  )
  const socket = await promise
  const told: string[] = []
  const { promise: gone, resolve: left } = Promise.withResolvers<undefined>()
  const inlet = inbox.open(socket, {
    onReady: () => told.push('ready'),
    onGone() {
      told.push('gone')
      left(undefined)
    },
  })
  assert.ok(inlet.arm('hangup'))
  const peer = inlet.peer()
  assert.ok(peer !== undefined && peer.pid > 0 && peer.pid !== process.pid)
  assert.equal(peer.uid, process.getuid?.())
  socket.write('go')
  await gone
  assert.deepEqual(told, ['gone'])
  inlet.close()
  socket.destroy()
  server.close()
  assert.ok((await client).ok)
  await inbox.close()
})

test('with nothing to read there is nothing, and after the end of the socket the end', async (t) => {
  const peer = await connected(t, 'client.recv(1)')
  assert.deepEqual(peer.inlet.receive(), { kind: 'nothing' })
  peer.socket.destroy()
  assert.deepEqual(peer.inlet.receive(), { kind: 'end' })
  assert.equal(peer.inlet.arm('input'), false)
  assert.equal(peer.inlet.peer(), undefined)
})

test('an inbox leaves no descriptor behind', async () => {
  await new UnixInbox(() => undefined).close()
  const before = openCount()
  for (let round = 0; round < 3; round++) await new UnixInbox(() => undefined).close()
  assert.ok(openCount() <= before)
})
