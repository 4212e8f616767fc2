// fsync of files and folders: what is named in a folder lasts a power cut only when the folder was synced too.

import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs'

export function syncFolder(directory: string): void {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Makes a file, which must not exist, with all its bytes on the disk. */
export function writeSynced(path: string, parts: Iterable<Uint8Array>, mode = 0o644): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode)
  try {
    for (const part of parts) writeAll(fd, part)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
}
