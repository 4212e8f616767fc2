// Deletes a file that was judged, by the descriptor that it was judged with: only if its path still leads to it.

import { fstatSync, lstatSync, unlinkSync } from 'node:fs'

export interface Deleted {
  /** `left-in-place`: the path leads to another file by now, which is not touched. */
  readonly original: 'removed' | 'left-in-place'
  /** Other names (hard links) under which the content is still there. */
  readonly otherLinks: number
}

/** Linux has no unlink by inode: the comparison and the unlink are two system calls. Throws what unlink throws. */
export function deleteFile(path: Uint8Array, fd: number): Deleted {
  const name = Buffer.from(path)
  const there = lstatSync(name, { bigint: true, throwIfNoEntry: false })
  const judged = fstatSync(fd, { bigint: true })
  if (there?.ino !== judged.ino || there.dev !== judged.dev) {
    return { original: 'left-in-place', otherLinks: Number(judged.nlink) }
  }
  unlinkSync(name)
  return { original: 'removed', otherLinks: Number(judged.nlink) - 1 }
}
