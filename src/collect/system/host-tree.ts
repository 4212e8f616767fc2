// The files of the running host, or of a folder that stands for `/`, as an evidence tree. Nothing but regular files is ever opened;
// links are not followed anywhere on the way; file systems that may never answer are not touched; access times stay as they are.

import { readSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import { type FileSource, memorySource } from '../../evidence/source.ts'
import type { EvidenceTree, TreeEntry, TreeFile, TreeKind } from '../../evidence/tree.ts'
import { type DataExtent, dataExtents } from '../../platform/linux/data-extents.ts'
import { closeFd } from '../../platform/linux/fanotify.ts'
import { FileStatus, FileType, linkTarget } from '../../platform/linux/file-status.ts'
import { EntryType, FolderEntries } from '../../platform/linux/folder-entries.ts'
import { errnoName } from '../../platform/linux/libc.ts'
import { readMounts } from '../../platform/linux/mounts.ts'
import { openBeneath } from '../../platform/linux/open-beneath.ts'
import { openPath } from '../../platform/linux/open-path.ts'
import { bytesOf, kernelName, textOf } from './byte-path.ts'
import { type LeftOut, untouchable } from './host-mounts.ts'
import { isPrivateKey, secretKindOf, withoutHashes } from './secrets.ts'
import { treeFileOf, treeKindOf } from './tree-file.ts'

/** Whether hashes of passwords and private keys are given away. */
export type Secrets = 'kept' | 'left-out'

const maxSecretBytes = 16 * 1024 * 1024
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

export class HostTree implements EvidenceTree {
  readonly label: string
  readonly system = 'linux'
  readonly foldsCase = false
  readonly notes = new Notes()
  #root: number
  readonly #secrets: Secrets
  /** What is not looked into. */
  readonly untouchable: readonly LeftOut[]
  readonly #told = new Set<string>()
  readonly #status = new FileStatus()
  /** The folder of the last `stat`: many are asked for one after the other. */
  #lastFolder: { readonly path: string; readonly fd: number } | undefined

  /** `root`: without links in it, `` on the running host. Throws AppError `not-found`. */
  constructor(root: string, secrets: Secrets = 'left-out') {
    this.#secrets = secrets
    this.label = root === '' ? '/' : root
    const bytes = bytesOf(root)
    this.#root = openPath(bytes === '' ? '/' : bytes, 'directory')
    if (this.#root < 0) throw new AppError('not-found', `${this.label} is no folder that can be read`)
    this.untouchable = untouchable(readMounts(), bytes)
  }

  *list(folder: string): Generator<TreeEntry> {
    const path = relative(folder)
    const fd = this.#openFolder(path)
    if (fd < 0) return
    try {
      const entries = new FolderEntries()
      entries.begin(fd)
      while (entries.next()) {
        const kind = this.#kindOf(path, fd, entries)
        if (kind !== undefined) yield { name: textOf(entries.name), kind }
      }
      if (entries.fault !== 0) this.#note(path, errnoName(entries.fault))
    } finally {
      closeFd(fd)
    }
  }

  stat(path: string): TreeFile | undefined {
    const status = this.status(path)
    if (status === undefined) return undefined
    const [folder, name] = split(relative(path))
    const target =
      status.type === FileType.link ? linkTarget(this.#folderOf(folder), kernelName(name)) : undefined
    return treeFileOf(path, status, target === undefined ? undefined : textOf(target))
  }

  /** Everything that statx(2) tells; valid until the next call. */
  status(path: string): FileStatus | undefined {
    const bytes = relative(path)
    if (this.#isUntouchable(bytes)) return undefined
    const [folder, name] = split(bytes)
    const fd = this.#folderOf(folder)
    if (fd < 0) return undefined
    const fault = this.#status.read(fd, kernelName(name))
    if (fault !== 0) this.#note(bytes, errnoName(fault))
    return fault === 0 ? this.#status : undefined
  }

  /** Also tells `extents` and `problem`. Of files with passwords and private keys, what may be given away. */
  open(path: string): FileSource | undefined {
    const source = this.openWhole(path)
    if (source === undefined) return undefined
    const kind = this.#secrets === 'kept' ? undefined : secretKindOf(path)
    if (kind === undefined) return source
    if (kind === 'key-folder' && !isPrivateKey(source.read(0, 512))) return source
    using whole = source
    if (kind === 'key-folder') {
      if (!this.#told.has(path)) this.notes.add(`${path} is a private key: only that it is there was taken`)
      this.#told.add(path)
      return undefined
    }
    if (whole.size > maxSecretBytes) return undefined
    const bytes = withoutHashes(whole.read(0, whole.size), kind)
    if (!this.#told.has(path)) this.notes.add(`${path} was taken without the hashes of passwords`)
    this.#told.add(path)
    return { path, ...memorySource(bytes), [Symbol.dispose]: () => undefined }
  }

  /** The same, whatever is secret in it. */
  openWhole(path: string): FileSource | undefined {
    const fd = this.openFile(path)
    return fd === undefined ? undefined : new DescriptorSource(path, fd)
  }

  /** A descriptor of a regular file, to be closed by `closeFd`; undefined for everything else. */
  openFile(path: string): number | undefined {
    const bytes = relative(path)
    // Looked at before it is opened: opening some devices has effects.
    if (this.status(path)?.type !== FileType.file) return undefined
    const fd = openBeneath(this.#root, bytes, { kind: 'file', mounts: 'enter' })
    if (fd < 0) {
      this.#note(bytes, errnoName(-fd))
      return undefined
    }
    const status = new FileStatus()
    if (status.read(fd) === 0 && status.type === FileType.file) return fd
    closeFd(fd)
    return undefined
  }

  [Symbol.dispose](): void {
    if (this.#lastFolder !== undefined) closeFd(this.#lastFolder.fd)
    this.#lastFolder = undefined
    if (this.#root >= 0) closeFd(this.#root)
    // The number may soon be that of another file.
    this.#root = -1
  }

  #openFolder(path: string): number {
    if (this.#isUntouchable(path)) return -1
    const fd = openBeneath(this.#root, path, { kind: 'folder', mounts: 'enter' })
    if (fd < 0) this.#note(path, errnoName(-fd))
    return fd
  }

  #folderOf(path: string): number {
    if (this.#lastFolder?.path === path) return this.#lastFolder.fd
    if (this.#lastFolder !== undefined) closeFd(this.#lastFolder.fd)
    const fd = this.#openFolder(path)
    this.#lastFolder = fd < 0 ? undefined : { path, fd }
    return fd
  }

  #kindOf(folder: string, fd: number, entries: FolderEntries): TreeKind | undefined {
    const { type } = entries
    if (type === EntryType.file) return 'file'
    if (type === EntryType.folder) return 'folder'
    if (type === EntryType.link) return 'link'
    if (type !== EntryType.unknown) return 'other'
    if (this.#isUntouchable(folder === '' ? entries.name : `${folder}/${entries.name}`)) return 'folder'
    return this.#status.read(fd, entries.nameBytes) === 0 ? treeKindOf(this.#status.type) : undefined
  }

  #isUntouchable(path: string): boolean {
    for (const { point, fsType, why } of this.untouchable) {
      if (path !== point && !path.startsWith(`${point}/`)) continue
      if (!this.#told.has(point) && why !== 'made by the kernel')
        this.notes.add(`/${textOf(point)} (${fsType}) was left out: ${why}`)
      this.#told.add(point)
      return true
    }
    return false
  }

  #note(path: string, fault: string): void {
    if (!absent.has(fault)) this.notes.add(`/${textOf(path)} cannot be read: ${fault}`)
  }
}

class DescriptorSource implements FileSource {
  readonly path: string
  readonly size: number
  readonly #fd: number

  constructor(path: string, fd: number) {
    this.path = path
    this.#fd = fd
    this.size = this.#sizeNow()
  }

  /** Asked when all was read. */
  problem(): string | undefined {
    const size = this.#sizeNow()
    return size === this.size
      ? undefined
      : `it had ${this.size} bytes when it was opened and ${size} at the end`
  }

  /** Ranges with data; the rest are holes. */
  extents(): Iterable<DataExtent> {
    return dataExtents(this.#fd)
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset))
    const bytes = new Uint8Array(wanted)
    let filled = 0
    while (filled < wanted) {
      const count = this.#readAt(bytes, filled, offset)
      if (count === 0) break
      filled += count
    }
    return filled === wanted ? bytes : bytes.subarray(0, filled)
  }

  [Symbol.dispose](): void {
    closeFd(this.#fd)
  }

  #sizeNow(): number {
    const status = new FileStatus()
    return status.read(this.#fd) === 0 ? status.size : 0
  }

  #readAt(bytes: Uint8Array, filled: number, offset: number): number {
    try {
      return readSync(this.#fd, bytes, filled, bytes.length - filled, offset + filled)
    } catch (thrown) {
      throw new AppError('kernel', `${this.path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
    }
  }
}

/** Bytes without a slash in front. */
function relative(path: string): string {
  return bytesOf(path.replace(/^\/+/, ''))
}

function split(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}
