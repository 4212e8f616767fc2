// The sockets that are no Internet sockets, as sock_diag(7) tells: unix, packet (with the filter that a program has hung in) and
// netlink. Of the network namespace of the caller.

import { Attributes, type DumpEnd, dumpNetlink } from './netlink-dump.ts'
import { Protocol } from './netlink.ts'

const sockDiagByFamily = 20
const families = { unix: 1, netlink: 16, packet: 17 } as const
const types: Readonly<Record<number, string>> = { 1: 'stream', 2: 'dgram', 3: 'raw', 5: 'seqpacket' }
const unixStates: Readonly<Record<number, string>> = {
  1: 'ESTABLISHED',
  2: 'SYN_SENT',
  7: 'CLOSE',
  10: 'LISTEN',
}

export interface LocalSocket {
  readonly inode: number
  /** Of the peer (unix), of the interface (packet) …; what is not told is null. */
  readonly [column: string]: string | number | boolean | null
}

export interface LocalSockets extends DumpEnd {
  readonly sockets: readonly LocalSocket[]
}

interface Shape {
  readonly request: Buffer
  readonly answerBytes: number
  readonly socket: (buffer: Buffer, start: number, attributes: Attributes) => LocalSocket
}

const everything = 0xffff_ffff

/** Throws AppError: `unsupported` where the kernel has no such list. */
export function dumpLocalSockets(family: keyof typeof families, max: number): LocalSockets {
  const shape = shapeOf(family)
  const sockets: LocalSocket[] = []
  const request = {
    protocol: Protocol.sockDiag,
    type: sockDiagByFamily,
    payload: shape.request,
    maxMessages: max,
  }
  const end = dumpNetlink(request, (buffer, { type, start, end: last }) => {
    if (type !== sockDiagByFamily || last - start < shape.answerBytes) return
    sockets.push(shape.socket(buffer, start, new Attributes(buffer, start + shape.answerBytes, last)))
  })
  return { ...end, sockets }
}

function shapeOf(family: keyof typeof families): Shape {
  if (family === 'unix') {
    const request = Buffer.alloc(24)
    request[0] = families.unix
    request.writeUInt32LE(everything, 4)
    // Name, file, peer, queue, uid.
    request.writeUInt32LE(0x1 | 0x2 | 0x4 | 0x10 | 0x40, 12)
    return { request, answerBytes: 16, socket: unixSocket }
  }
  const request = Buffer.alloc(20)
  request[0] = families[family]
  if (family === 'netlink') {
    request[1] = 255
    // Groups.
    request.writeUInt32LE(0x2, 8)
    return { request, answerBytes: 28, socket: netlinkSocket }
  }
  // Information, fanout, filter.
  request.writeUInt32LE(0x1 | 0x8 | 0x20, 8)
  return { request, answerBytes: 16, socket: packetSocket }
}

function unixSocket(buffer: Buffer, start: number, attributes: Attributes): LocalSocket {
  const name = attributes.bytes(0)
  const state = buffer.readUInt8(start + 2)
  return {
    inode: buffer.readUInt32LE(start + 4),
    type: types[buffer.readUInt8(start + 1)] ?? null,
    state: unixStates[state] ?? String(state),
    path: name === undefined ? null : unixName(name),
    file_inode: attributes.bytes(1)?.length === 8 ? (attributes.u32(1) ?? null) : null,
    peer: attributes.u32(2) ?? null,
    uid: attributes.u32(7) ?? null,
  }
}

/** Abstract names begin with NUL: written with `@`, as /proc/net/unix does. */
function unixName(name: Buffer): string {
  if (name[0] === 0) return `@${name.toString('utf8', 1).replaceAll('\0', '@')}`
  const end = name.indexOf(0)
  return name.toString('utf8', 0, end < 0 ? name.length : end)
}

/** A classic BPF instruction. */
const instructionBytes = 8
const maxFilterBytes = 4096 * instructionBytes

function packetSocket(buffer: Buffer, start: number, attributes: Attributes): LocalSocket {
  const filter = attributes.bytes(7)
  const type = buffer.readUInt8(start + 1)
  return {
    inode: buffer.readUInt32LE(start + 4),
    type: types[type] ?? String(type),
    // 3 is every protocol.
    protocol: buffer.readUInt16LE(start + 2),
    interface: attributes.u32(0) ?? null,
    uid: attributes.u32(5) ?? null,
    filter_instructions: filter === undefined ? 0 : Math.floor(filter.length / instructionBytes),
    filter: filter === undefined ? null : filter.toString('hex', 0, maxFilterBytes),
  }
}

function netlinkSocket(buffer: Buffer, start: number, attributes: Attributes): LocalSocket {
  return {
    inode: buffer.readUInt32LE(start + 16),
    protocol: buffer.readUInt8(start + 2),
    port: buffer.readUInt32LE(start + 4),
    groups: attributes.bytes(1)?.toString('hex') ?? null,
  }
}
