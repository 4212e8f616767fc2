// Records of the network programs as plain facts. They come from our own programs, but addresses and names in them come
// from anybody.

import { ipv4Text, ipv6Text } from '../../../platform/linux/inet.ts'
import type { Address } from '../flow.ts'
import { at, endpointAt, headBytes } from './layout.ts'

const afInet6 = 10
const commBytes = 16
/** A clock tick of /proc/PID/stat: USER_HZ is 100 on every architecture that is supported. */
const nsPerTick = 10_000_000n

/** Who ran when the record was made. */
export interface Owner {
  readonly pid: number
  readonly uid: number
  /** Start in clock ticks since boot, as /proc/PID/stat has it. */
  readonly startTicks: number
  readonly name: string
}

/** Undefined when the program did not know. */
export function readOwner(data: Buffer, record: number): Owner | undefined {
  const pid = data.readUInt32LE(record + at.pidTgid + 4)
  if (pid === 0) return undefined
  const comm = record + at.comm
  const zero = data.indexOf(0, comm)
  return {
    pid,
    uid: data.readUInt32LE(record + at.uid),
    startTicks: Number(data.readBigUInt64LE(record + at.start) / nsPerTick),
    name: data.toString('utf8', comm, zero < comm ? comm + commBytes : Math.min(zero, comm + commBytes)),
  }
}

/** Nanoseconds since boot (CLOCK_BOOTTIME). */
export function readTime(data: Buffer, record: number): bigint {
  return data.readBigUInt64LE(record + at.time)
}

/**
 * The address of a socket in the kernel as a number: names it while it lives. Kernel addresses have at most 57 bits, of
 * which the upper are all ones: 53 tell them apart.
 */
export function readSocket(data: Buffer, record: number): number {
  const high = data.readUInt32LE(record + at.socket + 4) & 0x1f_ffff
  return high * 0x1_0000_0000 + data.readUInt32LE(record + at.socket)
}

/** The address at this end of a `tcpState` or `datagram` record. */
export function readLocal(data: Buffer, record: number): Address {
  // The key of the port is given back before the end is told; what packets carried stays.
  const key = data.readUInt16LE(record + endpointAt.localPort)
  const port = key === 0 ? data.readUInt16BE(record + endpointAt.sourcePort) : key
  return { ip: readIp(data, record, endpointAt.localIp), port }
}

/** The address at the other end. */
export function readRemote(data: Buffer, record: number): Address {
  const port = data.readUInt16BE(record + endpointAt.remotePort)
  return { ip: readIp(data, record, endpointAt.remoteIp), port }
}

function readIp(data: Buffer, record: number, place: number): string {
  const six = data[record + endpointAt.family] === afInet6
  return six ? ipv6Text(data, record + place) : ipv4Text(data, record + place)
}

/** A counter of bytes of a `tcpState` record. */
export function readCounter(data: Buffer, record: number, place: number): number {
  return data.readUInt32LE(record + place) + data.readUInt32LE(record + place + 4) * 0x1_0000_0000
}

export interface UdpPacket {
  readonly source: Address
  readonly destination: Address
  readonly payload: Uint8Array
}

/** The UDP packet of a `dns` record of `length` bytes; undefined when its headers are not whole. */
export function readUdpPacket(data: Buffer, record: number, length: number): UdpPacket | undefined {
  const start = record + headBytes
  const end = start + Math.min(data.readUInt32LE(record + at.detail), Math.max(0, length - headBytes))
  const first = start < end ? (data[start] ?? 0) : 0
  const six = first >> 4 === 6
  const udp = start + (six ? 40 : (first & 15) * 4)
  if (udp + 8 > end) return undefined
  const text = six ? ipv6Text : ipv4Text
  const [source, destination] = six ? [8, 24] : [12, 16]
  const said = udp + Math.max(8, data.readUInt16BE(udp + 4))
  return {
    source: { ip: text(data, start + source), port: data.readUInt16BE(udp) },
    destination: { ip: text(data, start + destination), port: data.readUInt16BE(udp + 2) },
    payload: data.subarray(udp + 8, Math.min(said, end)),
  }
}
