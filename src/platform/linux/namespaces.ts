// Entering another namespace (setns(2)): only for a process of its own that ends afterwards, because the thread stays in it.

import { closeSync, openSync } from 'node:fs'

import { kernelFault, libc } from './libc.ts'

const setns = libc.func('int setns(int fd, int type)')

const types = { net: 0x4000_0000 } as const

/** The calling thread goes into the namespace at `path`, e.g. `/proc/1/ns/net`. Throws AppError or what fs throws. */
export function enterNamespace(path: string, type: keyof typeof types): void {
  const fd = openSync(path, 'r')
  try {
    const result: number = setns(fd, types[type])
    if (result !== 0) throw kernelFault('setns', path)
  } finally {
    closeSync(fd)
  }
}
