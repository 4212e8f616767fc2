// Folders that are watched by inotify (inotify(7)). What it tells is a wake-up and never data: the kernel may join or
// drop notices, so whoever is woken reads again, and also does so now and then unasked.

import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

const maxFolders = 2048

interface Watched {
  readonly inode: number
  readonly watcher: FSWatcher
}

export class FolderWatch {
  readonly #watched = new Map<string, Watched>()
  readonly #refused = new Map<string, string>()
  readonly #onChange: (folder: string, name: string) => void

  constructor(onChange: (folder: string, name: string) => void) {
    this.#onChange = onChange
  }

  get size(): number {
    return this.#watched.size
  }

  /** Folder → why it cannot be watched. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused
  }

  /** Watches exactly these folders (bytes in latin1 strings), as far as they exist. Returns how many are new. */
  update(folders: ReadonlySet<string>): number {
    this.#refused.clear()
    for (const path of this.#watched.keys()) if (!folders.has(path)) this.#end(path)
    let added = 0
    for (const path of folders) {
      const inode = folderInode(path)
      // A folder that was made anew under the same name is another one.
      if (this.#watched.get(path)?.inode === inode) continue
      this.#end(path)
      if (inode !== 0 && this.#begin(path, inode)) added++
    }
    return added
  }

  close(): void {
    for (const path of this.#watched.keys()) this.#end(path)
  }

  #begin(path: string, inode: number): boolean {
    if (this.#watched.size >= maxFolders) {
      this.#refused.set(path, `more than ${maxFolders} folders`)
      return false
    }
    try {
      const watcher = watch(Buffer.from(path, 'latin1'), { persistent: false }, (_, name) =>
        this.#onChange(path, name ?? ''),
      )
      watcher.on('error', (fault) => {
        this.#end(path)
        this.#refused.set(path, fault.message)
      })
      this.#watched.set(path, { inode, watcher })
      return true
    } catch (thrown) {
      this.#refused.set(path, (thrown as NodeJS.ErrnoException).code ?? 'unknown')
      return false
    }
  }

  #end(path: string): void {
    this.#watched.get(path)?.watcher.close()
    this.#watched.delete(path)
  }
}

/** The folder when it is there, else the nearest above it that is: there its coming will be told. */
export function nearestFolder(path: string): string {
  let at = path
  while (folderInode(at) === 0 && at !== '/' && at !== '.') at = dirname(at)
  return at
}

/** Names in a folder as bytes in latin1 strings, sorted; empty when it is none. At most `maxNames`. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(Buffer.from(path, 'latin1'), 'latin1').toSorted().slice(0, maxNames)
  } catch {
    return []
  }
}

const maxNames = 20_000

function folderInode(path: string): number {
  try {
    const stat = statSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })
    return stat?.isDirectory() === true ? stat.ino : 0
  } catch {
    return 0
  }
}
