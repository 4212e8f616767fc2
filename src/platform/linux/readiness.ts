// epoll(7) with one event per question: a descriptor that was reported says nothing more until it is armed again, so
// that no number of busy peers can flood whoever is told. Descriptors are known by tokens, which are never reused.

import { E, errno, kernelFault, libc } from './libc.ts'

const epollCreate = libc.func('int epoll_create1(int flags)')
const epollCtl = libc.func('int epoll_ctl(int epfd, int op, int fd, void *event)')
const epollWait = libc.func('int epoll_wait(int epfd, void *events, int max, int timeout)')

const cloexec = 0o2000000
const control = { add: 1, remove: 2, modify: 3 } as const
/** EPOLLIN, EPOLLRDHUP, EPOLLONESHOT; EPOLLERR and EPOLLHUP are told without being asked for. */
const event = { input: 0x1, halfClosed: 0x2000, once: 1 << 30 } as const
// struct epoll_event is packed on x86-64 (12 bytes) and not elsewhere (16 bytes, data at 8).
const layout = process.arch === 'x64' ? { stride: 12, dataAt: 4 } : { stride: 16, dataAt: 8 }
const batch = 64

/** `hangup`: only that the other side is gone altogether. */
export type Interest = 'input' | 'hangup'

/** Makes the descriptor of an epoll instance; threads of the process may share it. */
export function openReadiness(): number {
  const fd: number = epollCreate(cloexec)
  if (fd < 0) throw kernelFault('epoll_create1', 'no more descriptors?')
  return fd
}

/** Adds a descriptor; until it is armed only a hang-up is reported, and once. False when the kernel refuses. */
export function watch(readiness: number, fd: number, token: number): boolean {
  return change(readiness, fd, { operation: control.add, token, events: event.once })
}

/** Asks for one report. False when the kernel refuses. */
export function arm(readiness: number, fd: number, options: { token: number; interest: Interest }): boolean {
  const wanted = options.interest === 'input' ? event.input | event.halfClosed : 0
  return change(readiness, fd, {
    operation: control.modify,
    token: options.token,
    events: wanted | event.once,
  })
}

export function unwatch(readiness: number, fd: number): void {
  change(readiness, fd, { operation: control.remove, token: 0, events: 0 })
}

interface Change {
  readonly operation: number
  readonly token: number
  readonly events: number
}

const scratch = Buffer.alloc(16)

function change(readiness: number, fd: number, { operation, token, events }: Change): boolean {
  scratch.fill(0)
  scratch.writeUInt32LE(events >>> 0, 0)
  scratch.writeUInt32LE(token, layout.dataAt)
  const result: number = epollCtl(readiness, operation, fd, scratch)
  return result >= 0
}

/** Pairs of a token and 1 for a peer that is gone, 0 otherwise. */
export type Reports = Uint32Array<ArrayBuffer>

/** Waits, without end, until something is ready. For a thread that does nothing else. */
export function awaitReports(readiness: number): Reports {
  const events = Buffer.alloc(batch * layout.stride)
  const count: number = epollWait(readiness, events, batch, -1)
  if (count < 0 && errno() !== E.INTR) throw kernelFault('epoll_wait', 'waiting for clients')
  const reports = new Uint32Array(2 * Math.max(0, count))
  for (let index = 0; index < count; index++) {
    const at = index * layout.stride
    const flags = events.readUInt32LE(at)
    reports[2 * index] = events.readUInt32LE(at + layout.dataAt)
    // Somebody who has sent something and gone is read first.
    reports[2 * index + 1] = (flags & event.input) === 0 ? 1 : 0
  }
  return reports
}
