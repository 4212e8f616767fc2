// Ends connections of the host from outside the programs that have them (SOCK_DESTROY of sock_diag(7), as `ss -K` does): the
// program gets ECONNABORTED. The kernel needs CONFIG_INET_DIAG_DESTROY.

import { AppError } from '../../base/app-error.ts'
import { addressBytes } from './inet.ts'
import { errnoName } from './libc.ts'
import { Flag, MessageType, openNetlink, Protocol, readMessages } from './netlink.ts'
import { dumpInetSockets, type InetSocket } from './sock-diag.ts'

const sockDestroy = 21
const protocolNumbers = { tcp: 6, udp: 17 } as const
const families = { ipv4: 2, ipv6: 10 } as const
const requestBytes = 56
const allStates = 0xffff_ffff
// struct inet_diag_req_v2 (linux/inet_diag.h)
const field = {
  states: 4,
  sourcePort: 8,
  destinationPort: 10,
  source: 12,
  destination: 28,
  cookie: 48,
} as const
const notThere = 2
const notSupported = 95

export interface Destroyed {
  /** Connections that were ended. */
  readonly ended: readonly InetSocket[]
  /** Why some go on; empty when none does. */
  readonly problem: string
}

/** Ends what is connected with an address that `matches`. Sees the network namespace of the caller. Throws AppError. */
export async function destroyConnections(matches: (remoteIp: string) => boolean): Promise<Destroyed> {
  const sockets = [...(await dumpInetSockets('tcp')), ...(await dumpInetSockets('udp'))]
  const ended: InetSocket[] = []
  let problem = ''
  for (const one of sockets) {
    if (one.remotePort === 0 || one.state === 'TIME_WAIT' || !matches(one.remoteIp)) continue
    const code = destroy(one)
    if (code === 0) ended.push(one)
    else if (code === notSupported) problem = 'this kernel cannot end connections (CONFIG_INET_DIAG_DESTROY)'
    else if (code !== notThere) problem = `a connection could not be ended: ${errnoName(code)}`
  }
  return { ended, problem }
}

/** 0, or the errno. */
function destroy(one: InetSocket): number {
  using link = openNetlink({
    protocol: Protocol.sockDiag,
    receiveBytes: 1 << 16,
    maxDatagramBytes: 4096,
    datagramsPerCall: 1,
  })
  const sequence = link.send(sockDestroy, Flag.request | Flag.ack, requestOf(one))
  let code = -1
  // The kernel answers before sendto(2) returns.
  link.receive((start, end) => {
    readMessages(link.buffer, start, end, (message) => {
      if (message.sequence !== sequence || message.type !== MessageType.error) return
      if (message.end - message.start >= 4) code = -link.buffer.readInt32LE(message.start)
    })
  }, 4)
  if (code < 0) throw new AppError('kernel', 'sock_diag did not answer')
  return code
}

function requestOf(one: InetSocket): Uint8Array {
  const request = Buffer.alloc(requestBytes)
  // A mapped address is told as IPv4: the kernel finds such a socket by its IPv4 addresses.
  request[0] = families[one.type]
  request[1] = protocolNumbers[one.transport]
  request.writeUInt32LE(allStates, field.states)
  request.writeUInt16BE(one.localPort, field.sourcePort)
  request.writeUInt16BE(one.remotePort, field.destinationPort)
  request.set(addressBytes(one.localIp) ?? [], field.source)
  request.set(addressBytes(one.remoteIp) ?? [], field.destination)
  request.writeBigUInt64LE(one.cookie, field.cookie)
  return request
}
