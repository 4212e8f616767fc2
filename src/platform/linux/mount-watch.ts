// Tells that something was mounted or unmounted: the kernel marks /proc/self/mountinfo as changed (proc_pid_mountinfo(5):
// POLLERR and POLLPRI), so that nobody needs to read it again and again.

import { closeSync, openSync } from 'node:fs'

import { libc } from './libc.ts'

const poll = libc.func('int poll(void *fds, unsigned long count, int timeout)')

const pollPri = 0x2
const pollErr = 0x8

export class MountWatch {
  readonly #fd = openSync('/proc/self/mountinfo', 'r')
  /** struct pollfd: descriptor, events, revents. */
  readonly #pollfd = Buffer.alloc(8)

  constructor() {
    this.#pollfd.writeInt32LE(this.#fd, 0)
    this.#pollfd.writeInt16LE(pollPri, 4)
  }

  /** Whether the mounts of this namespace changed since the last call (or the beginning). Costs about a microsecond. */
  changed(): boolean {
    const ready: number = poll(this.#pollfd, 1, 0)
    return ready > 0 && (this.#pollfd.readInt16LE(6) & (pollPri | pollErr)) !== 0
  }

  close(): void {
    closeSync(this.#fd)
  }
}
