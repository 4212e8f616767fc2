// What was moved or linked into a place is judged before anybody opens it; and a directory that moved may carry
// marks, or be a place itself.

import { lstatSync } from 'node:fs'

import { closeFd, Ev } from '../platform/linux/fanotify.ts'
import { type NameEvent, nameEvents, openDirectoryHandle } from '../platform/linux/file-handles.ts'
import { pathOfFd } from '../platform/linux/processes.ts'
import { Stat } from '../platform/linux/statx.ts'
import type { Intake } from './intake.ts'
import { forgetAll } from './marks.ts'
import type { Places } from './places.ts'
import type { Reach } from './reach.ts'

const maxKnownDirectories = 4096
/** Names that wait; when there are more, single names no longer matter and the places are swept instead. */
const maxWaiting = 20_000

interface Directory {
  readonly path: string
  readonly inside: boolean
}

export interface ArrivalsOptions {
  readonly reach: Reach
  readonly intake: Intake
  readonly places: () => Places
  /** A directory was renamed: the places may have new paths. */
  readonly onDirectoryMoved: () => void
  /** More arrived than can be followed one by one. */
  readonly onFlood: () => void
}

export class Arrivals {
  readonly #options: ArrivalsOptions
  /** Directories by handle: the file system's other directories have events too, and must cost little. */
  readonly #directories = new Map<string, Directory>()
  /** By directory and name: a name that arrives a thousand times is looked at once. */
  readonly #waiting = new Map<string, NameEvent>()
  readonly #stat = new Stat()
  #isWorking = false
  #isStopped = false

  constructor(options: ArrivalsOptions) {
    this.#options = options
  }

  /** Takes raw records of the group that reports names. */
  add(records: Uint8Array): void {
    if (this.#isStopped) return
    for (const event of nameEvents(records)) {
      const isDirectory = (event.mask & Ev.onDir) !== 0
      this.#waiting.set(`${isDirectory ? 'd' : 'f'}${directoryKey(event)}/${event.name}`, event)
    }
    if (this.#waiting.size > maxWaiting) this.#flood()
    if (!this.#isWorking) void this.#work()
  }

  stop(): void {
    this.#isStopped = true
    this.#waiting.clear()
  }

  #flood(): void {
    this.#waiting.clear()
    this.#forgetDirectories()
    this.#options.onFlood()
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    for (const [key, event] of this.#waiting) {
      this.#waiting.delete(key)
      if ((event.mask & Ev.onDir) === 0) await this.#file(event)
      else await this.#directory(event)
    }
    this.#isWorking = false
  }

  async #file(event: NameEvent): Promise<void> {
    const directory = this.#directoryOf(event)
    if (directory?.inside !== true) return
    const path = `${directory.path}/${event.name}`
    const links = linksOfFile(path)
    // A new file with one name is being written: close-write will tell. With several it was linked here.
    if (links > 1 || (links === 1 && (event.mask & Ev.movedTo) !== 0))
      await this.#options.intake.add(path, 'moved')
  }

  async #directory(event: NameEvent): Promise<void> {
    if ((event.mask & Ev.movedTo) === 0) return
    this.#forgetDirectories()
    const parent = this.#directoryOf(event)
    if (parent?.inside === true) await this.#options.intake.sweep(`${parent.path}/${event.name}`, 'moved')
  }

  /** A directory may have been passed over as outside; it and those below it must be asked about now. */
  #forgetDirectories(): void {
    this.#directories.clear()
    // In this order: a worker that marks a directory by the old places afterwards sees that they are old.
    this.#options.onDirectoryMoved()
    forgetAll([this.#options.reach.groups.questions, this.#options.reach.groups.written])
  }

  #directoryOf(event: NameEvent): Directory | undefined {
    const key = directoryKey(event)
    const known = this.#directories.get(key)
    if (known !== undefined) return known
    const directory = this.#resolve(event)
    if (directory === undefined) return undefined
    if (this.#directories.size >= maxKnownDirectories) this.#directories.clear()
    this.#directories.set(key, directory)
    return directory
  }

  #resolve(event: NameEvent): Directory | undefined {
    const mountFd = this.#options.reach.mountFdOf(event.fsid)
    const fd = mountFd < 0 ? -1 : openDirectoryHandle(mountFd, event.directory)
    if (fd < 0) return undefined
    const path = this.#stat.read(fd) ? pathOfFd(fd) : undefined
    closeFd(fd)
    if (path === undefined) return undefined
    return { path, inside: this.#options.places().positionOf(path, this.#stat.mountId, 1) === 'inside' }
  }
}

function directoryKey(event: NameEvent): string {
  return event.fsid + Buffer.from(event.directory).toString('latin1')
}

/** Hard links of a regular file; 0 when there is none. */
function linksOfFile(path: string): number {
  try {
    const stat = lstatSync(Buffer.from(path, 'latin1'))
    return stat.isFile() ? stat.nlink : 0
  } catch {
    return 0
  }
}
