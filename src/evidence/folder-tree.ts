// A folder of the running system as a tree: where the disk of an examined host is mounted, or the host's own root. Nothing outside the
// folder is reached: links are entries, and an opened file is asked where it lies.

import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  opendirSync,
  readlinkSync,
  realpathSync,
} from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import { FolderCache } from './folder-cache.ts'
import { NotesOnce } from './note.ts'
import { type FileSource, openUnseen, sourceOf } from './source.ts'
import { bytesOfName, foldCase, nameOfBytes, partsOf } from './tree-path.ts'
import { systemOf } from './tree-system.ts'
import type { EvidenceTree, TreeEntry, TreeFile, TreeKind } from './tree.ts'

const isWindows = process.platform === 'win32'
const slash = Buffer.from(isWindows ? '\\' : '/')
const maxKnownFolders = 10_000
const entriesAtOnce = 512

/** Throws AppError where `path` is no folder that can be read. */
export function openFolderTree(path: string): EvidenceTree {
  let root: string
  try {
    root = realpathSync(path)
    opendirSync(root).closeSync()
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code === 'EACCES' ? 'permission' : 'not-found'
    throw new AppError(code, `${path} cannot be read as a folder: ${messageOf(thrown)}`, { cause: thrown })
  }
  return new FolderTree(path, root)
}

class FolderTree implements EvidenceTree {
  readonly label: string
  readonly system: EvidenceTree['system']
  readonly foldsCase: boolean
  readonly notes = new NotesOnce()
  readonly #root: Buffer
  readonly #folders = new Map<string, Buffer>()
  readonly #names = new FolderCache<Buffer>()

  constructor(label: string, root: string) {
    this.label = label
    this.#root = Buffer.from(beforeSlash(root))
    this.system = systemOf(Array.from(this.list('/'), ({ name }) => name))
    this.foldsCase = this.system === 'windows'
  }

  *list(folder: string): Generator<TreeEntry> {
    const parts = partsOf(folder)
    const place = parts === undefined ? undefined : this.#folder(parts)
    if (place === undefined) return
    for (const entry of this.#entries(place)) {
      const kind = kindOfEntry(entry) ?? this.#kindOf(join(place, entry.name))
      if (kind !== undefined) yield { name: nameOfBytes(entry.name), kind }
    }
  }

  stat(path: string): TreeFile | undefined {
    const parts = partsOf(path)
    const place = parts === undefined ? undefined : this.#place(parts)
    const stat = place === undefined ? undefined : this.#lstat(place)
    if (parts === undefined || place === undefined || stat === undefined) return undefined
    const kind = kindOfMode(Number(stat.mode))
    const target = kind === 'link' ? this.#target(place) : undefined
    return {
      path: `/${parts.join('/')}`,
      kind,
      size: kind === 'file' ? Number(stat.size) : 0,
      inode: Number(stat.ino),
      mode: Number(stat.mode),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      times: {
        modified: timeOf(stat.mtimeNs),
        changed: timeOf(stat.ctimeNs),
        accessed: timeOf(stat.atimeNs),
        // File systems that do not know it say zero.
        ...(stat.birthtimeNs === 0n ? {} : { born: timeOf(stat.birthtimeNs) }),
      },
      ...(target === undefined ? {} : { target }),
    }
  }

