// Priorities of single threads, and the limit of open descriptors.

import { libc } from './libc.ts'

const gettid = libc.func('int gettid()')
const setpriority = libc.func('int setpriority(int which, unsigned int who, int priority)')
const setrlimit = libc.func('int setrlimit(int resource, void *limit)')

const priorityProcess = 0
const rlimitNofile = 7

/** Sets the nice value of the calling thread only (on Linux `who` may be a thread id). */
export function setThreadNice(nice: number): void {
  setpriority(priorityProcess, gettid(), nice)
}

/** Raises the number of descriptors this process may hold; keeps the present one where that is refused. */
export function raiseDescriptorLimit(count: number): void {
  const limit = Buffer.alloc(16)
  limit.writeBigUInt64LE(BigInt(count), 0)
  limit.writeBigUInt64LE(BigInt(count), 8)
  setrlimit(rlimitNofile, limit)
}
