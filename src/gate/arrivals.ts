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
}

export class Arrivals {
  readonly #options: ArrivalsOptions
  /** Directories by handle: the file system's other directories have events too, and must cost little. */
  readonly #directories = new Map<string, Directory>()
  readonly #stat = new Stat()

  constructor(options: ArrivalsOptions) {
    this.#options = options
  }

  async handle(records: Uint8Array): Promise<void> {
    for (const event of nameEvents(records)) {
      if ((event.mask & Ev.onDir) !== 0) await this.#directory(event)
      else await this.#file(event)
    }
  }

  async #file(event: NameEvent): Promise<void> {
    const directory = this.#directoryOf(event)
    if (directory?.inside !== true) return
    const path = `${directory.path}/${event.name}`
    // A new file with one name is being written: close-write will tell. With several it was linked here.
    if ((event.mask & Ev.movedTo) !== 0 || linksOf(path) > 1) await this.#options.intake.add(path, 'moved')
  }

  async #directory(event: NameEvent): Promise<void> {
    if ((event.mask & Ev.movedTo) === 0) return
    // It may have been passed over as an outside directory; it and those below it must be asked about now.
    this.#directories.clear()
    // In this order: a worker that marks a directory by the old places afterwards sees that they are old.
    this.#options.onDirectoryMoved()
    forgetAll([this.#options.reach.groups.questions, this.#options.reach.groups.written])
    const parent = this.#directoryOf(event)
    if (parent?.inside === true) await this.#options.intake.sweep(`${parent.path}/${event.name}`, 'moved')
  }

  #directoryOf(event: NameEvent): Directory | undefined {
    const key = event.fsid + Buffer.from(event.directory).toString('latin1')
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

function linksOf(path: string): number {
  try {
    return lstatSync(Buffer.from(path, 'latin1')).nlink
  } catch {
    return 0
  }
}
