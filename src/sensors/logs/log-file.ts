// Opens what is a regular file and nothing else: a log's place may hold a FIFO, a device or a loop of links, put there
// by somebody who wants its reader to wait. Paths are bytes in latin1 strings.

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'

/** A file, whatever its name. */
export interface FileKey {
  /** `MAJOR:MINOR`. */
  readonly device: string
  /** Decimal. */
  readonly inode: string
  /** Nanoseconds since 1970, decimal: tells apart files that had the inode one after the other. */
  readonly birthNs: string
}

export interface FileLook {
  readonly key: FileKey
  readonly type: 'file' | 'dir' | 'other'
  readonly size: number
  readonly mtimeMs: number
  readonly birthMs: number
  readonly links: number
}

interface BigStats {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly nlink: bigint
  readonly mtimeMs: bigint
  readonly birthtimeMs: bigint
  readonly birthtimeNs: bigint
  isFile(): boolean
  isDirectory(): boolean
}

/** For the calls of node:fs. */
export function pathBytes(path: string): Buffer {
  return Buffer.from(path, 'latin1')
}

/** Follows links. Undefined when there is nothing, or it may not be looked at. */
export function lookAt(path: string): FileLook | undefined {
  try {
    // Most names that are looked for are not there: an error for each would be the costly part.
    const stats = statSync(pathBytes(path), { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? undefined : lookOf(stats)
  } catch {
    return undefined
  }
}

/** A number that is another one when the path's file is replaced or written to; 0 for none. Cheaper than a look. */
export function markOf(path: string): number {
  try {
    const stats = statSync(pathBytes(path), { throwIfNoEntry: false })
    return stats === undefined ? 0 : stats.ctimeMs * 3 + stats.ino * 7 + stats.dev * 1_000_003 + stats.size
  } catch {
    return 0
  }
}

/** What an open descriptor is. */
export function lookAtFd(fd: number): FileLook {
  return lookOf(fstatSync(fd, { bigint: true }))
}

function lookOf(stats: BigStats): FileLook {
  return {
    key: { device: deviceText(stats.dev), inode: String(stats.ino), birthNs: String(stats.birthtimeNs) },
    type: typeOf(stats),
    size: Number(stats.size),
    mtimeMs: Number(stats.mtimeMs),
    birthMs: Number(stats.birthtimeMs),
    links: Number(stats.nlink),
  }
}

function typeOf(stats: BigStats): FileLook['type'] {
  if (stats.isFile()) return 'file'
  return stats.isDirectory() ? 'dir' : 'other'
}

export function sameFile(a: FileKey, b: FileKey): boolean {
  return a.inode === b.inode && a.device === b.device && a.birthNs === b.birthNs
}

/** Never waits. Throws what open(2) throws, and an Error when it is no regular file. */
export function openLog(path: string): number {
  const fd = openSync(pathBytes(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw new Error('it is no regular file')
}

/** The first bytes; fewer at the end of the file. Throws what read(2) throws. */
export function readHead(fd: number, maxBytes: number): Buffer {
  const head = Buffer.alloc(maxBytes)
  return head.subarray(0, readSync(fd, head, 0, maxBytes, 0))
}

/** Behind all links; the path itself when it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(pathBytes(path), { encoding: 'latin1' })
  } catch {
    return path
  }
}

/** The first bytes of what is at a path; none when it cannot be read. */
export function headAt(path: string, maxBytes: number): Buffer {
  let fd = -1
  try {
    fd = openLog(path)
    return readHead(fd, maxBytes)
  } catch {
    return Buffer.alloc(0)
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}

const maxNames = 20_000

/** Names in a folder, 20,000 at most; empty when it cannot be read. */
export function namesIn(folder: string): string[] {
  if (lookAt(folder)?.type !== 'dir') return []
  try {
    return readdirSync(pathBytes(folder), { encoding: 'latin1' }).slice(0, maxNames)
  } catch {
    return []
  }
}

/** The device number of stat(2) as people write it (makedev(3)). */
function deviceText(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & 0xfff00n)
  return `${major}:${minor}`
}
