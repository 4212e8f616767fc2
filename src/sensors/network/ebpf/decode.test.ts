import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { readOwner, readRemote, readSocket, readUdpPacket } from './decode.ts'
import { at, dnsBytes, endpointAt, headBytes, tcpBytes } from './layout.ts'

function dnsRecord(packet: string): Buffer {
  const bytes = Buffer.from(packet.replaceAll(' ', ''), 'hex')
  const record = Buffer.alloc(dnsBytes)
  record.writeUInt32LE(bytes.length, at.detail)
  record.set(bytes, headBytes)
  return record
}

test('a UDP packet of either family is taken apart', () => {
  const four = dnsRecord('45000020 00000000 40110000 7f000001 7f000035 c0000035 000c0000 61626364 ffff')
  assert.deepEqual(readUdpPacket(four, 0, four.length), {
    source: { ip: '127.0.0.1', port: 49_152 },
    destination: { ip: '127.0.0.53', port: 53 },
    payload: Buffer.from('abcd'),
  })
  const options = dnsRecord(
    '46000024 00000000 40110000 7f000001 7f000035 01010101 c0000035 000c0000 61626364',
  )
  assert.equal(Buffer.from(readUdpPacket(options, 0, options.length)?.payload ?? []).toString(), 'abcd')
  const six = dnsRecord(
    `60000000 000c1140 ${'00'.repeat(15)}01 20010db8${'00'.repeat(11)}02 0035c000 000c0000 61626364`,
  )
  const packet = readUdpPacket(six, 0, six.length)
  assert.deepEqual([packet?.source, packet?.destination.ip], [{ ip: '::1', port: 53 }, '2001:db8::2'])
})

test('packets whose lengths lie are cut or refused', () => {
  const long = dnsRecord('45000020 00000000 40110000 7f000001 7f000035 c0000035 ffff0000 6162')
  assert.equal(readUdpPacket(long, 0, long.length)?.payload.length, 2)
  const short = dnsRecord('45000020 00000000 40110000 7f000001 7f000035 c0000035 00000000 6162')
  assert.equal(readUdpPacket(short, 0, short.length)?.payload.length, 0)
  const half = dnsRecord('45000020 00000000 40110000 7f000001 7f000035 c000')
  assert.equal(readUdpPacket(half, 0, half.length), undefined)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: headBytes, maxLength: dnsBytes }), (bytes) => {
      const record = Buffer.from(bytes)
      const packet = readUdpPacket(record, 0, record.length)
      assert.ok(packet === undefined || packet.payload.length <= record.length)
    }),
  )
})

test('names of processes end at the zero, and are text whatever the process chose', () => {
  const record = Buffer.alloc(tcpBytes)
  assert.equal(readOwner(record, 0), undefined)
  record.writeUInt32LE(4711, at.pidTgid + 4)
  record.writeBigUInt64LE(123_456_789_012n, at.start)
  record.write('sh', at.comm)
  assert.deepEqual(readOwner(record, 0), { pid: 4711, uid: 0, startTicks: 12_345, name: 'sh' })
  record.fill(0x61, at.comm, at.comm + 16)
  record.fill(0x62, at.comm + 16)
  assert.equal(readOwner(record, 0)?.name, 'a'.repeat(16))
  record[at.comm] = 0xff
  assert.equal(readOwner(record, 0)?.name, `�${'a'.repeat(15)}`)
})

test('sockets of different addresses have different numbers, and mapped addresses are IPv4', () => {
  const record = Buffer.alloc(tcpBytes)
  record.writeBigUInt64LE(0xffff_8881_0234_5678n, at.socket)
  const one = readSocket(record, 0)
  record.writeBigUInt64LE(0xffff_8882_0234_5678n, at.socket)
  assert.notEqual(readSocket(record, 0), one)
  assert.ok(Number.isSafeInteger(one))
  record.writeUInt16LE(10, endpointAt.family)
  record.writeUInt16BE(443, endpointAt.remotePort)
  record.set(Buffer.from('00000000000000000000ffff0a000001', 'hex'), endpointAt.remoteIp)
  assert.deepEqual(readRemote(record, 0), { ip: '10.0.0.1', port: 443 })
})
