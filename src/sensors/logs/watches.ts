// Wake-ups from inotify (fs.watch on folders). Its events only say where to look: nothing is believed of them, and what
// they miss is found by the look of each second.

import { type FSWatcher, watch } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { lookAt, pathBytes } from './log-file.ts'

const maxWatches = 512

export interface WatchListener {
  /** Something about `name` in `folder`; undefined when it is not known which. `content`: it was only written to. */
  touched(folder: string, name: string | undefined, what: 'content' | 'names'): void
}

export class Watches {
  readonly #listener: WatchListener
  readonly #watchers = new Map<string, FSWatcher>()
  /** Why the last folder is not watched; empty when all are. */
  fault = ''

  constructor(listener: WatchListener) {
    this.#listener = listener
  }

  get size(): number {
    return this.#watchers.size
  }

  has(folder: string): boolean {
    return this.#watchers.has(folder)
  }

  /** Watches these folders and no others. */
  set(folders: ReadonlySet<string>): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    this.fault = ''
    for (const folder of folders) this.#add(folder)
  }

  close(): void {
    this.set(new Set())
  }

  #add(folder: string): void {
    if (this.#watchers.has(folder) || lookAt(folder)?.type !== 'dir') return
    if (this.#watchers.size >= maxWatches) {
      this.fault = `more than ${maxWatches} folders`
      return
    }
    try {
      const watcher = watch(pathBytes(folder), { persistent: false, encoding: 'latin1' }, (kind, name) => {
        this.#listener.touched(folder, name ?? undefined, kind === 'change' ? 'content' : 'names')
      })
      watcher.on('error', () => this.#drop(folder))
      this.#watchers.set(folder, watcher)
    } catch (thrown) {
      this.fault = messageOf(thrown)
    }
  }

  /** The folder is gone; the next `set` watches the one that has taken its place. */
  #drop(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
    this.#listener.touched(folder, undefined, 'names')
  }
}
