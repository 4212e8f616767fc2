// Folders by descriptor: names inside are reached through /proc/self/fd/N, which is what openat(2) does, so that nobody
// can exchange a folder between a check and the use.

import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'

/** Not among Node's constants; the value of every architecture that Node runs on (asm-generic/fcntl.h). */
const O_PATH = 0o10_000_000

/** An open folder; close it with `using`. */
export class Folder {
  readonly fd: number

  /** Use `openFolder` or `openFolderStrictly`. */
  constructor(fd: number) {
    this.fd = fd
  }

  /** A path to `name` in this very folder, whatever happens to the folder's own path. */
  at(name: Uint8Array | string): Buffer {
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.fd}/`), Buffer.from(name)])
  }

  /** Its present path, without symbolic links. */
  path(): Buffer {
    return readlinkSync(`/proc/self/fd/${this.fd}`, { encoding: 'buffer' })
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}

/** Follows symbolic links: for a path that the caller vouches for. */
export function openFolder(path: Uint8Array): Folder {
  return new Folder(openSync(Buffer.from(path), O_PATH | constants.O_DIRECTORY))
}

/**
 * Opens one component after the other and refuses symbolic links: whoever owns a folder on the way could have turned
 * it into a link, and would have us write where he may not. Throws AppError `quarantine`.
 */
export function openFolderStrictly(path: Uint8Array): Folder {
  let folder = new Folder(openSync('/', O_PATH | constants.O_DIRECTORY))
  for (const name of components(path)) {
    using parent = folder
    folder = new Folder(step(parent, name, path))
  }
  return folder
}

function step(parent: Folder, name: Uint8Array, whole: Uint8Array): number {
  try {
    return openSync(parent.at(name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (thrown) {
    const shown = Buffer.from(whole).toString('utf8')
    const link = lstatSync(parent.at(name), { throwIfNoEntry: false })?.isSymbolicLink() === true
    throw new AppError(
      'quarantine',
      link
        ? `a folder of ${shown} has become a symbolic link`
        : `the folder ${shown} cannot be opened: ${messageOf(thrown)}`,
      { hint: 'give another place with --to', cause: thrown },
    )
  }
}

function components(path: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let start = 0; start <= path.length;) {
    const slash = path.indexOf(0x2f, start)
    const end = slash < 0 ? path.length : slash
    if (end > start) parts.push(path.subarray(start, end))
    start = end + 1
  }
  return parts
}

/** Folder and last name of an absolute path. */
export function splitPath(path: Uint8Array): { folder: Uint8Array; name: Uint8Array } {
  const slash = path.lastIndexOf(0x2f)
  return { folder: slash <= 0 ? Buffer.from('/') : path.subarray(0, slash), name: path.subarray(slash + 1) }
}

/** Whether `name` in the folder is the very file behind `fd`. */
export function sameFile(folder: Folder, name: Uint8Array, fd: number): boolean {
  const there = lstatSync(folder.at(name), { bigint: true, throwIfNoEntry: false })
  const ours = fstatSync(fd, { bigint: true })
  return there !== undefined && there.dev === ours.dev && there.ino === ours.ino
}
