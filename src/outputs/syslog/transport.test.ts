import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'

import { openTransport } from './transport.ts'

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 8000
  while (!done()) {
    assert.ok(performance.now() < end, 'not within 8 s')
    await delay(5)
  }
}

/** A log server on TCP that keeps what it gets; it can be closed and opened again on its port. */
async function logServer(
  t: TestContext,
  port = 0,
): Promise<{ port: number; text: () => string; close: () => Promise<void> }> {
  let text = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    server.once('stop', () => socket.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.emit('stop')
    server.close()
    await once(server, 'close')
  }
  t.after(close)
  return { port: (server.address() as AddressInfo).port, text: () => text, close }
}

test('a stream counts octets, and what was said before the server was there arrives', async (t) => {
  const first = await logServer(t)
  await first.close()
  const transport = openTransport(`tcp://127.0.0.1:${first.port}`, () => undefined)
  t.after(() => transport.close())
  transport.send('grüße')
  transport.send('second\nline')
  const server = await logServer(t, first.port)
  await until(() => server.text().length >= 21)
  assert.equal(server.text(), '7 grüße11 second\nline')
  assert.deepEqual([transport.written, transport.lost], [2, 0])
})

test('a server that comes back is connected again, and its absence is told', async (t) => {
  const notices: string[] = []
  const first = await logServer(t)
  const transport = openTransport(`tcp://127.0.0.1:${first.port}`, (message) => notices.push(message))
  t.after(() => transport.close())
  transport.send('one')
  await until(() => first.text() === '3 one')
  await first.close()
  const second = await logServer(t, first.port)
  await delay(100)
  transport.send('two')
  await until(() => second.text() === '3 two')
})

test('what waits for a server that never comes is bounded, and counted', async (t) => {
  const first = await logServer(t)
  await first.close()
  const transport = openTransport(`tcp://127.0.0.1:${first.port}`, () => undefined)
  const megabyte = 'x'.repeat(1024 * 1024)
  for (let index = 0; index < 20; index++) transport.send(megabyte)
  assert.equal(transport.lost, 13)
  await transport.close()
  assert.equal(transport.lost + transport.written, 20)
})

test('datagrams carry one message each', async (t) => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const got: string[] = []
  socket.on('message', (bytes) => got.push(bytes.toString()))
  const transport = openTransport(`udp://127.0.0.1:${socket.address().port}`, assert.fail)
  transport.send('one')
  transport.send('two')
  await until(() => got.length === 2)
  assert.deepEqual(got, ['one', 'two'])
  await transport.close()
  assert.deepEqual([transport.written, transport.lost], [2, 0])
})

test('with TLS a server that nobody vouches for gets nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  })
  let got = ''
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    socket.on('data', (chunk) => {
      got += chunk.toString()
    })
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const notices: string[] = []
  const { port } = server.address() as AddressInfo
  const transport = openTransport(`tls://127.0.0.1:${port}`, (message) => notices.push(message))
  transport.send('secret')
  await until(() => notices.length > 0)
  assert.match(notices[0] ?? '', /self.signed/i)
  await transport.close()
  assert.equal(got, '')
  assert.equal(transport.lost, 1)
})

test('what is no address is refused', () => {
  for (const url of ['', '127.0.0.1:514', 'http://x:1', 'tcp://x', 'udp://x:70000', 'tcp://:5']) {
    assert.throws(() => openTransport(url, assert.fail), /is no log server/)
  }
})
