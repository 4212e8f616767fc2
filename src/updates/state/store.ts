// The state directory. Content is put together in a work folder on the same file system, and one rename makes it a
// version; another turns the link `current` to it. state.json is written before each of them, so whatever moment the
// process is killed at, the next run knows every file that was its own.
//
//   state.json  .lock.N  .work-XXXXXX/
//   NAME/VERSION/…       NAME/current → VERSION

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import { Lock } from './lock.ts'
import { type Installed, type Manifest, readManifest, writeManifest } from './manifest.ts'
import { syncFolder } from './sync.ts'

const linkName = 'current'

/** A folder of unfinished work; it goes with its scope. */
export interface Work extends Disposable {
  readonly path: string
  /** What becomes the version. */
  readonly content: string
}

/** A new version, without what the store itself adds. */
export type NewVersion = Omit<Installed, 'folder' | 'at'>

export class Store implements Disposable {
  readonly directory: string
  readonly #keep: number
  readonly #lock: Lock
  #manifest: Manifest

  /**
   * Takes the lock and removes what a killed run has left. `keep`: versions of a source that stay, the current one
   * included. Throws AppError.
   */
  constructor(directory: string, keep: number) {
    this.directory = directory
    this.#keep = keep
    makeDirectory(directory)
    this.#lock = new Lock(directory)
    try {
      this.#manifest = readManifest(directory)
      this.#recover()
    } catch (thrown) {
      this.#lock[Symbol.dispose]()
      throw thrown
    }
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]()
  }

  /** The current version of a source. */
  installed(name: string): Installed | undefined {
    return currentOf(this.directory, this.#manifest, name)
  }

  folderOf(name: string, installed: Installed): string {
    return join(this.directory, name, installed.folder)
  }

  begin(): Work {
    const name = `.work-${randomBytes(8).toString('hex')}`
    this.#save({ ...this.#manifest, work: [...this.#manifest.work, name] })
    const path = join(this.directory, name)
    const content = join(path, 'content')
    mkdirSync(path, { mode: 0o700 })
    mkdirSync(content, { mode: 0o755 })
    return {
      path,
      content,
      [Symbol.dispose]: () => this.#end(name),
    }
  }

  /** Makes the work's content the current version, and removes versions beyond `keep`. Throws Fault. */
  publish(name: string, work: Work, version: NewVersion): Installed {
    const home = join(this.directory, name)
    mkdirSync(home, { recursive: true, mode: 0o755 })
    const link = join(home, linkName)
    if (isThere(link) && !this.#ownsLink(name)) {
      throw new Fault(`${link} was not made by an update; move it away`)
    }
    const folder = unusedName(home, version.version)
    const installed = { ...version, folder, at: new Date().toISOString() }
    syncTree(work.content)
    this.#change(name, (versions) => [...versions, installed])
    renameSync(work.content, join(home, folder))
    syncFolder(home)
    const newLink = join(work.path, linkName)
    symlinkSync(folder, newLink)
    renameSync(newLink, link)
    syncFolder(home)
    this.#prune(name)
    return installed
  }

  /** Notes that the source was asked; `facts` replaces what is known of the current version. */
  checked(name: string, facts?: Pick<Installed, 'databases' | 'etag' | 'lastModified'>): void {
    const current = this.installed(name)?.folder
    const checkedAt = new Date().toISOString()
    const versions = (this.#manifest.sources[name]?.versions ?? []).map((version) =>
      facts !== undefined && version.folder === current ? { ...version, ...facts } : version,
    )
    this.#save({
      ...this.#manifest,
      sources: { ...this.#manifest.sources, [name]: { checkedAt, versions } },
    })
  }

  #recover(): void {
    for (const name of this.#manifest.work)
      rmSync(join(this.directory, name), { recursive: true, force: true })
    for (const [name, { versions }] of Object.entries(this.#manifest.sources)) {
      const there = versions.filter(({ folder }) => isThere(join(this.directory, name, folder)))
      if (there.length < versions.length) this.#change(name, () => there)
      this.#prune(name)
    }
    if (this.#manifest.work.length > 0) this.#save({ ...this.#manifest, work: [] })
  }

  /** Removes the oldest versions beyond `keep`; what turns out not to be the current one goes first. */
  #prune(name: string): void {
    const versions = this.#manifest.sources[name]?.versions ?? []
    const current = this.installed(name)
    const others = versions.filter((version) => version !== current)
    const kept = this.#keep - (current === undefined ? 0 : 1)
    const surplus = others.slice(0, Math.max(0, others.length - kept))
    if (surplus.length === 0) return
    for (const version of surplus) removeVersion(join(this.directory, name, version.folder), version.files)
    this.#change(name, (before) => before.filter((version) => !surplus.includes(version)))
  }

  #ownsLink(name: string): boolean {
    return this.installed(name) !== undefined
  }

  #end(work: string): void {
    rmSync(join(this.directory, work), { recursive: true, force: true })
    this.#save({ ...this.#manifest, work: this.#manifest.work.filter((name) => name !== work) })
  }

  #change(name: string, change: (versions: readonly Installed[]) => readonly Installed[]): void {
    const { sources } = this.#manifest
    const source = sources[name] ?? { versions: [] }
    const versions = change(source.versions)
    this.#save({ ...this.#manifest, sources: { ...sources, [name]: { ...source, versions } } })
  }

  #save(manifest: Manifest): void {
    writeManifest(this.directory, manifest)
    this.#manifest = manifest
  }
}

/** What the link of a source leads to, if it is a version that the manifest knows. */
export function currentOf(directory: string, manifest: Manifest, name: string): Installed | undefined {
  const { versions = [] } = Object.hasOwn(manifest.sources, name) ? (manifest.sources[name] ?? {}) : {}
  try {
    const folder = readlinkSync(join(directory, name, linkName))
    return versions.find((version) => version.folder === folder)
  } catch {
    return undefined
  }
}

/** Only the files that were written there; the folders only when nothing else is in them. */
function removeVersion(folder: string, files: readonly string[]): void {
  // Somebody has put something else in its place.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return
  const folders = new Set<string>([folder])
  for (const file of files) {
    rmSync(join(folder, file), { force: true })
    for (let parent = dirname(file); parent !== '.'; parent = dirname(parent))
      folders.add(join(folder, parent))
  }
  for (const path of [...folders].toSorted((a, b) => b.length - a.length)) {
    try {
      rmdirSync(path)
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException
      if (code !== 'ENOTEMPTY' && code !== 'ENOENT' && code !== 'ENOTDIR') throw thrown
    }
  }
}

function unusedName(home: string, version: string): string {
  const base =
    version
      .replace(/[^A-Za-z0-9._+-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 100) || 'version'
  if (base !== linkName && !isThere(join(home, base))) return base
  for (let number = 2; ; number++) if (!isThere(join(home, `${base}.${number}`))) return `${base}.${number}`
}

/** Also true for a link that leads nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Files are synced when they are written; this is for the names. */
function syncTree(directory: string): void {
  chmodSync(directory, 0o755)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) syncTree(join(directory, entry.name))
  }
  syncFolder(directory)
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 })
  } catch (thrown) {
    throw new AppError('permission', `cannot make ${directory}: ${messageOf(thrown)}`, {
      hint: 'run as root, or choose another directory in [update]',
      cause: thrown,
    })
  }
}
