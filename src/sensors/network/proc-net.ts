// The sockets of our network namespace as /proc/net shows them (proc_pid_net(5)): tcp, tcp6, udp, udp6, unix, raw, packet.
// Slower than sock_diag and without cookies, but an independent view, and there on every kernel.

import { readFile } from 'node:fs/promises'

import { ipv4Text, ipv6Text } from '../../platform/linux/inet.ts'
import { type InetSocket, type TcpState, tcpStates, type Transport } from '../../platform/linux/sock-diag.ts'
import type { Address } from './flow.ts'

const maxLines = 2_000_000
/** __SO_ACCEPTCON in the flags of a unix socket. */
const listening = 0x1_0000
const stateColumn = 3

/** Both families; only sockets in `state`, when given. Rejects when a file cannot be read (IPv6 may be missing). */
export async function readProcNet(transport: Transport, state?: TcpState): Promise<InetSocket[]> {
  const four = parseProcNet(await readFile(`/proc/net/${transport}`, 'latin1'), transport, state)
  const six = parseProcNet(await readOptional(`/proc/net/${transport}6`), transport, state)
  return four.concat(six)
}

/** What is no socket is left out. */
export function parseProcNet(text: string, transport: Transport, state?: TcpState): InetSocket[] {
  const sockets: InetSocket[] = []
  for (const columns of rowsOf(text)) {
    const found = tcpStates[Number.parseInt(columns[stateColumn] ?? '', 16)]
    if (found === undefined || (state !== undefined && found !== state)) continue
    const local = parseAddress(columns[1])
    const remote = parseAddress(columns[2])
    if (local === undefined || remote === undefined) continue
    sockets.push({
      transport,
      type: local.ip.includes(':') ? 'ipv6' : 'ipv4',
      state: found,
      localIp: local.ip,
      localPort: local.port,
      remoteIp: remote.ip,
      remotePort: remote.port,
      uid: number(columns[7]),
      inode: number(columns[9]),
      cookie: 0n,
    })
  }
  return sockets
}

export interface UnixListener {
  /** `@name` for an abstract one. Bytes that are no text are U+FFFD. */
  readonly path: string
  readonly type: 'stream' | 'seqpacket'
  readonly inode: number
}

export function parseUnixListeners(text: string): UnixListener[] {
  const listeners: UnixListener[] = []
  for (const columns of rowsOf(text)) {
    if ((Number.parseInt(columns[3] ?? '', 16) & listening) === 0) continue
    // A name may contain blanks.
    const path = columns.slice(7).join(' ')
    const type = columns[4] === '0005' ? 'seqpacket' : 'stream'
    listeners.push({ path: Buffer.from(path, 'latin1').toString(), type, inode: number(columns[6]) })
  }
  return listeners
}

export interface RawSocket {
  readonly protocol: number
  readonly uid: number
  readonly inode: number
}

/** /proc/net/raw and raw6: the local port is the protocol. */
export function parseRawSockets(text: string): RawSocket[] {
  const sockets: RawSocket[] = []
  for (const columns of rowsOf(text)) {
    const local = parseAddress(columns[1])
    if (local !== undefined)
      sockets.push({ protocol: local.port, uid: number(columns[7]), inode: number(columns[9]) })
  }
  return sockets
}

export interface PacketSocket {
  /** EtherType; 3 is every packet. */
  readonly protocol: number
  /** 0 is every interface. */
  readonly interfaceIndex: number
  readonly uid: number
  readonly inode: number
}

export function parsePacketSockets(text: string): PacketSocket[] {
  return rowsOf(text).map((columns) => ({
    protocol: Number.parseInt(columns[3] ?? '', 16) || 0,
    interfaceIndex: number(columns[4]),
    uid: number(columns[7]),
    inode: number(columns[8]),
  }))
}

// Without the head line.
function rowsOf(text: string): string[][] {
  const rows: string[][] = []
  for (let at = text.indexOf('\n') + 1; at > 0 && at < text.length && rows.length < maxLines;) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? text.length : end).trim()
    if (line !== '') rows.push(line.split(/ +/, 64))
    at = end < 0 ? text.length : end + 1
  }
  return rows
}

// `0100007F:0016`: words of the address as numbers of this (little-endian) host, the port in hexadecimal.
function parseAddress(text = ''): Address | undefined {
  if (!/^(?:[\dA-F]{8}|[\dA-F]{32}):[\dA-F]{4}$/.test(text)) return undefined
  const colon = text.indexOf(':')
  const bytes = Buffer.from(text.slice(0, colon), 'hex').swap32()
  const ip = bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0)
  return { ip, port: Number.parseInt(text.slice(colon + 1), 16) }
}

function number(text = ''): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0
}

async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw thrown
  }
}
