// The groups of the gate, and the marks that give them their reach over the places. The marks are set last, when
// every worker stands ready, and removed first.

import { closeSync, constants, openSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'
import { pathText } from '../base/text.ts'
import { Ev, type FanotifyGroup, Init, Mark, openGroup } from '../platform/linux/fanotify.ts'
import { fsidOf } from '../platform/linux/file-handles.ts'
import { errnoName } from '../platform/linux/libc.ts'
import { type Mount, readMounts } from '../platform/linux/mounts.ts'
import { pathOfFd } from '../platform/linux/processes.ts'
import { askedIn } from './marks.ts'
import { isBelow, mountAt } from './places.ts'
import type { GateMode, Place } from './settings.ts'

// Files there are made by the kernel, not stored: nothing to scan, and asking about them could only do harm.
const pseudo = new Set(
  'proc sysfs devtmpfs devpts cgroup cgroup2 securityfs debugfs tracefs bpf mqueue hugetlbfs fusectl configfs pstore autofs binfmt_misc efivarfs nsfs'.split(
    ' ',
  ),
)

export interface Groups {
  readonly questions: FanotifyGroup
  readonly knownBad: FanotifyGroup
  readonly written: FanotifyGroup
  readonly moved: FanotifyGroup
}

/** Something that is not guarded, or not as fully as asked for, and why. */
export type Notice = (message: string) => void

export class Reach {
  readonly groups: Groups
  readonly #mode: GateMode
  readonly #notice: Notice
  readonly #places: { place: Place; fd: number }[]
  /** Mount points (and kinds) that carry marks. */
  readonly #marked = new Set<string>()
  #pseudoMounts: ReadonlySet<string> = new Set()

  /** Throws AppError when a place does not exist or the kernel refuses a group. */
  constructor(places: readonly Place[], mode: GateMode, notice: Notice) {
    this.#mode = mode
    this.#notice = notice
    this.#places = places.map((place) => ({ place, fd: openPlace(place.path) }))
    this.groups = {
      questions: openGroup(Init.classContent),
      knownBad: openGroup(Init.classContent),
      written: openGroup(Init.classNotif),
      moved: openGroup(Init.classNotif | Init.reportDirFid | Init.reportName),
    }
  }

  /** Mount points of file systems that the kernel makes up, as of the last look. */
  get pseudoMounts(): ReadonlySet<string> {
    return this.#pseudoMounts
  }

  /** Sets the marks of all places. Throws AppError when a place itself cannot be marked. */
  mark(): void {
    const mounts = this.#readMounts()
    for (const { place } of this.#places) {
      if (place.kind === 'mount') {
        this.#markOne(place.path, Mark.mount)
        continue
      }
      const own = mountAt(mounts, place.path)
      if (own !== undefined && pseudo.has(own.fsType)) {
        throw new AppError(
          'unsupported',
          `${pathText(place.path)} is a ${own.fsType} file system: there is nothing to guard`,
        )
      }
      this.#markOne(place.path, Mark.filesystem)
      this.#markBelow(place, mounts)
    }
  }

  /** Marks what was mounted below the places since; true when there was something new. */
  markNewMounts(): boolean {
    const before = this.#marked.size
    const mounts = this.#readMounts()
    for (const { place } of this.#places) if (place.kind === 'directory') this.#markBelow(place, mounts)
    return this.#marked.size > before
  }

  /** The places where they are now: a directory may have been renamed, and is guarded all the same. */
  currentPlaces(): Place[] {
    return this.#places.map(({ place, fd }) => ({ ...place, path: pathOfFd(fd) ?? place.path }))
  }

  /** A descriptor on the file system with this id; -1 when it is none of ours. */
  mountFdOf(fsid: string): number {
    return this.#places.find(({ fd }) => fsidOf(fd) === fsid)?.fd ?? -1
  }

  /** Removes every mark: from here on nobody is asked any more. */
  unmark(): void {
    for (const group of Object.values(this.groups) as FanotifyGroup[]) {
      for (const kind of [Mark.filesystem, Mark.mount, 0]) group.flush(kind)
    }
  }

  close(): void {
    for (const group of Object.values(this.groups) as FanotifyGroup[]) group.close()
    for (const { fd } of this.#places) closeSync(fd)
  }

  #readMounts(): Mount[] {
    const mounts = readMounts()
    this.#pseudoMounts = new Set(mounts.filter(({ fsType }) => pseudo.has(fsType)).map(({ point }) => point))
    return mounts
  }

  #markBelow(place: Place, mounts: readonly Mount[]): void {
    for (const { point, fsType } of mounts) {
      if (point === place.path || !isBelow(point, place.path) || pseudo.has(fsType)) continue
      try {
        this.#markOne(point, Mark.filesystem)
      } catch (thrown) {
        this.#notice(
          `${pathText(point)} is mounted below ${pathText(place.path)} but cannot be guarded: ${messageOf(thrown)}`,
        )
      }
    }
  }

  #markOne(path: string, kind: number): void {
    const key = `${kind}:${path}`
    if (this.#marked.has(key)) return
    if (this.#mode !== 'observe') {
      this.#mustMark(this.groups.questions, kind, askedIn(this.#mode), path)
    }
    this.#mustMark(this.groups.written, kind, Ev.closeWrite, path)
    this.#marked.add(key)
    // Names cannot be had for a single mount; the file system's events are filtered by place anyway.
    const failed = this.groups.moved.mark(Mark.add | Mark.filesystem, Ev.movedTo | Ev.create | Ev.onDir, path)
    if (failed !== 0) {
      this.#notice(
        `${pathText(path)}: the file system cannot report moved and linked files (${errnoName(failed)}); they are judged when they are opened`,
      )
    }
  }

  #mustMark(group: FanotifyGroup, kind: number, mask: number, path: string): void {
    const failed = group.mark(Mark.add | kind, mask, path)
    if (failed === 0) return
    throw new AppError(
      'kernel',
      `${pathText(path)} cannot be guarded: fanotify_mark failed with ${errnoName(failed)}`,
      {
        hint: 'haechi doctor says what this kernel and file system allow',
      },
    )
  }
}

function openPlace(path: string): number {
  try {
    // Readable, not O_PATH: open_by_handle_at wants it so. Open before any mark: nobody is asked yet.
    return openSync(Buffer.from(path, 'latin1'), constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (thrown) {
    throw new AppError('not-found', `cannot guard ${pathText(path)}: ${messageOf(thrown)}`, {
      hint: 'a place is an existing directory',
      cause: thrown,
    })
  }
}
