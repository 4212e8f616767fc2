// epoll(7) and eventfd(2): how several threads wait for the same descriptors without all waking for each event.

import { E, errno, kernelFault, libc } from './libc.ts'

const epollCreate = libc.func('int epoll_create1(int flags)')
const epollCtl = libc.func('int epoll_ctl(int epfd, int op, int fd, void *event)')
const epollWait = libc.func('int epoll_wait(int epfd, void *events, int max, int timeout)')
const eventfd = libc.func('int eventfd(unsigned int value, int flags)')
const write = libc.func('long write(int fd, void *buf, size_t count)')
const close = libc.func('int close(int fd)')

const cloexec = 0o2000000
const nonblock = 0o4000
const input = 0x1
const edge = 1 << 31
/** Wakes one waiter, not all of them. */
const exclusive = 1 << 28
const ctlAdd = 1

export type Trigger = 'level' | 'edge'

/** Waits for readable descriptors. One per thread. */
export class Poller {
  readonly #fd: number
  // struct epoll_event is packed on x86-64 (12 bytes) and not elsewhere (16 bytes, data at 8).
  readonly #stride = process.arch === 'x64' ? 12 : 16
  readonly #dataAt = process.arch === 'x64' ? 4 : 8
  readonly #events = Buffer.alloc(16 * 8)

  constructor() {
    this.#fd = epollCreate(cloexec)
    if (this.#fd < 0) throw kernelFault('epoll_create1', 'no more descriptors?')
  }

  /** `shared` descriptors wake one of the threads that wait for them; others wake all. */
  add(fd: number, options: { trigger: Trigger; shared: boolean }): void {
    const event = Buffer.alloc(16)
    const flags = input | (options.trigger === 'edge' ? edge : 0) | (options.shared ? exclusive : 0)
    event.writeUInt32LE(flags >>> 0, 0)
    event.writeInt32LE(fd, this.#dataAt)
    const result: number = epollCtl(this.#fd, ctlAdd, fd, event)
    if (result < 0) throw kernelFault('epoll_ctl', `descriptor ${fd}`)
  }

  /** How many descriptors are ready; `timeoutMs` -1 waits for ever. */
  wait(timeoutMs: number): number {
    const count: number = epollWait(this.#fd, this.#events, 8, timeoutMs)
    if (count < 0 && errno() !== E.INTR) throw kernelFault('epoll_wait', 'waiting for events')
    return Math.max(0, count)
  }

  /** The `index`th ready descriptor of the last `wait`. */
  ready(index: number): number {
    return this.#events.readInt32LE(index * this.#stride + this.#dataAt)
  }

  close(): void {
    close(this.#fd)
  }
}

const one = Buffer.alloc(8)
one.writeBigUInt64LE(1n)

/** An eventfd: readable once signalled. */
export function openSignal(): number {
  const fd: number = eventfd(0, cloexec | nonblock)
  if (fd < 0) throw kernelFault('eventfd', 'no more descriptors?')
  return fd
}

/** Makes the eventfd readable; it stays so. */
export function signal(fd: number): void {
  write(fd, one, 8)
}
