// A netlink socket (netlink(7)) that never blocks: many datagrams are taken with one recvmmsg(2) into one buffer that is
// used again and again. Only what the kernel itself sent (port 0) is handed on: any process may write to such a socket.

import koffi from 'koffi'

import { type ErrorCode, AppError } from '../../base/app-error.ts'
import { closeFd } from './fanotify.ts'
import { E, errno, errnoName, libc } from './libc.ts'

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, void *address, unsigned int length)')
const getsockname = libc.func('int getsockname(int fd, void *address, void *length)')
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int option, void *value, unsigned int length)',
)
const getsockopt = libc.func('int getsockopt(int fd, int level, int option, void *value, void *length)')
const sendto = libc.func(
  'long sendto(int fd, void *data, size_t length, int flags, void *address, unsigned int addressLength)',
)
const recvmmsg = libc.func(
  'int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)',
)

const afNetlink = 16
// SOCK_RAW | SOCK_CLOEXEC
const socketType = 3 | 0o2000000
const solSocket = 1
const option = { receiveBytes: 8, receiveBytesForce: 33 } as const
const dontWait = 0x40
/** MSG_TRUNC: the datagram was longer than its place. */
const truncatedFlag = 0x20
const again = 11
const noBufferSpace = 105
const accessDenied = 13
const addressBytes = 12

// struct mmsghdr (a struct msghdr and the length received) and struct iovec of 64-bit Linux.
const headerBytes = 64
const vectorBytes = 16
const header = { name: 0, nameLength: 8, vector: 16, vectorCount: 24, flags: 48, received: 56 } as const

/** Netlink families (linux/netlink.h). */
export const Protocol = { sockDiag: 4, audit: 9, connector: 11 } as const

/** Bytes of `struct nlmsghdr`: length u32, type u16, flags u16, sequence u32, port u32. */
export const messageHeaderBytes = 16

/** `nlmsg_flags`. */
export const Flag = { request: 0x1, ack: 0x4, dump: 0x300 } as const

/** `nlmsg_type`s of every family. */
export const MessageType = { error: 2, done: 3 } as const

export interface NetlinkOptions {
  /** One of `Protocol`. */
  readonly protocol: number
  /** Multicast groups 1 to 32 as bits; none when absent. */
  readonly groups?: number
  /** Wanted receive buffer of the kernel (SO_RCVBUFFORCE; without CAP_NET_ADMIN as much as the host allows). */
  readonly receiveBytes: number
  /** Place for each datagram: a longer one is cut, counted in `truncated`, and not handed on. */
  readonly maxDatagramBytes: number
  /** Datagrams taken with one system call. */
  readonly datagramsPerCall: number
}

/** Takes the datagram at `buffer[start, end)` of the socket. It is overwritten after the call. Must not throw. */
export type TakeDatagram = (start: number, end: number) => void

/** Throws AppError `permission`, `unsupported` (no such family or group) or `kernel`. */
export function openNetlink(options: NetlinkOptions): NetlinkSocket {
  const fd: number = socket(afNetlink, socketType, options.protocol)
  if (fd < 0) throw refusal('socket', `netlink family ${options.protocol}`)
  const address = Buffer.alloc(addressBytes)
  address.writeUInt16LE(afNetlink, 0)
  address.writeUInt32LE(options.groups ?? 0, 8)
  const bound: number = bind(fd, address, addressBytes)
  if (bound < 0) {
    const fault = refusal('bind', `netlink family ${options.protocol}, groups ${options.groups ?? 0}`)
    closeFd(fd)
    throw fault
  }
  setReceiveBytes(fd, options.receiveBytes)
  return new NetlinkSocket(fd, options)
}

export class NetlinkSocket implements Disposable {
  readonly fd: number
  /** Our address, as the kernel gave it. */
  readonly port: number
  /** Where `TakeDatagram` finds the datagrams. */
  readonly buffer: Buffer
  /** How often the kernel said ENOBUFS: each time it dropped at least one datagram. */
  overruns = 0
  /** Datagrams longer than their place. */
  truncated = 0
  /** Datagrams that were not sent by the kernel. */
  foreign = 0
  readonly #slotBytes: number
  readonly #slots: number
  readonly #headers: Buffer
  readonly #vectors: Buffer
  readonly #names: Buffer
  #sequence = 0
  #open = true

