// Runs at the tracepoint sock:inet_sock_set_state, which all ways into TCP pass (system calls, io_uring, the kernel's
// own sockets): connect(2) and listen(2) in the process that calls, the rest wherever the packet is handled.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import type { Btf } from '../../../platform/linux/bpf/btf.ts'
import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import { at, countersAt, endpointAt, RecordKind, tcpBytes } from './layout.ts'
import {
  count,
  counterIndex,
  type NetworkMaps,
  NetworkHelper,
  reserve,
  storeOwner,
  storeZeros,
  submit,
  taskOffsets,
} from './program-parts.ts'

const protocolTcp = 6
const state = { established: 1, synSent: 2, close: 7, listen: 10 } as const
const afInet6 = 10

/** The program of a typed raw tracepoint (tp_btf): every read is checked by the verifier, none can fault. */
export function tcpProgram(btf: Btf, maps: NetworkMaps): Buffer {
  const code = new Assembler()
  // Arguments: the socket, the state before, the state after.
  code.load(8, R.r6, R.r1, 0).load(8, R.r7, R.r1, 8).load(8, R.r8, R.r1, 16)
  code.jumpIfRegister(R.r7, 'eq', R.r8, 'out')
  code.load(2, R.r1, R.r6, btf.offsetOf('sock.sk_protocol')).jumpIf(R.r1, 'ne', protocolTcp, 'out')
  for (const wanted of Object.values(state)) code.jumpIf(R.r8, 'eq', wanted, 'tell')
  code.label('out').constant(R.r0, 0).exit()
  code.label('full')
  count(code, maps, counterIndex.dropped)
  code.constant(R.r0, 0).exit()
  code.label('tell')
  reserve(code, maps, tcpBytes, 'full')
  storeZeros(code, R.r9, { from: 0, to: tcpBytes })
  code.storeConstant(1, R.r9, at.kind, RecordKind.tcpState)
  code.store(1, R.r9, at.from, R.r7).store(1, R.r9, at.to, R.r8).store(8, R.r9, at.socket, R.r6)
  code.call(Helper.ktimeGetBootNs).store(8, R.r9, at.time, R.r0)
  storeOwner(code, R.r9, { ...at, task: taskOffsets(btf) })
  storeSocket(code, btf)
  storeCounters(code, btf)
  submit(code, maps)
  code.constant(R.r0, 0).exit()
  return code.build()
}

function storeSocket(code: Assembler, btf: Btf): void {
  const common = (member: string): number => btf.offsetOf(`sock.__sk_common.${member}`)
  code.load(8, R.r1, R.r6, common('skc_net')).load(4, R.r1, R.r1, btf.offsetOf('net.ns.inum'))
  code.store(4, R.r9, at.netns, R.r1)
  code.load(4, R.r1, R.r6, btf.offsetOf('sock.sk_err')).store(4, R.r9, at.detail, R.r1)
  code.load(8, R.r1, R.r6, common('skc_cookie')).store(8, R.r9, at.cookie, R.r1)
  code.load(2, R.r1, R.r6, common('skc_num')).store(2, R.r9, endpointAt.localPort, R.r1)
  code.load(2, R.r1, R.r6, common('skc_dport')).store(2, R.r9, endpointAt.remotePort, R.r1)
  code.load(4, R.r1, R.r6, common('skc_daddr')).store(4, R.r9, endpointAt.remoteIp, R.r1)
  code.load(4, R.r1, R.r6, common('skc_rcv_saddr')).store(4, R.r9, endpointAt.localIp, R.r1)
  code.load(2, R.r2, R.r6, common('skc_family')).store(2, R.r9, endpointAt.family, R.r2)
  // A kernel without IPv6 has no such members.
  if (btf.findOffset('sock.__sk_common.skc_v6_daddr') === undefined) return
  code.jumpIf(R.r2, 'ne', afInet6, 'counters')
  for (const half of [0, 8]) {
    code.load(8, R.r1, R.r6, common('skc_v6_daddr') + half).store(8, R.r9, endpointAt.remoteIp + half, R.r1)
    code
      .load(8, R.r1, R.r6, common('skc_v6_rcv_saddr') + half)
      .store(8, R.r9, endpointAt.localIp + half, R.r1)
  }
  code.label('counters')
}

function storeCounters(code: Assembler, btf: Btf): void {
  const tcp = (member: string): number => btf.offsetOf(`tcp_sock.${member}`)
  code.move(R.r1, R.r6).call(NetworkHelper.skcToTcpSock).jumpIf(R.r0, 'eq', 0, 'submit')
  code.load(2, R.r1, R.r0, tcp('inet_conn.icsk_inet.inet_sport')).store(2, R.r9, endpointAt.sourcePort, R.r1)
  code.load(8, R.r1, R.r0, tcp('bytes_sent')).store(8, R.r9, countersAt.sent, R.r1)
  code.load(8, R.r1, R.r0, tcp('bytes_retrans')).store(8, R.r9, countersAt.sentAgain, R.r1)
  code.load(8, R.r1, R.r0, tcp('bytes_received')).store(8, R.r9, countersAt.received, R.r1)
  code.label('submit')
}
