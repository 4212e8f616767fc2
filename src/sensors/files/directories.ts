// Paths of directories by their file handles, which is how fanotify names them. Resolved paths are remembered, and
// forgotten when the directory or one above it moves or goes.

import { closeSync, fstatSync } from 'node:fs'

import { openDirectoryHandle } from '../../platform/linux/file-handles.ts'
import { splitKey } from '../../platform/linux/fanotify-events.ts'
import { pathOfFd } from '../../platform/linux/processes.ts'
import type { Interest } from './interests.ts'

export interface Directory {
  /** Bytes in a latin1 string. */
  readonly path: string
  readonly interest: Interest
}

const maxDirectories = 8192
const deletedSuffix = ' (deleted)'

export interface DirectoriesOptions {
  /** A descriptor on the file system with this id that stays open until the end of the tick; -1 when there is none. */
  readonly descriptorOf: (fsid: string) => number
  readonly interestOf: (path: string) => Interest
}

export class Directories {
  readonly #options: DirectoriesOptions
  /** In the order of use: the first is the one that was not asked for the longest. */
  readonly #byKey = new Map<string, Directory>()
  #unresolved = 0

  constructor(options: DirectoriesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byKey.size
  }

  /** How many times a directory was gone before its path was known. */
  get unresolved(): number {
    return this.#unresolved
  }

  /** Undefined (and counted) when the directory is gone and was never met. */
  find(key: string): Directory | undefined {
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      this.#byKey.delete(key)
      this.#byKey.set(key, known)
      return known
    }
    const path = this.#resolve(key)
    if (path !== undefined) return this.learn(key, path)
    this.#unresolved++
    return undefined
  }

  /** A directory is known by its key from its parent's event: it may be gone before anybody looks. */
  learn(key: string, path: string): Directory {
    const [oldest] = this.#byKey.keys()
    if (this.#byKey.size >= maxDirectories && oldest !== undefined) this.#byKey.delete(oldest)
    const directory = { path, interest: this.#options.interestOf(path) }
    this.#byKey.set(key, directory)
    return directory
  }

  /** The directory at `path` moved or went, and with it all below. */
  forgetBelow(path: string): void {
    const prefix = `${path}/`
    for (const [key, directory] of this.#byKey)
      if (directory.path === path || directory.path.startsWith(prefix)) this.#byKey.delete(key)
  }

  forgetAll(): void {
    this.#byKey.clear()
  }

  #resolve(key: string): string | undefined {
    const { fsid, handle } = splitKey(key)
    const mount = this.#options.descriptorOf(fsid)
    const fd = mount < 0 ? -1 : openDirectoryHandle(mount, handle)
    if (fd < 0) return undefined
    try {
      const path = pathOfFd(fd)
      // A directory that somebody still holds open: the kernel appends this to the name it had.
      if (path?.endsWith(deletedSuffix) === true && fstatSync(fd).nlink === 0)
        return path.slice(0, -deletedSuffix.length)
      return path
    } finally {
      closeSync(fd)
    }
  }
}
