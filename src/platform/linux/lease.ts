// fcntl(2) leases as a question: does anybody hold this file open for writing, or mapped writable?

import { libc } from './libc.ts'

const fcntl = libc.func('int fcntl(int fd, int cmd, int arg)')
const setLease = 1024
const readLease = 0
const unlock = 2

/**
 * True when nobody can be writing the file behind a read-only descriptor now. The kernel refuses a read lease
 * (EAGAIN) while a writer or a writable shared mapping exists. Needs the owner or CAP_LEASE; where leases
 * cannot be had at all the answer is false, which only costs a cached verdict.
 */
export function hasNoWriter(fd: number): boolean {
  const granted: number = fcntl(fd, setLease, readLease)
  if (granted !== 0) return false
  fcntl(fd, setLease, unlock)
  return true
}
