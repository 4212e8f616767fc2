// fsync of a folder: makes the names in it last, which fsync of a file does not.

import { closeSync, constants, fsyncSync, openSync } from 'node:fs'

export function syncFolder(directory: string | Buffer): void {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
