import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'

import * as fc from 'fast-check'

import { AppError } from '../../base/app-error.ts'
import { Flag, MessageType, type NetlinkMessage, openNetlink, Protocol, readMessages } from './netlink.ts'

const sockDiagByFamily = 20
const userSock = 2

/** `struct inet_diag_req_v2` for all TCP sockets over IPv4. */
function tcpRequest(): Buffer {
  const request = Buffer.alloc(56)
  request.writeUInt8(2, 0)
  request.writeUInt8(6, 1)
  request.writeUInt32LE(0xffffffff, 4)
  return request
}

function message(type: number, payload: Buffer, length = 16 + payload.length): Buffer {
  const bytes = Buffer.alloc(16 + ((payload.length + 3) & ~3))
  bytes.writeUInt32LE(length, 0)
  bytes.writeUInt16LE(type, 4)
  payload.copy(bytes, 16)
  return bytes
}

function all(bytes: Buffer): NetlinkMessage[] {
  const found: NetlinkMessage[] = []
  readMessages(bytes, 0, bytes.length, (one) => found.push(one))
  return found
}

test('a dump of the kernel comes with all its messages and its end', () => {
  using socket = openNetlink({
    protocol: Protocol.sockDiag,
    receiveBytes: 1 << 20,
    maxDatagramBytes: 32_768,
    datagramsPerCall: 4,
  })
  const sequence = socket.send(sockDiagByFamily, Flag.request | Flag.dump, tcpRequest())
  const types: number[] = []
  const more = socket.receive((start, end) => {
    readMessages(socket.buffer, start, end, (one) => {
      assert.equal(one.sequence, sequence)
      types.push(one.type)
    })
  }, 1000)
  assert.equal(more, false)
  assert.equal(types.at(-1), MessageType.done)
  assert.equal(socket.foreign + socket.truncated + socket.overruns, 0)
})

test('a datagram that does not fit is counted and not handed on in part', () => {
  using socket = openNetlink({
    protocol: Protocol.sockDiag,
    receiveBytes: 1 << 20,
    maxDatagramBytes: 17,
    datagramsPerCall: 2,
  })
  socket.send(sockDiagByFamily, Flag.request | Flag.dump, tcpRequest())
  socket.receive(() => assert.fail('it was cut'), 1000)
  assert.ok(socket.truncated > 0)
})

test('what another process sends is counted and not taken for the kernel', (t) => {
  using socket = openNetlink({
    protocol: userSock,
    receiveBytes: 1 << 16,
    maxDatagramBytes: 256,
    datagramsPerCall: 4,
  })
  const script = `import socket; socket.socket(16, 3, ${userSock}).sendto(b"x" * 40, (${socket.port}, 0))`
  if (spawnSync('python3', ['-c', script]).status !== 0) {
    t.skip('SKIPPED, NOT TESTED: needs python3 and root to send')
    return
  }
  socket.receive(() => assert.fail('not from the kernel'), 10)
  assert.equal(socket.foreign, 1)
})

test('a family that the kernel does not have is refused with its name', () => {
  assert.throws(
    () => openNetlink({ protocol: 200, receiveBytes: 4096, maxDatagramBytes: 64, datagramsPerCall: 1 }),
    (thrown) => thrown instanceof AppError && /EPROTONOSUPPORT/.test(thrown.message),
  )
})

test('messages are told apart by their aligned lengths', () => {
  const bytes = Buffer.concat([message(7, Buffer.from('abcde')), message(8, Buffer.alloc(0))])
  assert.deepEqual(
    all(bytes).map(({ type, start, end }) => [type, bytes.toString('latin1', start, end)]),
    [
      [7, 'abcde'],
      [8, ''],
    ],
  )
})

test('a length that lies ends the reading', () => {
  assert.deepEqual(all(message(7, Buffer.from('abcd'), 21)), [])
  assert.deepEqual(all(message(7, Buffer.from('abcd'), 15)), [])
  assert.deepEqual(all(message(7, Buffer.from('abcd'), 0)), [])
  assert.deepEqual(all(message(7, Buffer.from('abcd')).subarray(0, 12)), [])
})

test('any bytes are read without an error and without leaving them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const { start, end } of all(Buffer.from(bytes))) {
        assert.ok(start <= end && end <= bytes.length)
      }
    }),
  )
})
