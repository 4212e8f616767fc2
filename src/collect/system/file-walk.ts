// Every name in one file system, once: what is mounted on it is not entered, what mounts cover is seen where the kernel lets us.
// Folders are read a buffer at a time and left open while what is in them is looked at, so that memory does not grow with the
// number of files; a bound on open folders and on depth holds against whoever made them.

import { closeFd } from '../../platform/linux/fanotify.ts'
import { FileStatus, FileType } from '../../platform/linux/file-status.ts'
import { EntryType, FolderEntries } from '../../platform/linux/folder-entries.ts'
import { errnoName } from '../../platform/linux/libc.ts'
import { closeMountView, type MountView, openMountView } from '../../platform/linux/mount-clone.ts'
import { openBeneath } from '../../platform/linux/open-beneath.ts'
import { textOf } from './byte-path.ts'
import type { WalkStart } from './host-mounts.ts'

/** One folder that is being read. */
export interface WalkFolder {
  /** As it is told, bytes in a latin1 string, `` for the root. */
  readonly path: string
  /** What the visitor made of it. */
  readonly tag: number
  /** Another mount lies over it: nobody sees it by its path. */
  readonly isCovered: boolean
}

/** One name; the object is used again for the next. */
export interface WalkEntry {
  readonly folder: WalkFolder
  /** Bytes in a latin1 string; `` for the root of the file system. */
  readonly name: string
  /** The same with a zero behind it, valid while the entry is looked at. */
  readonly nameBytes: Uint8Array
  /** Of the folder. */
  readonly fd: number
  readonly status: FileStatus
}

export interface WalkVisitor {
  /** A number that stands by the folder's entries, e.g. bits of what it is. `parent`: the tag of the folder above. */
  tagOf(path: string, parent: number): number
  visit(entry: WalkEntry): void
}

export interface FileWalkOptions {
  readonly start: WalkStart
  readonly visitor: WalkVisitor
  /** What could not be looked at, one sentence. */
  readonly note: (text: string) => void
}

interface Frame extends WalkFolder {
  /** Within the file system, without a slash in front. */
  readonly inside: string
  readonly depth: number
  /** Undefined when its names are all read. */
  open: { readonly fd: number; readonly entries: FolderEntries } | undefined
  /** Folders in it that are looked at after all of its names. */
  readonly pending: string[]
}

const maxOpen = 200
const maxDepth = 4096
const maxPending = 1_000_000
const maxNotes = 200
const gone: ReadonlySet<string> = new Set(['ENOENT', 'ESTALE'])
/** Names between two looks at the clock. */
const namesAtOnce = 512

export class FileWalk implements Disposable {
  readonly #options: FileWalkOptions
  readonly #view: MountView
  readonly #frames: Frame[] = []
  readonly #status = new FileStatus()
  readonly #spare: FolderEntries[] = []
  #open = 0
  #notes = 0

  /** Undefined, with a note, when the file system cannot be opened or is not the one that was meant. */
  static start(options: FileWalkOptions): FileWalk | undefined {
    const { start, note } = options
    const shown = textOf(start.shown === '' ? '/' : start.shown)
    const view = openMountView(start.point)
    if (view === undefined) {
      note(`${shown} (${start.fsType}) cannot be opened`)
      return undefined
    }
    const status = new FileStatus()
    const isRead = status.read(view.fd) === 0
    // Subvolumes of btrfs have numbers of their own.
    if (isRead && (status.device === start.device || start.fsType === 'btrfs'))
      return new FileWalk(options, view)
    closeMountView(view)
    note(`${shown} (${start.fsType}) was left out: another file system lies over it`)
    return undefined
  }

