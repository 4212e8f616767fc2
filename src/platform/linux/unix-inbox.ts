// Receives bytes and open descriptors (SCM_RIGHTS, unix(7)) on connected unix sockets. Node's own reads would drop the
// descriptors, so the sockets are accepted by Node, never read by it, and read here with recvmsg(2). A thread tells
// when there is something to read; nothing in here blocks.

import type { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

import koffi from 'koffi'

import { openSignal, signal } from './epoll.ts'
import { closeFd } from './fanotify.ts'
import { E, errno, errnoName, kernelFault, libc } from './libc.ts'
import { arm, type Interest, openReadiness, type Reports, unwatch, watch } from './readiness.ts'

const recvmsg = libc.func('long recvmsg(int fd, void *message, int flags)')
const getsockopt = libc.func('int getsockopt(int fd, int level, int option, void *value, void *length)')

const tryAgain = 11
const solSocket = 1
const soPeercred = 17
const scmRights = 1
/** MSG_DONTWAIT | MSG_CMSG_CLOEXEC: received descriptors never leak into a child. */
const receiveFlags = 0x40 | 0x40000000
/** MSG_CTRUNC: there were more descriptors than room for them. */
const truncated = 0x8
const cmsgHeaderBytes = 16
/** SCM_MAX_FD of include/net/scm.h: the kernel passes no more in one message. */
const maxDescriptors = 253
const bufferBytes = 64 * 1024

export type Received =
  /** `descriptors` are the receiver's to close. `cut`: some were lost. */
  | {
      readonly kind: 'data'
      readonly bytes: Buffer
      readonly descriptors: readonly number[]
      readonly cut: boolean
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly code: string }

/** Who connected (SO_PEERCRED): as it was then. */
export interface Peer {
  readonly pid: number
  readonly uid: number
}

export interface InletEvents {
  /** After `arm`: there is something to receive, or the end. */
  readonly onReady: () => void
  /** After `arm`: the other side is gone altogether; nobody will read an answer. */
  readonly onGone: () => void
}

interface Watched {
  readonly socket: Socket
  readonly events: InletEvents
  /** What was asked for last; undefined before the first question. */
  interest: Interest | undefined
}

/** The receiving side of one socket. */
export class Inlet {
  readonly #inbox: UnixInbox
  readonly #socket: Socket
  readonly #token: number

  /** Made by `UnixInbox.open`. */
  constructor(inbox: UnixInbox, socket: Socket, token: number) {
    this.#inbox = inbox
    this.#socket = socket
    this.#token = token
  }

  /** Asks for one event; a later question replaces an earlier one. False when there will be none. */
  arm(interest: Interest): boolean {
    const fd = descriptorOf(this.#socket)
    this.#inbox.expect(this.#token, interest)
    return fd >= 0 && arm(this.#inbox.readiness, fd, { token: this.#token, interest })
  }

  receive(): Received {
    const fd = descriptorOf(this.#socket)
    return fd < 0 ? { kind: 'end' } : receive(fd)
  }

  peer(): Peer | undefined {
    const fd = descriptorOf(this.#socket)
    const credentials = Buffer.alloc(12)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(credentials.length)
    if (fd < 0) return undefined
    const result: number = getsockopt(fd, solSocket, soPeercred, credentials, length)
    return result < 0 ? undefined : { pid: credentials.readInt32LE(0), uid: credentials.readUInt32LE(4) }
  }

  /** Before the socket is destroyed, or after. */
  close(): void {
    this.#inbox.forget(this.#token)
    const fd = descriptorOf(this.#socket)
    if (fd >= 0) unwatch(this.#inbox.readiness, fd)
  }
}

export class UnixInbox {
  readonly readiness: number
  readonly #stop: number
  readonly #thread: Worker
  readonly #watched = new Map<number, Watched>()
  #nextToken = 1

  /** `onFault` is told when the thread has died: nothing is received any more. */
  constructor(onFault: (thrown: unknown) => void) {
    this.readiness = openReadiness()
    this.#stop = openSignal()
    watch(this.readiness, this.#stop, 0)
    arm(this.readiness, this.#stop, { token: 0, interest: 'input' })
    this.#thread = new Worker(new URL('readiness-thread.ts', import.meta.url), {
      workerData: this.readiness,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
      trackUnmanagedFds: false,
    })
    this.#thread.on('message', (reports: Reports) => {
      this.#tell(reports)
    })
    this.#thread.on('error', onFault)
  }

  /** The socket must be paused (`pauseOnConnect`) and stay so. Throws AppError when the kernel refuses. */
  open(socket: Socket, events: InletEvents): Inlet {
    const token = this.#nextToken++
    if (!watch(this.readiness, descriptorOf(socket), token)) throw kernelFault('epoll_ctl', 'a new client')
    this.#watched.set(token, { socket, events, interest: undefined })
    return new Inlet(this, socket, token)
  }

  /** The next report of this one answers this question. */
  expect(token: number, interest: Interest): void {
    const watched = this.#watched.get(token)
    if (watched !== undefined) watched.interest = interest
  }

  forget(token: number): void {
    this.#watched.delete(token)
  }

  /** Ends the thread; the sockets are their owners'. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#thread.once('exit', () => {
      resolve(undefined)
    })
    // A thread that has died already tells nothing.
    if (this.#thread.threadId >= 0) {
      signal(this.#stop)
      await promise
    }
    closeFd(this.#stop)
    closeFd(this.readiness)
  }

  #tell(reports: Reports): void {
    for (let index = 0; index < reports.length; index += 2) {
      const watched = this.#watched.get(reports[index] ?? 0)
      // Closed since: its descriptor may be somebody else's by now.
      if (watched === undefined || watched.socket.destroyed) continue
      // A departure may have been noticed before the question: what was sent before it is read first.
      if (reports[index + 1] === 1 && watched.interest !== 'input') watched.events.onGone()
      else watched.events.onReady()
    }
  }
}

/** -1 when the socket is closed. Node has no public way to the number; its handle has carried it since 0.x. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd?: number } | null }
  return handle?.fd ?? -1
}

// struct msghdr and struct iovec of 64-bit Linux, lent to one call after the other.
const buffers = {
  data: Buffer.alloc(bufferBytes),
  control: Buffer.alloc(cmsgHeaderBytes + 4 * maxDescriptors + 4),
  message: Buffer.alloc(56),
  vector: Buffer.alloc(16),
}
const fields = { vector: 16, vectorCount: 24, control: 32, controlLength: 40, flags: 48 } as const

function receive(fd: number): Received {
  const { data, control, message, vector } = buffers
  vector.writeBigUInt64LE(koffi.address(data), 0)
  vector.writeBigUInt64LE(BigInt(data.length), 8)
  message.fill(0)
  message.writeBigUInt64LE(koffi.address(vector), fields.vector)
  message.writeBigUInt64LE(1n, fields.vectorCount)
  message.writeBigUInt64LE(koffi.address(control), fields.control)
  message.writeBigUInt64LE(BigInt(control.length), fields.controlLength)
  const count: number = recvmsg(fd, message, receiveFlags)
  if (count < 0) {
    const code = errno()
    return code === tryAgain || code === E.INTR
      ? { kind: 'nothing' }
      : { kind: 'fault', code: errnoName(code) }
  }
  const descriptors = descriptorsIn(
    control.subarray(0, Number(message.readBigUInt64LE(fields.controlLength))),
  )
  if (count === 0) {
    for (const one of descriptors) closeFd(one)
    return { kind: 'end' }
  }
  return {
    kind: 'data',
    bytes: Buffer.from(data.subarray(0, count)),
    descriptors,
    cut: (message.readInt32LE(fields.flags) & truncated) !== 0,
  }
}

/** What the kernel wrote: control messages of 8-byte alignment, each with its length, level and type. */
function descriptorsIn(control: Buffer): number[] {
  const found: number[] = []
  for (let offset = 0; offset + cmsgHeaderBytes <= control.length;) {
    const length = Number(control.readBigUInt64LE(offset))
    if (length < cmsgHeaderBytes || offset + length > control.length) break
    if (control.readInt32LE(offset + 8) === solSocket && control.readInt32LE(offset + 12) === scmRights) {
      const end = offset + length - 4
      for (let at = offset + cmsgHeaderBytes; at <= end; at += 4) found.push(control.readInt32LE(at))
    }
    offset += (length + 7) & ~7
  }
  return found
}
