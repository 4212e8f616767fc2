// The sockets that the kernel has, as sock_diag(7) tells: faster than /proc/net, with the cookie that names a socket for
// its whole life. It shows the network namespace of the caller only.

import { setImmediate } from 'node:timers/promises'

import { AppError } from '../../base/app-error.ts'
import { ipv4Text, ipv6Text } from './inet.ts'
import { errnoName } from './libc.ts'
import { Flag, MessageType, type NetlinkMessage, openNetlink, Protocol, readMessages } from './netlink.ts'

export type Transport = 'tcp' | 'udp'

/** States of a TCP socket (net/tcp_states.h) by number; a UDP socket is ESTABLISHED (connected) or CLOSE. */
export const tcpStates = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
  'BOUND_INACTIVE',
] as const

export type TcpState = (typeof tcpStates)[number]

export interface InetSocket {
  readonly transport: Transport
  readonly type: 'ipv4' | 'ipv6'
  readonly state: TcpState
  readonly localIp: string
  /** 0 when not bound. */
  readonly localPort: number
  readonly remoteIp: string
  /** 0 when not connected. */
  readonly remotePort: number
  readonly uid: number
  /** 0 when no descriptor has it (TIME_WAIT, not yet accepted). */
  readonly inode: number
  /** Names the socket until the next boot; 0 where the source has none. */
  readonly cookie: bigint
}

const sockDiagByFamily = 20
const protocolNumbers = { tcp: 6, udp: 17 } as const
const families = { ipv4: 2, ipv6: 10 } as const
const requestBytes = 56
const answerBytes = 72
const field = { state: 1, sport: 4, dport: 6, src: 8, dst: 24, cookie: 44, uid: 64, inode: 68 } as const
const allStates = 0xffff_ffff
/** A kernel that tells more has gone mad, or the host has: the dump ends with a fault. */
const maxSockets = 2_000_000
const datagramsInOneGo = 8

/** All sockets of both families, in slices of a few milliseconds. Throws AppError. */
export async function dumpInetSockets(transport: Transport): Promise<InetSocket[]> {
  const four = await dumpFamily(transport, 'ipv4')
  const six = await dumpFamily(transport, 'ipv6')
  return four.concat(six)
}

async function dumpFamily(transport: Transport, type: InetSocket['type']): Promise<InetSocket[]> {
  using socket = openNetlink({
    protocol: Protocol.sockDiag,
    receiveBytes: 1 << 20,
    maxDatagramBytes: 32_768,
    datagramsPerCall: 1,
  })
  const request = Buffer.alloc(requestBytes)
  request[0] = families[type]
  request[1] = protocolNumbers[transport]
  request.writeUInt32LE(allStates, 4)
  const sequence = socket.send(sockDiagByFamily, Flag.request | Flag.dump, request)
  const dump = new Dump(socket.buffer, transport, sequence)
  while (!dump.done) {
    const more = socket.receive((start, end) => dump.take(start, end), datagramsInOneGo)
    if (socket.truncated > 0 || socket.overruns > 0)
      throw new AppError('kernel', `a dump of ${transport} sockets was cut`)
    if (dump.done) break
    if (!more) throw new AppError('kernel', `a dump of ${transport} sockets has no end`)
    await setImmediate()
  }
  return dump.sockets
}

class Dump {
  readonly sockets: InetSocket[] = []
  done = false
  readonly #buffer: Buffer
  readonly #transport: Transport
  readonly #sequence: number

  constructor(buffer: Buffer, transport: Transport, sequence: number) {
    this.#buffer = buffer
    this.#transport = transport
    this.#sequence = sequence
  }

  take(start: number, end: number): void {
    readMessages(this.#buffer, start, end, (message) => this.#message(message))
  }

  #message({ type, sequence, start, end }: NetlinkMessage): void {
    if (sequence !== this.#sequence || this.done) return
    if (type === MessageType.done) this.done = true
    else if (type === MessageType.error) throw refusal(this.#buffer, start, end)
    else if (type === sockDiagByFamily && end - start >= answerBytes) this.#socket(start)
    if (this.sockets.length > maxSockets)
      throw new AppError('kernel', 'the kernel tells of sockets without end')
  }

  #socket(at: number): void {
    const buffer = this.#buffer
    const six = buffer[at] === families.ipv6
    const text = six ? ipv6Text : ipv4Text
    const localIp = text(buffer, at + field.src)
    const remoteIp = text(buffer, at + field.dst)
    this.sockets.push({
      transport: this.#transport,
      type: localIp.includes(':') ? 'ipv6' : 'ipv4',
      state: tcpStates[buffer[at + field.state] ?? 0] ?? '',
      localIp,
      localPort: buffer.readUInt16BE(at + field.sport),
      remoteIp,
      remotePort: buffer.readUInt16BE(at + field.dport),
      uid: buffer.readUInt32LE(at + field.uid),
      inode: buffer.readUInt32LE(at + field.inode),
      cookie: buffer.readBigUInt64LE(at + field.cookie),
    })
  }
}

function refusal(buffer: Buffer, start: number, end: number): AppError {
  const code = end - start >= 4 ? -buffer.readInt32LE(start) : 0
  return new AppError('unsupported', `sock_diag is refused with ${errnoName(code)}`)
}