  /** Made by `openNetlink`. */
  constructor(fd: number, options: NetlinkOptions) {
    this.fd = fd
    this.port = portOf(fd)
    this.#slotBytes = options.maxDatagramBytes
    this.#slots = options.datagramsPerCall
    this.buffer = Buffer.alloc(this.#slots * this.#slotBytes)
    this.#headers = Buffer.alloc(this.#slots * headerBytes)
    this.#vectors = Buffer.alloc(this.#slots * vectorBytes)
    this.#names = Buffer.alloc(this.#slots * addressBytes)
    this.#prepare()
  }

  /** Bytes that the kernel keeps for us, as it counts them (twice what it was asked for). */
  get receiveBytes(): number {
    const value = Buffer.alloc(4)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(4)
    getsockopt(this.fd, solSocket, option.receiveBytes, value, length)
    return value.readUInt32LE()
  }

  /** Sends one message to the kernel and returns its sequence number. Throws AppError. */
  send(type: number, flags: number, payload: Uint8Array): number {
    this.#sequence = (this.#sequence + 1) >>> 0
    const message = Buffer.alloc(messageHeaderBytes + payload.length)
    message.writeUInt32LE(message.length, 0)
    message.writeUInt16LE(type, 4)
    message.writeUInt16LE(flags, 6)
    message.writeUInt32LE(this.#sequence, 8)
    message.writeUInt32LE(this.port, 12)
    message.set(payload, messageHeaderBytes)
    const kernel = Buffer.alloc(addressBytes)
    kernel.writeUInt16LE(afNetlink, 0)
    const sent: number = sendto(this.fd, message, message.length, dontWait, kernel, addressBytes)
    if (sent !== message.length) throw refusal('sendto', `netlink message ${type}`)
    return this.#sequence
  }

  /** Hands on what waits, at most about `maxDatagrams`. True when there may be more. */
  receive(take: TakeDatagram, maxDatagrams: number): boolean {
    for (let taken = 0; taken < maxDatagrams;) {
      if (!this.#open) return false
      const count: number = recvmmsg(this.fd, this.#headers, this.#slots, dontWait, null)
      if (count < 0) {
        const code = errno()
        if (code === noBufferSpace) this.overruns++
        else if (code !== E.INTR) return faultUnlessEmpty(code)
        // Said once for each overrun: but no loop without an end.
        taken++
        continue
      }
      for (let slot = 0; slot < count; slot++) this.#take(slot, take)
      if (count < this.#slots) return false
      taken += count
    }
    return true
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    closeFd(this.fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #take(slot: number, take: TakeDatagram): void {
    const at = slot * headerBytes
    const flags = this.#headers.readUInt32LE(at + header.flags)
    const length = this.#headers.readUInt32LE(at + header.received)
    const named = this.#headers.readUInt32LE(at + header.nameLength)
    const sender = this.#names.readUInt32LE(slot * addressBytes + 4)
    // The kernel writes both for every message.
    this.#headers.writeUInt32LE(addressBytes, at + header.nameLength)
    this.#headers.writeUInt32LE(0, at + header.flags)
    if (named !== addressBytes || sender !== 0) this.foreign++
    else if ((flags & truncatedFlag) !== 0 || length > this.#slotBytes) this.truncated++
    else take(slot * this.#slotBytes, slot * this.#slotBytes + length)
  }

  #prepare(): void {
    const data = koffi.address(this.buffer)
    const names = koffi.address(this.#names)
    const vectors = koffi.address(this.#vectors)
    for (let slot = 0; slot < this.#slots; slot++) {
      this.#vectors.writeBigUInt64LE(data + BigInt(slot * this.#slotBytes), slot * vectorBytes)
      this.#vectors.writeBigUInt64LE(BigInt(this.#slotBytes), slot * vectorBytes + 8)
      const at = slot * headerBytes
      this.#headers.writeBigUInt64LE(names + BigInt(slot * addressBytes), at + header.name)
      this.#headers.writeUInt32LE(addressBytes, at + header.nameLength)
      this.#headers.writeBigUInt64LE(vectors + BigInt(slot * vectorBytes), at + header.vector)
      this.#headers.writeBigUInt64LE(1n, at + header.vectorCount)
    }
  }
}

/** One message of a datagram; `start` and `end` are those of its payload. */
export type TakeMessage = (message: NetlinkMessage) => void

export interface NetlinkMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly start: number
  readonly end: number
}

/** The messages of the datagram `buffer[start, end)`, which may hold many (dumps do). Ends at a length that lies. */
export function readMessages(buffer: Buffer, start: number, end: number, take: TakeMessage): void {
  for (let at = start; at + messageHeaderBytes <= end;) {
    const length = buffer.readUInt32LE(at)
    if (length < messageHeaderBytes || length > end - at) return
    take({
      type: buffer.readUInt16LE(at + 4),
      flags: buffer.readUInt16LE(at + 6),
      sequence: buffer.readUInt32LE(at + 8),
      start: at + messageHeaderBytes,
      end: at + length,
    })
    at += (length + 3) & ~3
  }
}

function setReceiveBytes(fd: number, bytes: number): void {
  const value = Buffer.alloc(4)
  value.writeUInt32LE(bytes)
  const forced: number = setsockopt(fd, solSocket, option.receiveBytesForce, value, 4)
  if (forced < 0) setsockopt(fd, solSocket, option.receiveBytes, value, 4)
}

function portOf(fd: number): number {
  const address = Buffer.alloc(addressBytes)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(addressBytes)
  getsockname(fd, address, length)
  return address.readUInt32LE(4)
}

function faultUnlessEmpty(code: number): boolean {
  if (code === again) return false
  throw new AppError('kernel', `recvmmsg failed with ${errnoName(code)}: netlink`)
}

function refusal(call: string, detail: string): AppError {
  const code = errno()
  const kind: ErrorCode = code === E.PERM || code === accessDenied ? 'permission' : 'kernel'
  return new AppError(kind, `${call} failed with ${errnoName(code)}: ${detail}`)
}
