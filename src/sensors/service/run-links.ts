// Services that run, as links in a folder of /run say: systemd keeps `invocation:UNIT` in /run/systemd/units while a
// unit is active (the link's text changes with each start), OpenRC keeps a link in /run/openrc/started.

import { readlinkSync } from 'node:fs'

import { FolderWatch, namesIn } from '../folder-watch.ts'

export interface RunFolder {
  readonly tier: 'run-units' | 'openrc'
  readonly path: string
  readonly prefix: string
}

const runFolders: readonly RunFolder[] = [
  { tier: 'run-units', path: '/run/systemd/units', prefix: 'invocation:' },
  { tier: 'openrc', path: '/run/openrc/started', prefix: '' },
]

export type RunChange = 'started' | 'stopped'

export class RunLinks {
  readonly folder: RunFolder
  readonly #path: string
  readonly #onChange: (name: string, change: RunChange) => void
  readonly #watch: FolderWatch
  /** Name → text of its link. */
  readonly #running: Map<string, string>
  /** Came and went before we could look: the second notice of each is still to come. */
  readonly #flashed = new Set<string>()

  private constructor(root: string, folder: RunFolder, onChange: (name: string, change: RunChange) => void) {
    this.folder = folder
    this.#path = Buffer.from(root).toString('latin1') + folder.path
    this.#onChange = onChange
    this.#watch = new FolderWatch((_, name) => this.#onNotice(name))
    this.#watch.update(new Set([this.#path]))
    // Read after the watch stands: what comes between is told.
    this.#running = this.#read()
  }

  /** Undefined where there is no such folder. */
  static open(root: string, onChange: (name: string, change: RunChange) => void): RunLinks | undefined {
    for (const folder of runFolders) {
      const links = new RunLinks(root, folder, onChange)
      if (links.#watch.size > 0) return links
      links.close()
    }
    return undefined
  }

  get running(): ReadonlySet<string> {
    return new Set(this.#running.keys())
  }

  /** Compares all, whatever was told; false when the folder is gone. */
  refresh(): boolean {
    this.#watch.update(new Set([this.#path]))
    const now = this.#read()
    for (const name of new Set([...this.#running.keys(), ...now.keys()])) this.#compare(name, now.get(name))
    this.#flashed.clear()
    return this.#watch.size > 0
  }

  close(): void {
    this.#watch.close()
  }

  #read(): Map<string, string> {
    const links = new Map<string, string>()
    for (const file of namesIn(this.#path)) {
      const name = this.#nameOf(file)
      const text = name === undefined ? undefined : this.#linkText(name)
      if (name !== undefined && text !== undefined) links.set(name, text)
    }
    return links
  }

  /** systemd writes a link under another name first; that is none of ours. */
  #nameOf(file: string): string | undefined {
    const { prefix } = this.folder
    return file.startsWith(prefix) && !file.startsWith('.') ? file.slice(prefix.length) : undefined
  }

  #linkText(name: string): string | undefined {
    try {
      return readlinkSync(Buffer.from(`${this.#path}/${this.folder.prefix}${name}`, 'latin1'), 'latin1')
    } catch {
      return undefined
    }
  }

  #onNotice(file: string): void {
    const name = this.#nameOf(file)
    if (name === undefined || name === '') return
    const text = this.#linkText(name)
    if (text !== undefined || this.#running.has(name)) {
      this.#compare(name, text)
      return
    }
    if (this.#flashed.delete(name)) return
    if (this.#flashed.size < 1024) this.#flashed.add(name)
    this.#onChange(name, 'started')
    this.#onChange(name, 'stopped')
  }

  #compare(name: string, text: string | undefined): void {
    const before = this.#running.get(name)
    if (before === text) return
    if (before !== undefined) this.#onChange(name, 'stopped')
    if (text === undefined) {
      this.#running.delete(name)
      return
    }
    this.#running.set(name, text)
    this.#onChange(name, 'started')
  }
}