  open(path: string, stream?: string): FileSource | undefined {
    const parts = stream === undefined ? partsOf(path) : undefined
    const place = parts === undefined ? undefined : this.#place(parts)
    if (place === undefined || this.#kindOf(place) !== 'file') return undefined
    return this.#attempt(place, () => {
      // Neither waits a fifo that came in between, nor is a link followed.
      const fd = openUnseen(place, noFollow)
      if (fstatSync(fd).isFile() && isAt(fd, place)) return sourceOf(path, fd)
      closeSync(fd)
      this.notes.add(`${path} is not the same any more and is passed over`)
      return undefined
    })
  }

  [Symbol.dispose](): void {
    // Files that are open belong to who opened them.
  }

  #place(parts: readonly string[]): Buffer | undefined {
    const name = parts.at(-1)
    const folder = this.#folder(parts.slice(0, -1))
    if (name === undefined || folder === undefined) return folder
    return this.#child(folder, name)
  }

  #folder(parts: readonly string[]): Buffer | undefined {
    const name = parts.at(-1)
    if (name === undefined) return this.#root
    const key = parts.join('/')
    const known = this.#folders.get(key)
    if (known !== undefined) return known
    const parent = this.#folder(parts.slice(0, -1))
    const place = parent === undefined ? undefined : this.#child(parent, name)
    if (place === undefined || this.#kindOf(place) !== 'folder') return undefined
    if (this.#folders.size >= maxKnownFolders) this.#folders.clear()
    this.#folders.set(key, place)
    return place
  }

  #child(folder: Buffer, name: string): Buffer | undefined {
    // These part names there, and name streams.
    if (isWindows && /[\\/:]/.test(name)) return undefined
    const exact = join(folder, Buffer.from(name))
    if (this.#lstat(exact) !== undefined) return exact
    const bytes = bytesOfName(name)
    if (bytes !== undefined && !bytes.includes(0x2f) && this.#lstat(join(folder, bytes)) !== undefined)
      return join(folder, bytes)
    if (!this.foldsCase) return undefined
    const names = this.#names.of(folder.toString('latin1'), (add) => {
      for (const entry of this.#entries(folder)) {
        if (add(foldCase(nameOfBytes(entry.name)), entry.name)) continue
        this.notes.add(`${folder.toString()} has more names than are looked up`)
        return
      }
    })
    const found = names.get(foldCase(name))
    return found === undefined ? undefined : join(folder, found)
  }

  *#entries(folder: Buffer): Generator<Dirent<Buffer>> {
    const path = folder.equals(this.#root) ? join(folder, nothing) : folder
    const directory = this.#attempt(folder, () =>
      opendirSync(path, { encoding: 'buffer' as BufferEncoding, bufferSize: entriesAtOnce }),
    )
    if (directory === undefined) return
    try {
      for (;;) {
        const entry = this.#attempt(folder, () => directory.readSync())
        if (entry === undefined || entry === null) return
        // With that encoding names are bytes, which the types do not know.
        yield entry as unknown as Dirent<Buffer>
      }
    } finally {
      directory.closeSync()
    }
  }

  #kindOf(place: Buffer): TreeKind | undefined {
    const stat = this.#lstat(place)
    return stat === undefined ? undefined : kindOfMode(Number(stat.mode))
  }

  #lstat(place: Buffer): BigIntStats | undefined {
    return this.#attempt(place, () =>
      lstatSync(place.equals(this.#root) ? join(place, nothing) : place, {
        bigint: true,
        throwIfNoEntry: false,
      }),
    )
  }

  #target(place: Buffer): string | undefined {
    return this.#attempt(place, () => nameOfBytes(readlinkSync(place, { encoding: 'buffer' })))
  }

  /** Undefined, and a note, where the system refuses; what is gone is no fault. */
  #attempt<T>(place: Buffer, act: () => T): T | undefined {
    try {
      return act()
    } catch (thrown) {
      const { code = '' } = thrown as NodeJS.ErrnoException
      if (!absent.has(code)) this.notes.add(`${nameOfBytes(place)}: ${messageOf(thrown)}`)
      return undefined
    }
  }
}

const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>
const noFollow = O_NOFOLLOW | O_NONBLOCK

const nothing = new Uint8Array(0)

/**
 * What stands before the slash that begins each path. Of Windows in the form that is taken as it is written: names of devices, points and
 * blanks at their end, and more than 260 characters are no obstacle.
 */
function beforeSlash(root: string): string {
  const path = root.replace(isWindows ? /[\\/]$/ : /\/$/, '')
  return isWindows && /^[a-z]:/i.test(path) ? `\\\\?\\${path}` : path
}

function join(folder: Buffer, name: Uint8Array): Buffer {
  return Buffer.concat([folder, slash, name])
}

/** Where the kernel tells it: a folder on the way may have become a link after it was looked at. */
function isAt(fd: number, place: Buffer): boolean {
  if (process.platform !== 'linux') return true
  return readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' }).equals(place)
}

function kindOfEntry(entry: Dirent<Buffer>): TreeKind | undefined {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  if (entry.isSymbolicLink()) return 'link'
  const isOther = entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice()
  return isOther ? 'other' : undefined
}

function kindOfMode(mode: number): TreeKind {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file'
    case constants.S_IFDIR:
      return 'folder'
    case constants.S_IFLNK:
      return 'link'
    default:
      return 'other'
  }
}

/** Nanoseconds since 1970, as ISO 8601. */
function timeOf(ns: bigint): string {
  const rest = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const text = new Date(Number((ns - rest) / 1_000_000n)).toISOString().slice(0, -5)
  return `${text}.${String(rest).padStart(9, '0')}Z`
}
