// A file of the host as an item of a collection, for the few that steps of the running system take whole.

import {
  constants,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { FileSource } from '../../evidence/source.ts'
import type { TreeFile, TreeKind } from '../../evidence/tree.ts'
import type { FileItem } from '../step.ts'

/** Undefined when there is nothing at `path` (absolute, below `root`). A link is an item of its own, not followed. */
export function hostFile(root: string, path: string): FileItem | undefined {
  let stat: BigIntStats
  let target: string | undefined
  try {
    stat = lstatSync(root + path, { bigint: true })
    if (stat.isSymbolicLink()) target = readlinkSync(root + path)
  } catch {
    return undefined
  }
  const file: TreeFile = {
    path,
    kind: kindOf(stat),
    size: stat.isFile() ? Number(stat.size) : 0,
    inode: Number(stat.ino),
    mode: Number(stat.mode),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    times: {
      modified: isoOf(stat.mtimeNs),
      changed: isoOf(stat.ctimeNs),
      accessed: isoOf(stat.atimeNs),
      born: isoOf(stat.birthtimeNs),
    },
    ...(target === undefined ? {} : { target }),
  }
  return { kind: 'file', file, open: () => (file.kind === 'file' ? openQuietly(root + path) : undefined) }
}

function kindOf(stat: BigIntStats): TreeKind {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'folder'
  return stat.isSymbolicLink() ? 'link' : 'other'
}

function isoOf(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`
}

/** Never follows a link, never waits for a pipe; leaves the time of the last access as it is where we may. */
function openQuietly(path: string): FileSource | undefined {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY
  let fd: number
  try {
    fd = openWithout(path, flags)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new AppError('permission', `${path} cannot be opened: ${messageOf(thrown)}`, { cause: thrown })
  }
  const stat = fstatSync(fd)
  if (!stat.isFile()) {
    closeSync(fd)
    return undefined
  }
  return {
    path,
    size: stat.size,
    read: (offset, length) =>
      readPiece(fd, { path, offset, length: Math.max(0, Math.min(length, stat.size - offset)) }),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

function openWithout(path: string, flags: number): number {
  try {
    return openSync(path, flags | constants.O_NOATIME)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') throw thrown
    return openSync(path, flags)
  }
}

interface Wanted {
  readonly path: string
  readonly offset: number
  readonly length: number
}

function readPiece(fd: number, { path, offset, length }: Wanted): Uint8Array {
  const bytes = new Uint8Array(length)
  try {
    let filled = 0
    while (filled < length) {
      const got = readSync(fd, bytes, filled, length - filled, offset + filled)
      if (got === 0) break
      filled += got
    }
    return bytes.subarray(0, filled)
  } catch (thrown) {
    throw new AppError('kernel', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
