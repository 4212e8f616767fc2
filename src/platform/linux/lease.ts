// fcntl(2) leases: a moment in which nobody can be writing a file, and nobody can begin to.

import { libc } from './libc.ts'

const fcntl = libc.func('int fcntl(int fd, int cmd, int arg)')
const signal = libc.func('intptr_t signal(int signal, intptr_t handler)')
const setLease = 1024
const readLease = 0
const unlock = 2
const sigio = 29
const ignore = 1

/**
 * To be called once in the process before the first lease: whoever wants to write a leased file makes the kernel send
 * SIGIO to the holder, and the default action of that would end the process. Nobody needs it: leases last microseconds.
 */
export function ignoreLeaseBreaks(): void {
  signal(sigio, ignore)
}

/**
 * Runs `work` while a read lease is held on a read-only descriptor; undefined without running it when the lease is
 * refused. The kernel refuses it (EAGAIN) while a writer or a writable shared mapping exists; while it is held, opens
 * for writing and truncations wait. `work` must be short and must not open anything. Needs the owner of the file or
 * CAP_LEASE; where leases cannot be had at all nothing is remembered, which costs speed and never a verdict.
 */
export function whileNobodyWrites<T>(fd: number, work: () => T): T | undefined {
  const granted: number = fcntl(fd, setLease, readLease)
  if (granted !== 0) return undefined
  try {
    return work()
  } finally {
    fcntl(fd, setLease, unlock)
  }
}
