// Connections that the kernel tracks (ctnetlink): also those that are forwarded, and those that have ended a moment ago.

import { ipv4Text, ipv6Text } from './inet.ts'
import { Attributes, type DumpEnd, dumpNetlink } from './netlink-dump.ts'
import { netfilterPayload, netfilterProtocol } from './netfilter.ts'

const subsystem = 1
const getConnections = 1
const newConnection = 0
const headerBytes = 4

const tcpStates = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const

const status = { seenReply: 0x2, assured: 0x4, sourceNat: 0x10, destinationNat: 0x20 } as const

interface Tuple {
  readonly protocol: number | null
  readonly source: string | null
  readonly sourcePort: number | null
  readonly destination: string | null
  readonly destinationPort: number | null
}

export interface TrackedConnection {
  readonly type: 'ipv4' | 'ipv6'
  /** IANA number: 6 TCP, 17 UDP. */
  readonly protocol: number | null
  readonly original: Tuple
  readonly reply: Tuple
  /** Of TCP. */
  readonly state: string | null
  readonly seenReply: boolean
  readonly assured: boolean
  readonly sourceNat: boolean
  readonly destinationNat: boolean
  readonly mark: number
  readonly zone: number
  /** Seconds until it is forgotten. */
  readonly timeoutS: number | null
  readonly originalBytes: number | null
  readonly replyBytes: number | null
}

export interface Connections extends DumpEnd {
  readonly connections: readonly TrackedConnection[]
}

/** Throws AppError: `unsupported` where the kernel has no ctnetlink. */
export function readConnections(max: number): Connections {
  const connections: TrackedConnection[] = []
  const request = {
    protocol: netfilterProtocol,
    type: (subsystem << 8) | getConnections,
    payload: netfilterPayload(0),
    maxMessages: max,
  }
  const end = dumpNetlink(request, (buffer, { type, start, end: last }) => {
    if (type !== ((subsystem << 8) | newConnection) || last - start < headerBytes) return
    connections.push(
      connectionOf(buffer[start] === 10 ? 'ipv6' : 'ipv4', new Attributes(buffer, start + 4, last)),
    )
  })
  return { ...end, connections }
}

function connectionOf(type: TrackedConnection['type'], attributes: Attributes): TrackedConnection {
  const bits = attributes.u32be(3) ?? 0
  const original = tupleOf(attributes.nested(1))
  const state = attributes.nested(4).nested(1).u8(1)
  return {
    type,
    protocol: original.protocol,
    original,
    reply: tupleOf(attributes.nested(2)),
    state: state === undefined ? null : (tcpStates[state] ?? String(state)),
    seenReply: (bits & status.seenReply) !== 0,
    assured: (bits & status.assured) !== 0,
    sourceNat: (bits & status.sourceNat) !== 0,
    destinationNat: (bits & status.destinationNat) !== 0,
    mark: attributes.u32be(8) ?? 0,
    zone: attributes.u16be(18) ?? 0,
    timeoutS: attributes.u32be(7) ?? null,
    originalBytes: attributes.nested(9).u64be(2) ?? null,
    replyBytes: attributes.nested(10).u64be(2) ?? null,
  }
}

function tupleOf(tuple: Attributes): Tuple {
  const ip = tuple.nested(1)
  const protocol = tuple.nested(2)
  return {
    protocol: protocol.u8(1) ?? null,
    source: addressOf(ip.bytes(1) ?? ip.bytes(3)),
    sourcePort: protocol.u16be(2) ?? null,
    destination: addressOf(ip.bytes(2) ?? ip.bytes(4)),
    destinationPort: protocol.u16be(3) ?? null,
  }
}

function addressOf(bytes: Buffer | undefined): string | null {
  if (bytes?.length === 4) return ipv4Text(bytes, 0)
  return bytes?.length === 16 ? ipv6Text(bytes, 0) : null
}
