import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { dumpInetSockets } from '../../platform/linux/sock-diag.ts'
import {
  parsePacketSockets,
  parseProcNet,
  parseRawSockets,
  parseUnixListeners,
  readProcNet,
} from './proc-net.ts'

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

test('lines of both families are read', () => {
  const text = `${head}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0200000A:C350 22D8B85D:01BB 01 00000000:00000000 02:000006D5 00000000     0        0 777 2 0000000000000000 20 4 30 10 -1
`
  const [listener, connection] = parseProcNet(text, 'tcp')
  assert.deepEqual(listener, {
    transport: 'tcp',
    type: 'ipv4',
    state: 'LISTEN',
    localIp: '127.0.0.1',
    localPort: 8080,
    remoteIp: '0.0.0.0',
    remotePort: 0,
    uid: 1000,
    inode: 12_345,
    cookie: 0n,
  })
  assert.deepEqual(
    [connection?.remoteIp, connection?.remotePort, connection?.localIp],
    ['93.184.216.34', 443, '10.0.0.2'],
  )
  assert.equal(parseProcNet(text, 'tcp', 'LISTEN').length, 1)
  const six = `${head}   0: B80D0120000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 9 1 0 0`
  assert.equal(parseProcNet(six, 'tcp')[0]?.localIp, '2001:db8::1')
})

test('/proc/net and sock_diag show the same listeners', async (t) => {
  const server = createServer().listen(0, '::')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const shown = (await readProcNet('tcp', 'LISTEN')).find((socket) => socket.localPort === port)
  const dumped = (await dumpInetSockets('tcp')).find((socket) => socket.localPort === port)
  assert.deepEqual(shown, { ...dumped, cookie: 0n })
})

test('unix, raw and packet sockets are read', () => {
  const unix = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 15841 /run/a b.sock
0000000000000000: 00000002 00000000 00010000 0005 01 15842 @abstract
0000000000000000: 00000003 00000000 00000000 0001 03 15843 /run/connected
0000000000000000: 00000002 00000000 00010000 0001 01 15844
`
  assert.deepEqual(parseUnixListeners(unix), [
    { path: '/run/a b.sock', type: 'stream', inode: 15_841 },
    { path: '@abstract', type: 'seqpacket', inode: 15_842 },
    { path: '', type: 'stream', inode: 15_844 },
  ])
  const raw = `${head}    1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0 0\n`
  assert.deepEqual(parseRawSockets(raw), [{ protocol: 1, uid: 0, inode: 4711 }])
  const packet = `sk               RefCnt Type Proto  Iface R Rmem   User   Inode
0000000000000000 3      3    0003   2     1 0      0      5150
`
  assert.deepEqual(parsePacketSockets(packet), [{ protocol: 3, interfaceIndex: 2, uid: 0, inode: 5150 }])
})

test('no text makes the parsers throw', () => {
  const line = fc.array(
    fc.oneof(fc.string({ maxLength: 40 }), fc.constant('0100007F:0016'), fc.constant('0A')),
  )
  fc.assert(
    fc.property(fc.array(line.map((columns) => columns.join(' '))), (lines) => {
      const text = [head, ...lines].join('\n')
      for (const socket of parseProcNet(text, 'tcp'))
        assert.ok(socket.localPort >= 0 && socket.localPort < 65_536)
      parseUnixListeners(text)
      parseRawSockets(text)
      parsePacketSockets(text)
    }),
  )
})