  private constructor(options: FileWalkOptions, view: MountView) {
    this.#options = options
    this.#view = view
    const { visitor, start } = options
    this.#status.read(view.fd)
    const root = { path: start.shown, tag: visitor.tagOf(start.shown, 0), isCovered: false }
    visitor.visit({ folder: root, name: '', nameBytes: new Uint8Array(1), fd: view.fd, status: this.#status })
    if (this.#status.type === FileType.folder) this.#enter({ ...root, inside: '', depth: 0 }, view.fd, '')
  }

  /** Looks at names for about so long; false when there are none left. */
  work(ms: number): boolean {
    const end = performance.now() + ms
    do {
      for (let count = 0; count < namesAtOnce; count++) if (!this.#step()) return false
    } while (performance.now() < end)
    return true
  }

  /** Where it is, for people. */
  get place(): string {
    const path = this.#frames.at(-1)?.path ?? this.#options.start.shown
    return textOf(path === '' ? '/' : path)
  }

  [Symbol.dispose](): void {
    for (const { open } of this.#frames) if (open !== undefined) closeFd(open.fd)
    this.#frames.length = 0
    closeMountView(this.#view)
  }

  #step(): boolean {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return false
    if (frame.open !== undefined) {
      if (frame.open.entries.next()) this.#look(frame, frame.open)
      else this.#shut(frame, frame.open)
      return true
    }
    const next = frame.pending.pop()
    if (next === undefined) this.#frames.pop()
    else this.#enterBelow(frame, next)
    return true
  }

  #look(frame: Frame, { fd, entries }: NonNullable<Frame['open']>): void {
    const { name, nameBytes } = entries
    const inside = frame.inside === '' ? name : `${frame.inside}/${name}`
    const { start, visitor } = this.#options
    const isPoint = entries.type !== EntryType.file && start.covered.has(inside)
    // Without a view of our own, even a look at this name would be one into the other file system.
    if (start.seenElsewhere.has(inside) || (isPoint && !this.#view.isClone)) return
    const fault = this.#status.read(fd, nameBytes)
    if (fault !== 0) {
      this.#fail(frame, name, fault)
      return
    }
    // What is mounted there is looked at by itself; the folder below it only matters for what it holds.
    if (!isPoint) visitor.visit({ folder: frame, name, nameBytes, fd, status: this.#status })
    if (this.#status.type === FileType.folder) this.#enterBelow(frame, name)
  }

  #enterBelow(frame: Frame, name: string): void {
    if (this.#open >= maxOpen && frame.open !== undefined) {
      if (frame.pending.length < maxPending) frame.pending.push(name)
      else this.#note(`${textOf(frame.path)} has more folders than can be kept in mind`)
      return
    }
    if (frame.depth >= maxDepth) {
      this.#note(
        `what lies more than ${maxDepth} folders deep was left out: ${shortened(textOf(frame.path))}`,
      )
      return
    }
    const inside = frame.inside === '' ? name : `${frame.inside}/${name}`
    const path = `${frame.path}/${name}`
    const below = {
      path,
      tag: this.#options.visitor.tagOf(path, frame.tag),
      isCovered: frame.isCovered || this.#options.start.covered.has(inside),
      inside,
      depth: frame.depth + 1,
    }
    if (frame.open === undefined) this.#enter(below, this.#view.fd, inside)
    else this.#enter(below, frame.open.fd, name)
  }

  #enter(folder: Omit<Frame, 'open' | 'pending'>, base: number, name: string): void {
    const fd = openBeneath(base, name, { kind: 'folder', mounts: 'stay' })
    if (fd < 0) {
      this.#fail(folder, '', -fd)
      return
    }
    const entries = this.#spare.pop() ?? new FolderEntries()
    entries.begin(fd)
    this.#frames.push({ ...folder, open: { fd, entries }, pending: [] })
    this.#open++
  }

  #shut(frame: Frame, { fd, entries }: NonNullable<Frame['open']>): void {
    if (entries.fault !== 0) this.#fail(frame, '', entries.fault)
    closeFd(fd)
    this.#spare.push(entries)
    frame.open = undefined
    this.#open--
  }

  #fail(folder: WalkFolder, name: string, fault: number): void {
    const why = errnoName(fault)
    // EXDEV: a mount that came while we looked.
    if (gone.has(why) || why === 'EXDEV') return
    this.#note(
      `${shortened(textOf(name === '' ? folder.path : `${folder.path}/${name}`))} cannot be read: ${why}`,
    )
  }

  #note(text: string): void {
    this.#notes++
    if (this.#notes <= maxNotes) this.#options.note(text)
    if (this.#notes === maxNotes)
      this.#options.note(`more than ${maxNotes} places of ${this.place} cannot be read`)
  }
}

function shortened(path: string): string {
  return path.length <= 1000 ? path : `${path.slice(0, 500)}…${path.slice(-500)}`
}
