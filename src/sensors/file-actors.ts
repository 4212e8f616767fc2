// Which process touched which file last, as the events of the files sensor tell: a change that is found in a file
// gets its process from here.

import type { Event, ProcessInfo } from '../model/index.ts'

const keptMs = 60_000
const maxPaths = 512

export class FileActors {
  readonly #byPath = new Map<string, { readonly process: ProcessInfo; readonly atMs: number }>()

  note(event: Event): void {
    const { file, process } = event
    if (process === undefined || file?.path === undefined) return
    this.#set(file.path, process)
    if (file.target_path !== undefined) this.#set(file.target_path, process)
  }

  /** Of the last minute; undefined when nobody told. */
  of(path: string): ProcessInfo | undefined {
    const actor = this.#byPath.get(path)
    if (actor === undefined || performance.now() - actor.atMs > keptMs) return undefined
    return actor.process
  }

  /** The last one at any path with this name at its end: for links, whose folder is not known any more. */
  ofName(name: string): ProcessInfo | undefined {
    const path = [...this.#byPath.keys()].findLast((known) => known.endsWith(`/${name}`))
    return path === undefined ? undefined : this.of(path)
  }

  #set(path: string, process: ProcessInfo): void {
    // Deleted first, so that the oldest stays in front.
    this.#byPath.delete(path)
    this.#byPath.set(path, { process, atMs: performance.now() })
    if (this.#byPath.size <= maxPaths) return
    const [oldest] = this.#byPath.keys()
    if (oldest !== undefined) this.#byPath.delete(oldest)
  }
}
