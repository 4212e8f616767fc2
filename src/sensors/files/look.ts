// A look at one file: what it is, whether it can be run, what privileges it gives, its digest. Without following links,
// without changing its access time, without waiting (a FIFO would).

import { createHash } from 'node:crypto'
import { closeSync, constants, lstatSync, openSync, readSync, type Stats } from 'node:fs'

import type { FileInfo } from '../../model/index.ts'
import { capabilityText, readFileCapabilities } from '../../platform/linux/file-capabilities.ts'
import { pathText } from '../../base/text.ts'

/** Larger files are not hashed and not read: that would hold up the other sensors. */
export const maxHashedBytes = 4 * 1024 * 1024
const noAccessTime = 0o1000000
const chunk = Buffer.alloc(64 * 1024)

/** Undefined when there is nothing at `path` (bytes in a latin1 string) or it may not be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Can be run: an execute bit, or the head of an ELF file or of a script. */
export function isProgram(path: string, stat: Stats): boolean {
  if (!stat.isFile()) return false
  if ((stat.mode & 0o111) !== 0) return true
  if (stat.size < 4) return false
  const fd = openQuietly(path)
  if (fd < 0) return false
  try {
    const length = readSync(fd, chunk, 0, 4, 0)
    return (
      (length >= 2 && chunk[0] === 0x23 && chunk[1] === 0x21) ||
      (length === 4 && chunk.readUInt32BE(0) === 0x7f454c46)
    )
  } catch {
    return false
  } finally {
    closeSync(fd)
  }
}

/** What a file gives to whoever runs it. */
export interface Privileges {
  readonly setuid: boolean
  readonly setgid: boolean
  /** As getcap(8) writes them; empty for none. */
  readonly capabilities: string
}

/** Undefined when it gives none. */
export function privilegesOf(path: string, stat: Stats): Privileges | undefined {
  if (!stat.isFile()) return undefined
  const setuid = (stat.mode & 0o4000) !== 0
  const setgid = (stat.mode & 0o2000) !== 0
  // Capabilities mean nothing until the file can be run; the chmod that makes it so is an event again.
  const found = (stat.mode & 0o111) === 0 ? undefined : readFileCapabilities(path)
  const capabilities = found === undefined ? '' : capabilityText(found)
  return setuid || setgid || capabilities !== '' ? { setuid, setgid, capabilities } : undefined
}

/** Whole content when it is at most `maxBytes`; undefined when larger or not readable. */
export function contentOf(path: string, maxBytes: number): Buffer | undefined {
  const fd = openQuietly(path)
  if (fd < 0) return undefined
  try {
    const parts: Buffer[] = []
    for (let total = 0; ;) {
      const length = readSync(fd, chunk, 0, chunk.length, null)
      if (length === 0) return Buffer.concat(parts)
      total += length
      if (total > maxBytes) return undefined
      parts.push(Buffer.from(chunk.subarray(0, length)))
    }
  } catch {
    return undefined
  } finally {
    closeSync(fd)
  }
}

/** Hexadecimal digest of the content; empty when the file is larger than 4 MiB or not readable. */
export function digestOf(path: string, algorithm: 'sha256' | 'md5'): string {
  const fd = openQuietly(path)
  if (fd < 0) return ''
  try {
    const hash = createHash(algorithm)
    for (let total = 0; ;) {
      const length = readSync(fd, chunk, 0, chunk.length, null)
      if (length === 0) return hash.digest('hex')
      total += length
      if (total > maxHashedBytes) return ''
      hash.update(chunk.subarray(0, length))
    }
  } catch {
    return ''
  } finally {
    closeSync(fd)
  }
}

function openQuietly(path: string): number {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const name = Buffer.from(path, 'latin1')
  for (const extra of [noAccessTime, 0]) {
    try {
      return openSync(name, flags | extra)
    } catch (thrown) {
      // Only the owner may ask for this.
      if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return -1
    }
  }
  return -1
}

/** The `file` of an event. */
export function fileInfo(path: string, stat: Stats | undefined, sha256 = ''): FileInfo {
  const text = pathText(path)
  const named = { path: text, name: text.slice(text.lastIndexOf('/') + 1) }
  if (stat === undefined) return named
  return {
    ...named,
    type: typeOf(stat),
    inode: String(stat.ino),
    device: deviceText(stat.dev),
    mode: octal(stat.mode),
    uid: String(stat.uid),
    gid: String(stat.gid),
    size: stat.size,
    mtime: stat.mtime.toISOString(),
    ctime: stat.ctime.toISOString(),
    ...(sha256 === '' ? {} : { hash: { sha256 } }),
  }
}

/** Permission bits as chmod(1) takes them, e.g. `4755`. */
export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}

function typeOf(stat: Stats): NonNullable<FileInfo['type']> {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'dir'
  if (stat.isSymbolicLink()) return 'symlink'
  if (stat.isFIFO()) return 'fifo'
  if (stat.isSocket()) return 'socket'
  return 'device'
}

/** `major:minor` of a dev_t as the C library packs it. */
function deviceText(device: number): string {
  const low = device % 2 ** 32
  const high = Math.floor(device / 2 ** 32)
  const major = ((low >>> 8) & 0xfff) | (high & 0xfffff000)
  const minor = (low & 0xff) | ((low >>> 12) & 0xfff00)
  return `${major}:${minor}`
}
