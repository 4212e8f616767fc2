// A file of the running Linux host as it is collected: never a link, a FIFO or a device, whatever has come in its place since it
// was found, and with its holes. Not part of index.ts: it needs the C library of Linux.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { dataExtents } from '../../platform/linux/data-extents.ts'
import type { KnowingSource } from './sparse.ts'

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/** Undefined where it is gone or is no regular file now. Throws AppError where it cannot be opened or read. */
export function openHostFile(path: string | Buffer): KnowingSource | undefined {
  const name = String(path)
  const fd = openQuietly(path, name)
  if (fd === undefined) return undefined
  const status = fstatSync(fd)
  if (!status.isFile()) {
    closeSync(fd)
    return undefined
  }
  // Files of /proc and /sys tell no size; they are read to their end when they are opened.
  if (status.size === 0) return unsizedFile(name, fd)
  const isSparse = status.blocks * 512 < status.size
  return {
    path: name,
    size: status.size,
    read: (offset, length) =>
      readAt({ fd, name }, offset, Math.max(0, Math.min(length, status.size - offset))),
    readInto: (offset, into) => fill({ fd, name }, offset, into),
    ...(isSparse ? { extents: () => dataExtents(fd) } : {}),
    problem() {
      const { size } = fstatSync(fd)
      return size === status.size
        ? undefined
        : `it had ${status.size} bytes when it was opened and ${size} at the end`
    },
    [Symbol.dispose]() {
      closeSync(fd)
    },
  }
}

interface OpenFile {
  readonly fd: number
  readonly name: string
}

function openQuietly(path: string | Buffer, name: string): number | undefined {
  try {
    return openWithoutAccessTime(path)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? ''
    // Gone; a link now; a socket, or a device without a driver.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV'].includes(code)) return undefined
    throw new AppError(
      code === 'EACCES' ? 'permission' : 'not-found',
      `${name} cannot be read: ${messageOf(thrown)}`,
      {
        cause: thrown,
      },
    )
  }
}

/** Reading evidence must not change when it was last read; only its owner and root may ask for that. */
function openWithoutAccessTime(path: string | Buffer): number {
  try {
    return openSync(path, flags | constants.O_NOATIME)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') throw thrown
    return openSync(path, flags)
  }
}

const mostUnsizedBytes = 16_777_216

function unsizedFile(name: string, fd: number): KnowingSource {
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    while (size < mostUnsizedBytes) {
      const piece = readAt({ fd, name }, size, 65_536)
      if (piece.length === 0) break
      pieces.push(piece)
      size += piece.length
    }
  } finally {
    closeSync(fd)
  }
  const bytes = Buffer.concat(pieces)
  return {
    path: name,
    size,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    problem: () =>
      size < mostUnsizedBytes ? undefined : `it tells no size; only its first ${size} bytes were read`,
    [Symbol.dispose]() {
      // Closed already.
    },
  }
}

function readAt(file: OpenFile, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length)
  return bytes.subarray(0, fill(file, offset, bytes))
}

/** Returns how many bytes came before the end. */
function fill({ fd, name }: OpenFile, offset: number, into: Uint8Array): number {
  let filled = 0
  try {
    while (filled < into.length) {
      const got = readSync(fd, into, filled, into.length - filled, offset + filled)
      if (got === 0) break
      filled += got
    }
  } catch (thrown) {
    throw new AppError('not-found', `${name} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  return filled
}
