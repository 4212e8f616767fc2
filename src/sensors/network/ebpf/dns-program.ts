// Runs for every packet that a socket sends or receives (cgroup_skb): copies UDP packets to port 53 that are sent, and
// from port 53 that are received. All others cost a few instructions. The program only looks: it always allows.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import { at, dnsBytes, headBytes, ownerValue, packetMaxBytes, RecordKind } from './layout.ts'
import {
  count,
  counterIndex,
  type NetworkMaps,
  NetworkHelper,
  reserve,
  storeZeros,
  submit,
} from './program-parts.ts'

const protocolUdp = 17
/** Port 53 as it stands in a packet, read by a little-endian host. */
const dnsPort = 0x3500
/** struct __sk_buff. */
const context = { length: 0, data: 76, dataEnd: 80 } as const
const ip4 = { fragment: 6, protocol: 9, leastBytes: 20 } as const
const ip6 = { next: 6, bytes: 40 } as const
/** Flags and offset of a fragment as a little-endian host reads them; the offset's bits alone. */
const fragmentOffset = 0xff1f
const udp = { source: 0, destination: 2, bytes: 8 } as const
const cookieAt = -16

export function dnsProgram(direction: 'sent' | 'received', maps: NetworkMaps): Buffer {
  const code = new Assembler()
  code.move(R.r6, R.r1).load(4, R.r7, R.r6, context.data).load(4, R.r8, R.r6, context.dataEnd)
  findUdp(code)
  code
    .load(2, R.r1, R.r7, direction === 'sent' ? udp.destination : udp.source)
    .jumpIf(R.r1, 'ne', dnsPort, 'allow')
  reserve(code, maps, dnsBytes, 'full')
  storeZeros(code, R.r9, { from: 0, to: headBytes })
  code.storeConstant(1, R.r9, at.kind, RecordKind.dns)
  code.storeConstant(1, R.r9, at.from, direction === 'sent' ? 0 : 1)
  code.call(Helper.ktimeGetBootNs).store(8, R.r9, at.time, R.r0)
  storeAsker(code, maps)
  code
    .load(4, R.r4, R.r6, context.length)
    .jumpIf(R.r4, 'le', packetMaxBytes, 'fits')
    .constant(R.r4, packetMaxBytes)
  code
    .label('fits')
    .jumpIf(R.r4, 'lt', ip4.leastBytes + udp.bytes, 'discard')
    .store(4, R.r9, at.detail, R.r4)
  code.move(R.r1, R.r6).constant(R.r2, 0).address(R.r3, R.r9, headBytes)
  code.call(Helper.skbLoadBytes).jumpIf(R.r0, 'ne', 0, 'discard')
  submit(code, maps)
  code.jump('allow').label('discard')
  code.move(R.r1, R.r9).constant(R.r2, 1).call(NetworkHelper.ringbufDiscard)
  // It could not be copied: it is lost as much as one that found no room.
  code.label('full')
  count(code, maps, counterIndex.dropped)
  code.label('allow').constant(R.r0, 1).exit()
  return code.build()
}

// r7 = the UDP header of the packet r7 to r8; all others are allowed. IPv6 with extension headers is not looked into.
function findUdp(code: Assembler): void {
  code.address(R.r1, R.r7, ip4.leastBytes + udp.bytes).jumpIfRegister(R.r1, 'gt', R.r8, 'allow')
  code.load(1, R.r2, R.r7, 0).move(R.r3, R.r2).set('shiftRight', R.r3, 4).jumpIf(R.r3, 'eq', 6, 'ip6')
  code.load(1, R.r1, R.r7, ip4.protocol).jumpIf(R.r1, 'ne', protocolUdp, 'allow')
  code.load(2, R.r1, R.r7, ip4.fragment).jumpIf(R.r1, 'test', fragmentOffset, 'allow')
  code.set('and', R.r2, 15).set('shiftLeft', R.r2, 2).op('add', R.r7, R.r2).jump('udp')
  code.label('ip6').load(1, R.r1, R.r7, ip6.next).jumpIf(R.r1, 'ne', protocolUdp, 'allow')
  code.set('add', R.r7, ip6.bytes)
  code.label('udp').address(R.r1, R.r7, udp.bytes).jumpIfRegister(R.r1, 'gt', R.r8, 'allow')
}

function storeAsker(code: Assembler, maps: NetworkMaps): void {
  code
    .move(R.r1, R.r6)
    .call(Helper.getSocketCookie)
    .store(8, R.r9, at.socket, R.r0)
    .store(8, R.fp, cookieAt, R.r0)
  code
    .map(R.r1, maps.owners)
    .address(R.r2, R.fp, cookieAt)
    .call(Helper.mapLookup)
    .jumpIf(R.r0, 'eq', 0, 'no-asker')
  code.load(8, R.r1, R.r0, ownerValue.pidTgid).store(8, R.r9, at.pidTgid, R.r1)
  code.load(8, R.r1, R.r0, ownerValue.start).store(8, R.r9, at.start, R.r1)
  for (const half of [0, 8])
    code.load(8, R.r1, R.r0, ownerValue.comm + half).store(8, R.r9, at.comm + half, R.r1)
  code.load(4, R.r1, R.r0, ownerValue.uid).store(4, R.r9, at.uid, R.r1).label('no-asker')
}
