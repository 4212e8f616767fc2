// Runs in connect(2) and sendto(2)/sendmsg(2) of UDP sockets (cgroup connect4/6, sendmsg4/6): where datagrams go, and
// who sends them. A flow (process and destination) is told at once and then at most once a minute, with a count. The
// programs only look: they always allow.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import {
  at,
  datagramBytes,
  endpointAt,
  flowKey,
  flowQuietNs,
  flowValue,
  ownerValue,
  RecordKind,
} from './layout.ts'
import {
  count,
  counterIndex,
  type NetworkMaps,
  reserve,
  storeOwner,
  storeZeros,
  submit,
  type TaskOffsets,
} from './program-parts.ts'

const protocolUdp = 17
/** Port 53 as it stands in a packet, read by a little-endian host. */
const dnsPort = 0x3500
const family = { ipv4: 2, ipv6: 10 } as const
/** struct bpf_sock_addr. */
const context = { ip4: 4, ip6: 8, port: 24, protocol: 36 } as const
const onlyNew = 1
// The stack: the key of the flow, its value, the cookie, the owner.
const keyAt = -40
const valueAt = keyAt - flowValue.bytes
const cookieAt = valueAt - 8
const ownerAt = cookieAt - ownerValue.bytes

export interface DatagramHook {
  readonly type: keyof typeof family
  readonly call: 'connect' | 'send'
}

export function datagramProgram(hook: DatagramHook, maps: NetworkMaps, task: TaskOffsets): Buffer {
  const code = new Assembler()
  code.move(R.r6, R.r1).load(4, R.r1, R.r6, context.protocol).jumpIf(R.r1, 'ne', protocolUdp, 'allow')
  // Port 0 is how resolvers ask for the route to an address: nothing is sent.
  code.load(4, R.r1, R.r6, context.port).jumpIf(R.r1, 'eq', 0, 'allow')
  code.move(R.r1, R.r6).call(Helper.getSocketCookie).store(8, R.fp, cookieAt, R.r0)
  rememberAsker(code, maps, task)
  storeKey(code, hook)
  code.call(Helper.ktimeGetBootNs).move(R.r7, R.r0)
  countFlow(code, maps)
  code.label('tell')
  reserve(code, maps, datagramBytes, 'full')
  storeZeros(code, R.r9, { from: 0, to: datagramBytes })
  code.storeConstant(1, R.r9, at.kind, RecordKind.datagram)
  code.storeConstant(1, R.r9, at.from, hook.call === 'connect' ? 1 : 0)
  code.store(8, R.r9, at.time, R.r7).store(8, R.r9, at.cookie, R.r8)
  code.load(8, R.r1, R.fp, cookieAt).store(8, R.r9, at.socket, R.r1)
  storeOwner(code, R.r9, { ...at, task })
  code.storeConstant(2, R.r9, endpointAt.family, family[hook.type])
  code.load(4, R.r1, R.fp, keyAt + flowKey.port).store(2, R.r9, endpointAt.remotePort, R.r1)
  for (const half of [0, 8])
    code.load(8, R.r1, R.fp, keyAt + flowKey.ip + half).store(8, R.r9, endpointAt.remoteIp + half, R.r1)
  submit(code, maps)
  code.jump('allow').label('full')
  count(code, maps, counterIndex.dropped)
  code.label('allow').constant(R.r0, 1).exit()
  return code.build()
}

// Packets are seen where no process runs: the socket's cookie tells later who asks.
function rememberAsker(code: Assembler, maps: NetworkMaps, task: TaskOffsets): void {
  code.load(4, R.r1, R.r6, context.port).jumpIf(R.r1, 'ne', dnsPort, 'no-asker')
  code.storeConstant(8, R.fp, ownerAt + ownerValue.uid, 0)
  storeOwner(code, R.fp, {
    pidTgid: ownerAt + ownerValue.pidTgid,
    start: ownerAt + ownerValue.start,
    comm: ownerAt + ownerValue.comm,
    uid: ownerAt + ownerValue.uid,
    task,
  })
  code.map(R.r1, maps.owners).address(R.r2, R.fp, cookieAt).address(R.r3, R.fp, ownerAt).constant(R.r4, 0)
  code.call(Helper.mapUpdate).label('no-asker')
}

function storeKey(code: Assembler, hook: DatagramHook): void {
  storeZeros(code, R.fp, { from: keyAt, to: keyAt + flowKey.bytes })
  code
    .call(Helper.currentPidTgid)
    .set('shiftRight', R.r0, 32)
    .store(4, R.fp, keyAt + flowKey.pid, R.r0)
  code.storeConstant(2, R.fp, keyAt + flowKey.family, family[hook.type])
  code.storeConstant(2, R.fp, keyAt + flowKey.connected, hook.call === 'connect' ? 1 : 0)
  code.load(4, R.r1, R.r6, context.port).store(4, R.fp, keyAt + flowKey.port, R.r1)
  const words = hook.type === 'ipv4' ? 1 : 4
  const ip = hook.type === 'ipv4' ? context.ip4 : context.ip6
  for (let word = 0; word < words; word++)
    code.load(4, R.r1, R.r6, ip + 4 * word).store(4, R.fp, keyAt + flowKey.ip + 4 * word, R.r1)
}

// r8 = datagrams of the flow so far, 0 when they cannot be counted. Goes to `allow` when the flow was told lately.
function countFlow(code: Assembler, maps: NetworkMaps): void {
  const find = (): Assembler => code.map(R.r1, maps.flows).address(R.r2, R.fp, keyAt).call(Helper.mapLookup)
  find().jumpIf(R.r0, 'ne', 0, 'known')
  code.store(8, R.fp, valueAt + flowValue.told, R.r7).storeConstant(8, R.fp, valueAt + flowValue.total, 1)
  code.map(R.r1, maps.flows).address(R.r2, R.fp, keyAt).address(R.r3, R.fp, valueAt).constant(R.r4, onlyNew)
  code.call(Helper.mapUpdate).constant(R.r8, 1).jumpIf(R.r0, 'eq', 0, 'tell')
  // Another thread was faster; or the map has no room: then every datagram is told.
  code.constant(R.r8, 0)
  find().jumpIf(R.r0, 'eq', 0, 'tell').label('known')
  code.constant(R.r1, 1).atomicAdd(R.r0, flowValue.total, R.r1).load(8, R.r8, R.r0, flowValue.total)
  code.load(8, R.r1, R.r0, flowValue.told).move(R.r2, R.r7).op('subtract', R.r2, R.r1)
  code.constant64(R.r3, flowQuietNs).jumpIfRegister(R.r2, 'slt', R.r3, 'allow')
  code.store(8, R.r0, flowValue.told, R.r7)
}
