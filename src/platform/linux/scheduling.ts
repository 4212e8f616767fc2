// Priorities of single threads, and the limit of open descriptors.

import { libc } from './libc.ts'

const gettid = libc.func('int gettid()')
const setpriority = libc.func('int setpriority(int which, unsigned int who, int priority)')
const setrlimit = libc.func('int setrlimit(int resource, void *limit)')

const priorityProcess = 0
const rlimitNofile = 7

/** The nice value of one thread (on Linux `who` may be a thread id); made and used in that thread. */
export class ThreadPriority {
  readonly #thread: number = gettid()
  #nice = 0

  /** No system call when it is so already. */
  set(nice: number): void {
    if (nice === this.#nice) return
    this.#nice = nice
    setpriority(priorityProcess, this.#thread, nice)
  }
}

/** Raises the number of descriptors this process may hold; keeps the present one where that is refused. */
export function raiseDescriptorLimit(count: number): void {
  const limit = Buffer.alloc(16)
  limit.writeBigUInt64LE(BigInt(count), 0)
  limit.writeBigUInt64LE(BigInt(count), 8)
  setrlimit(rlimitNofile, limit)
}
