// What a group remembers about one inode, as the kernel lists it (proc_pid_fdinfo(5)).

import { closeSync, openSync, readSync } from 'node:fs'

import type { Stat } from './statx.ts'

/** A group may have a million marks of a hundred bytes; a question about one file reads this far. */
const maxBytes = 64 * 1024 * 1024
const chunkBytes = 256 * 1024

/** The ignored mask of this inode's mark in group `fd`; 0 when it has none (or none was met within the bound). */
export function ignoredMask(fd: number, stat: Stat): number {
  const inode = (BigInt(stat.inodeHigh) << 32n) | BigInt(stat.inodeLow)
  const key = `fanotify ino:${inode.toString(16)} sdev:${stat.device.toString(16)} `
  const info = openSync(`/proc/self/fdinfo/${fd}`, 'r')
  try {
    const chunk = Buffer.alloc(chunkBytes)
    let rest = ''
    for (let read = 0; read < maxBytes;) {
      const count = readSync(info, chunk)
      if (count === 0) break
      read += count
      const lines = (rest + chunk.toString('latin1', 0, count)).split('\n')
      rest = lines.pop() ?? ''
      const line = lines.find((candidate) => candidate.startsWith(key))
      if (line !== undefined) return Number.parseInt(/ignored_mask:([0-9a-f]+)/.exec(line)?.[1] ?? '0', 16)
    }
    return 0
  } finally {
    closeSync(info)
  }
}
