// Random access to the bytes of one artefact: a file, a part of a disk image, a member of a collected package, memory. Parsers
// of evidence see nothing else.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'

export interface EvidenceSource {
  /** Bytes in all. */
  readonly size: number
  /** At most `length` bytes from `offset`, fewer where it ends. The bytes stay as they are; nobody writes into them. */
  read(offset: number, length: number): Uint8Array
}

export function memorySource(bytes: Uint8Array): EvidenceSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  }
}

/** `[start, start + length)` of another source, as far as that one reaches. */
export function partOf(source: EvidenceSource, start: number, length: number): EvidenceSource {
  const size = Math.max(0, Math.min(length, source.size - start))
  return {
    size,
    read: (offset, count) =>
      offset >= size
        ? new Uint8Array(0)
        : source.read(start + offset, Math.max(0, Math.min(count, size - offset))),
  }
}

export interface FileSource extends EvidenceSource, Disposable {
  readonly path: string
}

/**
 * A file or a block device, for reading only; its access time stays where the system allows that. To be closed by its user.
 * Throws AppError when it cannot be opened; a read that fails throws AppError too.
 */
export function openFileSource(path: string): FileSource {
  const fd = attempt(path, () => openUnseen(path))
  return sourceOf(path, fd)
}

/** Over a descriptor, which it closes. */
export function sourceOf(path: string, fd: number): FileSource {
  const stat = attempt(path, () => fstatSync(fd))
  const size = stat.isBlockDevice() ? attempt(path, () => endOf(fd)) : stat.size
  const readAt = (into: Uint8Array, filled: number, offset: number): number =>
    attempt(path, () => readSync(fd, into, filled, into.length - filled, offset + filled))
  return {
    path,
    size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      const bytes = new Uint8Array(wanted)
      let filled = 0
      while (filled < wanted) {
        const got = readAt(bytes, filled, offset)
        if (got === 0) break
        filled += got
      }
      return filled === wanted ? bytes : bytes.subarray(0, filled)
    },
    [Symbol.dispose]() {
      closeSync(fd)
    },
  }
}

/** Linux leaves the access time alone for the file's owner and for root. */
export function openUnseen(path: string | Buffer, flags = 0): number {
  const readOnly = constants.O_RDONLY | flags
  // Windows has no such flag.
  const unseen = readOnly | ((constants as Partial<typeof constants>).O_NOATIME ?? 0)
  try {
    return openSync(path, unseen)
  } catch (thrown) {
    if (unseen === readOnly || (thrown as NodeJS.ErrnoException).code !== 'EPERM') throw thrown
    return openSync(path, readOnly)
  }
}

/** Of a device, which does not tell its size: the first offset at which there is nothing to read. */
function endOf(fd: number): number {
  const byte = new Uint8Array(1)
  const isThere = (offset: number): boolean => readSync(fd, byte, 0, 1, offset) === 1
  if (!isThere(0)) return 0
  let there = 0
  let gone = 512
  while (gone < Number.MAX_SAFE_INTEGER / 2 && isThere(gone)) [there, gone] = [gone, gone * 2]
  while (gone - there > 1) {
    const middle = Math.floor((there + gone) / 2)
    if (isThere(middle)) there = middle
    else gone = middle
  }
  return gone
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code === 'EACCES' ? 'permission' : 'not-found'
    throw new AppError(code, `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}
