import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../../test/support/folder.ts'
import { DBusConnection } from './connection.ts'
import { formatMessage, messageLength, parseMessage } from './message.ts'
import { type DBusValue, typesOf, WireError, WireReader, WireWriter } from './wire.ts'

const silent = { onMessage: () => undefined, onEnd: () => undefined }

test('values come back as they were written', () => {
  const signature = 'ybnqiuxtdsogasa{sv}(y(tb))aayv'
  const values: DBusValue[] = [
    7,
    true,
    65_000 - 65_536,
    65_000,
    -5,
    4_000_000_000,
    -(2n ** 60n),
    2n ** 63n,
    0.1,
    'é\u{1f600}',
    '/a/b',
    'a(yv)',
    ['', 'x'],
    [
      ['key', { signature: 'as', value: ['v'] }],
      ['n', { signature: 'u', value: 9 }],
    ],
    [1, [3n, false]],
    [[1, 2], [], [3]],
    { signature: '(su)', value: ['s', 1] },
  ]
  const writer = new WireWriter()
  writer.write(signature, values)
  const expected = values.with(1, true)
  // -536 as 16 bits: written as it is, read as a signed number.
  assert.deepEqual(new WireReader(writer.finish(), 'little').readAll(signature), expected)
})

test('a message that dbus-send writes is read', async (t) => {
  if (!existsSync('/usr/bin/dbus-send')) return t.skip('SKIPPED, NOT TESTED: dbus-send is not installed')
  const path = join(withFolder(t).path, 'socket')
  const server = createServer().listen(path)
  t.after(() => server.close())
  await once(server, 'listening')
  const words = [`--peer=unix:path=${path}`, '--type=signal', '/a/b', 'org.x.Y.Z']
  const values = [
    'string:h\u00e9',
    'dict:string:int32:k,-7',
    'array:uint16:1,2',
    'variant:objpath:/c',
    'double:0.5',
  ]
  const sender = spawn('dbus-send', [...words, ...values], { stdio: 'inherit' })
  t.after(() => sender.kill('SIGKILL'))
  const [socket] = (await once(server, 'connection')) as [Socket]
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    const line = chunk.toString('latin1')
    if (line.includes('AUTH')) socket.write('OK 1234deadbeef1234deadbeef12345678\r\n')
    else if (line.startsWith('NEGOTIATE')) socket.write('ERROR\r\n')
  })
  await once(socket, 'close')
  const message = bytes.subarray(bytes.indexOf('BEGIN\r\n') + 7)
  assert.equal(messageLength(message), message.length)
  const { type, path: at, interface: from, member, signature, body } = parseMessage(message)
  assert.deepEqual([type, at, from, member, signature], ['signal', '/a/b', 'org.x.Y', 'Z', 'sa{si}aqvd'])
  assert.deepEqual(body, ['h\u00e9', [['k', -7]], [1, 2], { signature: 'o', value: '/c' }, 0.5])
})

test('signatures that are none are refused', () => {
  assert.deepEqual(typesOf('a{sv}(ii)s'), ['a{sv}', '(ii)', 's'])
  for (const bad of ['a', '(', '()', '{s}', 'z', '(i', 'a{sss}', `${'a'.repeat(40)}y`, 'y'.repeat(256)])
    assert.throws(() => typesOf(bad), WireError, bad)
})

test('lengths that lie end in an error', () => {
  const good = formatMessage(
    { type: 'signal', path: '/a', interface: 'a.b', member: 'C', signature: 'as', body: [['x', 'y']] },
    1,
  )
  assert.deepEqual(parseMessage(good).body, [['x', 'y']])
  const lengthAt = good.length - 18
  assert.equal(good.readUInt32LE(lengthAt), 14)
  for (const lie of [15, 13, 0x7fff_ffff, 0xffff_ffff]) {
    const bad = Buffer.from(good)
    bad.writeUInt32LE(lie, lengthAt)
    assert.throws(() => parseMessage(bad), WireError, String(lie))
  }
  const long = Buffer.from(good)
  long.writeUInt32LE(0xffff_ffff, 4)
  assert.throws(() => messageLength(long), WireError)
})

test('any bytes are a message or a WireError', () => {
  const good = formatMessage(
    {
      type: 'signal',
      path: '/a',
      interface: 'a.b',
      member: 'C',
      signature: 'sa{sv}as',
      body: ['i', [['k', { signature: 'a(tv)', value: [[1n, { signature: 'y', value: 1 }]] }]], ['z']],
    },
    1,
  )
  const damaged = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const bytes = Buffer.from(good)
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (bytes) => {
      try {
        const length = messageLength(bytes)
        if (length !== undefined && length <= bytes.length) parseMessage(bytes.subarray(0, length))
      } catch (thrown) {
        if (!(thrown instanceof WireError)) throw thrown
      }
    }),
    { numRuns: 1000 },
  )
})

test('a server that speaks no D-Bus is refused, one that hangs up too', async (t) => {
  const folder = withFolder(t)
  const path = join(folder.path, 'socket')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end('REJECTED EXTERNAL\r\n'))
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  t.after(() => server.close())
  await assert.rejects(DBusConnection.open(path, silent), /answers REJECTED/)
  await assert.rejects(DBusConnection.open(`${path}x`, silent), /ENOENT/)
})

test('a server that sends rubbish after the login ends the connection', async (t) => {
  const folder = withFolder(t)
  const path = join(folder.path, 'socket')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () =>
      socket.write(Buffer.concat([Buffer.from('OK 1234\r\n'), Buffer.alloc(64, 0x41)])),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  t.after(() => server.close())
  const why = await new Promise<string>((resolve, reject) => {
    DBusConnection.open(path, { onMessage: () => undefined, onEnd: resolve }).catch(reject)
  })
  assert.match(why, /byte order/)
})
