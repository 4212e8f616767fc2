// Sockets with the process that owns them, by GetExtendedTcpTable and GetExtendedUdpTable.

import { ipv4Text, ipv6Text } from '../linux/inet.ts'
import { native, windowsFault } from './native.ts'
import { decode, type Layout, sizeOf, tcp6Row, tcpRow, udp6Row, udpRow } from './structs.ts'

const tcpTable = native<number>(
  'iphlpapi.dll',
  'uint32 __stdcall GetExtendedTcpTable(void *table, _Inout_ uint32 *length, bool sorted, uint32 family, int32 kind, uint32 reserved)',
)
const udpTable = native<number>(
  'iphlpapi.dll',
  'uint32 __stdcall GetExtendedUdpTable(void *table, _Inout_ uint32 *length, bool sorted, uint32 family, int32 kind, uint32 reserved)',
)

const families = { ipv4: 2, ipv6: 23 } as const
const tcpOwnerPidAll = 5
const udpOwnerPid = 1
const insufficientBuffer = 122
const firstBytes = 64 * 1024
const maxBytes = 256 * 1024 * 1024

const tcpStates = [
  '',
  'closed',
  'listen',
  'syn-sent',
  'syn-received',
  'established',
  'fin-wait-1',
  'fin-wait-2',
  'close-wait',
  'closing',
  'last-ack',
  'time-wait',
  'delete-tcb',
] as const

export interface SocketRow {
  readonly transport: 'tcp' | 'udp'
  readonly type: 'ipv4' | 'ipv6'
  readonly localAddress: string
  readonly localPort: number
  /** Of TCP. */
  readonly remoteAddress?: string
  readonly remotePort?: number
  readonly state?: string
  /** 0: the system, or nobody any more. */
  readonly pid: number
}

type Bytes = readonly number[]
type Row = Readonly<Record<string, number | Bytes>>

/** Throws AppError `kernel`. */
export function listSockets(): SocketRow[] {
  return [
    ...rowsOf(tcpTable, [families.ipv4, tcpOwnerPidAll], tcpRow).map((row) => tcpSocket(row, 'ipv4')),
    ...rowsOf(tcpTable, [families.ipv6, tcpOwnerPidAll], tcp6Row).map((row) => tcpSocket(row, 'ipv6')),
    ...rowsOf(udpTable, [families.ipv4, udpOwnerPid], udpRow).map((row) => udpSocket(row, 'ipv4')),
    ...rowsOf(udpTable, [families.ipv6, udpOwnerPid], udp6Row).map((row) => udpSocket(row, 'ipv6')),
  ]
}

function rowsOf(
  table: typeof tcpTable,
  [family, kind]: readonly [family: number, kind: number],
  layout: Layout,
): Row[] {
  const bytes = tableBytes(table, family, kind)
  const rowBytes = sizeOf(layout)
  const count = Math.min(bytes.readUInt32LE(0), Math.floor((bytes.length - 4) / rowBytes))
  return Array.from({ length: count }, (_, index) => decode<Row>(layout, bytes, 4 + index * rowBytes))
}

/** It grows between two calls, so the room is made larger than was said. */
function tableBytes(table: typeof tcpTable, family: number, kind: number): Buffer {
  for (let room = firstBytes; ;) {
    const bytes = Buffer.alloc(room)
    const length = [room]
    const result = table(bytes, length, false, family, kind, 0)
    if (result === 0) return bytes
    room = 2 * Math.max(room, length[0] ?? 0)
    if (result !== insufficientBuffer || room > maxBytes) {
      throw windowsFault('GetExtendedTcpTable or GetExtendedUdpTable', result, `address family ${family}`)
    }
  }
}

function tcpSocket(row: Row, type: 'ipv4' | 'ipv6'): SocketRow {
  return {
    ...udpSocket(row, type),
    transport: 'tcp',
    remoteAddress: addressOf(row['dwRemoteAddr'] ?? row['ucRemoteAddr'], type),
    remotePort: portOf(row['dwRemotePort']),
    state: tcpStates[Number(row['dwState'])] ?? String(row['dwState']),
  }
}

function udpSocket(row: Row, type: 'ipv4' | 'ipv6'): SocketRow {
  return {
    transport: 'udp',
    type,
    localAddress: addressOf(row['dwLocalAddr'] ?? row['ucLocalAddr'], type),
    localPort: portOf(row['dwLocalPort']),
    pid: Number(row['dwOwningPid']),
  }
}

function addressOf(bytes: number | Bytes | undefined, type: 'ipv4' | 'ipv6'): string {
  const address = Uint8Array.from(typeof bytes === 'object' ? bytes : [])
  return type === 'ipv4' ? ipv4Text(address, 0) : ipv6Text(address, 0)
}

/** In network order in the low half. */
function portOf(value: number | Bytes | undefined): number {
  const port = Number(value) & 0xffff
  return ((port & 0xff) << 8) | (port >> 8)
}
