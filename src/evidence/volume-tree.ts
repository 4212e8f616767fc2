// The tree over a file system that is read from a volume: ways from the root by name, whatever the file system. A folder is entered only
// where it says itself that it lies, so that no path of a damaged or hostile volume is endless and none appears twice.

import { FolderCache } from './folder-cache.ts'
import type { Notes } from './note.ts'
import type { FileSource } from './source.ts'
import { partsOf } from './tree-path.ts'
import type { EvidenceTree, TreeEntry, TreeFile } from './tree.ts'

const maxKnownPaths = 10_000

export interface VolumeEntry extends TreeEntry {
  readonly inode: number
  /** Found by name, but not listed: a second name of what is listed. */
  readonly isShort?: boolean
}

export interface FileSystem {
  readonly system: EvidenceTree['system']
  readonly foldsCase: boolean
  readonly notes: Notes
  readonly root: number
  /** A name as it is compared. */
  fold(name: string): string
  entries(folder: number): Iterable<VolumeEntry>
  /** Whether a folder says itself that it lies in `parent` by that name. */
  isIn(folder: number, parent: number, name: string): boolean
  stat(inode: number, path: string): TreeFile | undefined
  open(inode: number, path: string, stream?: string): FileSource | undefined
}

/** `close` is called once, when the tree is disposed. */
export function volumeTree(label: string, fileSystem: FileSystem, close: () => void): EvidenceTree {
  return new VolumeTree(label, fileSystem, close)
}

class VolumeTree implements EvidenceTree {
  readonly label: string
  readonly #fileSystem: FileSystem
  readonly #close: () => void
  readonly #names = new FolderCache<VolumeEntry>()
  readonly #folders = new Map<string, number>()
  #isClosed = false

  constructor(label: string, fileSystem: FileSystem, close: () => void) {
    this.label = label
    this.#fileSystem = fileSystem
    this.#close = close
  }

  get system(): EvidenceTree['system'] {
    return this.#fileSystem.system
  }

  get foldsCase(): boolean {
    return this.#fileSystem.foldsCase
  }

  get notes(): Notes {
    return this.#fileSystem.notes
  }

  *list(folder: string): Generator<TreeEntry> {
    const parts = partsOf(folder)
    const inode = parts === undefined ? undefined : this.#folder(parts)
    if (inode === undefined) return
    const folders = new Set<number>()
    for (const { name, kind, inode: at, isShort } of this.#fileSystem.entries(inode)) {
      if (isShort === true) continue
      if (kind === 'folder') {
        if (folders.has(at)) continue
        folders.add(at)
      }
      yield { name, kind }
    }
  }

  stat(path: string): TreeFile | undefined {
    const parts = partsOf(path)
    if (parts === undefined) return undefined
    const inode = this.#find(parts)
    return inode === undefined ? undefined : this.#fileSystem.stat(inode, `/${parts.join('/')}`)
  }

  open(path: string, stream?: string): FileSource | undefined {
    const parts = partsOf(path)
    if (parts === undefined) return undefined
    const inode = this.#find(parts)
    return inode === undefined ? undefined : this.#fileSystem.open(inode, `/${parts.join('/')}`, stream)
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#close()
  }

  #find(parts: readonly string[]): number | undefined {
    const name = parts.at(-1)
    if (name === undefined) return this.#fileSystem.root
    const parent = this.#folder(parts.slice(0, -1))
    if (parent === undefined) return undefined
    const entry = this.#entry(parent, name)
    if (entry?.kind !== 'folder') return entry?.inode
    return this.#isIn(entry, parent) ? entry.inode : undefined
  }

  #folder(parts: readonly string[]): number | undefined {
    const name = parts.at(-1)
    if (name === undefined) return this.#fileSystem.root
    const key = parts.map((part) => this.#fileSystem.fold(part)).join('/')
    const known = this.#folders.get(key)
    if (known !== undefined) return known
    const parent = this.#folder(parts.slice(0, -1))
    if (parent === undefined) return undefined
    const entry = this.#entry(parent, name)
    if (entry?.kind !== 'folder' || !this.#isIn(entry, parent)) return undefined
    if (this.#folders.size >= maxKnownPaths) this.#folders.clear()
    this.#folders.set(key, entry.inode)
    return entry.inode
  }

  #isIn(entry: VolumeEntry, parent: number): boolean {
    if (this.#fileSystem.isIn(entry.inode, parent, entry.name)) return true
    this.notes.add(
      `folder ${entry.inode} does not lie in folder ${parent}, which lists it: it is passed over there`,
    )
    return false
  }

  #entry(folder: number, name: string): VolumeEntry | undefined {
    const { foldsCase } = this.#fileSystem
    const names = this.#names.of(folder, (add) => {
      const later: VolumeEntry[] = []
      for (const entry of this.#fileSystem.entries(folder)) {
        if (!add(entry.name, entry)) {
          this.notes.add(`folder ${folder} has more names than are looked up`)
          break
        }
        if (foldsCase) later.push(entry)
      }
      // An exact name goes before one that only reads the same.
      for (const entry of later) if (!add(`/${this.#fileSystem.fold(entry.name)}`, entry)) break
    })
    const exact = names.get(name)
    return exact === undefined && foldsCase ? names.get(`/${this.#fileSystem.fold(name)}`) : exact
  }
}
