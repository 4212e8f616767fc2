// The Internet sockets as the kernel's own tables have them, by a BPF iterator: neither the functions behind /proc/net nor those
// behind sock_diag are asked, which is where rootkits hide ports. Of the network namespace in which it is opened.

import { ipv4Text, ipv6Text } from '../inet.ts'
import { tcpStates, type TcpState, type Transport } from '../sock-diag.ts'
import { Assembler } from './assembler.ts'
import { type Btf, readBtf } from './btf.ts'
import { AttachType, Helper, ProgramType, R } from './instructions.ts'
import { BpfIterator } from './iterator.ts'
import { Program } from './programs.ts'

export interface KernelSocket {
  readonly transport: Transport
  readonly state: TcpState
  readonly localIp: string
  readonly localPort: number
  readonly remoteIp: string
  readonly remotePort: number
  readonly uid: number
}

const rowBytes = 48
/** Places in a row; the row lies at the end of the stack. */
const row = { family: 0, state: 2, localPort: 4, remotePort: 6, uid: 8, local: 16, remote: 32 } as const
const base = -rowBytes
const maxBytes = 64 << 20
const familyIpv6 = 10

/** Throws AppError: `unsupported` (the kernel has no such iterator: before 5.9, or without BTF), `permission`. */
export function readKernelSockets(transport: Transport): KernelSocket[] {
  const btf = readBtf()
  using program = Program.load({
    type: ProgramType.tracing,
    attachType: AttachType.traceIter,
    btfId: btf.functionId(`bpf_iter_${transport}`) ?? 0,
    name: `haechi_${transport}`,
    code: code(btf),
  })
  using iterator = new BpfIterator(program)
  const bytes = iterator.readAll(maxBytes)
  const sockets: KernelSocket[] = []
  for (let at = 0; at + rowBytes <= bytes.length; at += rowBytes) {
    const text = bytes.readUInt16LE(at + row.family) === familyIpv6 ? ipv6Text : ipv4Text
    sockets.push({
      transport,
      state: tcpStates[bytes[at + row.state] ?? 0] ?? '',
      localIp: text(bytes, at + row.local),
      localPort: bytes.readUInt16LE(at + row.localPort),
      remoteIp: text(bytes, at + row.remote),
      remotePort: bytes.readUInt16BE(at + row.remotePort),
      uid: bytes.readUInt32LE(at + row.uid),
    })
  }
  return sockets
}

/** For each socket with its arguments at r1: the reader's file at 0, the socket at 8 (null at the end), the user at 16. */
function code(btf: Btf): Buffer {
  const a = new Assembler()
  a.move(R.r6, R.r1).load(8, R.r7, R.r6, 8).jumpIf(R.r7, 'eq', 0, 'done')
  for (let at = base; at < 0; at += 8) a.storeConstant(8, R.fp, at, 0)
  copy(a, { at: row.family, bytes: 2, from: btf.offsetOf('sock_common.skc_family') })
  copy(a, { at: row.state, bytes: 1, from: btf.offsetOf('sock_common.skc_state') })
  copy(a, { at: row.localPort, bytes: 2, from: btf.offsetOf('sock_common.skc_num') })
  copy(a, { at: row.remotePort, bytes: 2, from: btf.offsetOf('sock_common.skc_dport') })
  a.load(4, R.r1, R.r6, 16).store(4, R.fp, base + row.uid, R.r1)
  a.load(2, R.r1, R.fp, base + row.family).jumpIf(R.r1, 'eq', familyIpv6, 'six')
  copy(a, { at: row.local, bytes: 4, from: btf.offsetOf('sock_common.skc_rcv_saddr') })
  copy(a, { at: row.remote, bytes: 4, from: btf.offsetOf('sock_common.skc_daddr') })
  a.jump('write').label('six')
  copy(a, { at: row.local, bytes: 16, from: btf.offsetOf('sock_common.skc_v6_rcv_saddr') })
  copy(a, { at: row.remote, bytes: 16, from: btf.offsetOf('sock_common.skc_v6_daddr') })
  a.label('write').load(8, R.r1, R.r6, 0).load(8, R.r1, R.r1, 0)
  a.address(R.r2, R.fp, base).constant(R.r3, rowBytes).call(Helper.seqWrite)
  return a.label('done').constant(R.r0, 0).exit().build()
}

interface Copy {
  readonly at: number
  readonly bytes: number
  /** Bytes from the start of the socket. */
  readonly from: number
}

function copy(a: Assembler, { at, bytes, from }: Copy): void {
  a.address(R.r1, R.fp, base + at).constant(R.r2, bytes)
  a.address(R.r3, R.r7, from).call(Helper.probeReadKernel)
}
