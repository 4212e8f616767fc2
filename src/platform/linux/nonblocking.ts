// O_NONBLOCK on a descriptor of ours (fcntl(2)): a write that cannot be done now says so instead of waiting.

import { libc } from './libc.ts'

const fcntl = libc.func('int fcntl(int fd, int cmd, int arg)')
const getFlags = 3
const setFlags = 4
const nonBlocking = 0o4000

/** Does nothing where the kernel refuses. */
export function setNonBlocking(fd: number): void {
  const flags: number = fcntl(fd, getFlags, 0)
  if (flags >= 0) fcntl(fd, setFlags, flags | nonBlocking)
}
