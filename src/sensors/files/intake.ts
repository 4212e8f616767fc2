// What the kernel has queued becomes changes to look at: names are resolved while their directories still exist, and
// what nobody wants to know is only counted.

import { FileMask, type FileEvent, readFileEvents } from '../../platform/linux/fanotify-events.ts'
import type { FanotifyGroup } from '../../platform/linux/fanotify.ts'
import type { Directories, Directory } from './directories.ts'
import { ruleOf } from './interests.ts'
import type { PendingChange, PendingChanges } from './pending.ts'

/** About a thousand events, which take some milliseconds: the time is looked at between two reads. */
const recordBytes = 64 * 1024
/** The clock of file times goes in ticks: a change may carry a time that is a little too early. */
const clockTickMs = 20
const lookMask =
  FileMask.create | FileMask.closeWrite | FileMask.attributes | FileMask.rename | FileMask.movedTo

export interface IntakeCounts {
  /** Everything that the kernel told. */
  events: number
  /** Made by this process. */
  own: number
  excluded: number
  /** Of objects without a name, e.g. deleted but open. */
  nameless: number
  /** Bytes that could not be understood. */
  malformed: number
  overflows: number
}

export interface IntakeOptions {
  readonly group: FanotifyGroup
  readonly directories: Directories
  readonly pending: PendingChanges
  /** Whether the removal of a path is worth a word although its place tells only of programs. */
  readonly isKnown: (path: string) => boolean
  /** A directory was renamed; a name that is not known is undefined. */
  readonly onDirectoryMoved: (from: string | undefined, to: string | undefined, pid: number) => void
}

export class Intake {
  readonly counts: IntakeCounts = { events: 0, own: 0, excluded: 0, nameless: 0, malformed: 0, overflows: 0 }
  readonly #options: IntakeOptions
  readonly #buffer = Buffer.alloc(recordBytes)
  readonly #take = (event: FileEvent): void => this.#event(event)
  #emptyAt = Date.now()
  #readAt = 0

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** When the queue was last seen empty; milliseconds since 1970. */
  get emptyAt(): number {
    return this.#emptyAt
  }

  /** Takes what is queued until it is empty or the time (performance.now()) has come. */
  drain(until: number): void {
    while (!this.#options.pending.isFull) {
      this.#readAt = Date.now()
      const length = this.#options.group.readRecords(this.#buffer)
      if (length === 0) {
        this.#emptyAt = this.#readAt
        return
      }
      this.counts.malformed += readFileEvents(this.#buffer.subarray(0, length), this.#take)
      if (performance.now() >= until) return
    }
  }

  #event(event: FileEvent): void {
    this.counts.events++
    if ((event.mask & FileMask.overflow) !== 0) {
      this.counts.overflows++
      return
    }
    const { directories } = this.#options
    if (event.at === undefined) {
      this.counts.nameless++
      return
    }
    const directory = directories.find(event.at.directory)
    const next = event.to === undefined ? undefined : directories.find(event.to.directory)
    const path = directory === undefined ? undefined : join(directory, event.at.name)
    const nextPath = next === undefined || event.to === undefined ? undefined : join(next, event.to.name)
    if ((event.mask & FileMask.onDirectory) !== 0) this.#directory(event, path, nextPath)
    if (event.pid === process.pid) {
      this.counts.own++
      return
    }
    if (event.to !== undefined && next !== undefined && nextPath !== undefined) {
      const previous =
        directory === undefined || path === undefined
          ? undefined
          : { path, rule: ruleOf(directory.interest, event.at.name) }
      this.#change(event, { directory: next, name: event.to.name, path: nextPath, previous })
    } else if (directory !== undefined && path !== undefined)
      this.#change(event, { directory, name: event.at.name, path, previous: undefined })
  }

  #change(
    event: FileEvent,
    what: {
      readonly directory: Directory
      readonly name: string
      readonly path: string
      readonly previous: PendingChange['previous']
    },
  ): void {
    const { directory, name, path, previous } = what
    if (directory.interest.excluded) {
      this.counts.excluded++
      return
    }
    const { pending, isKnown } = this.#options
    const rule = ruleOf(directory.interest, name)
    const isWanted =
      rule.tell === 'everything' ||
      previous?.rule.tell === 'everything' ||
      ((event.mask & FileMask.onDirectory) === 0 &&
        ((event.mask & lookMask) !== 0 || isKnown(path) || pending.has(path, event.pid)))
    if (!isWanted) return
    pending.add({
      path,
      rule,
      pid: event.pid,
      mask: event.mask,
      previous,
      from: this.#emptyAt - clockTickMs,
      to: this.#readAt,
    })
  }

  /** Keeps what is known of directories true. */
  #directory(event: FileEvent, path: string | undefined, nextPath: string | undefined): void {
    const { directories, onDirectoryMoved } = this.#options
    const { mask, pid, target } = event
    if ((mask & FileMask.create) !== 0 && target !== undefined && path !== undefined)
      directories.learn(target, path)
    // One that is deleted is not forgotten: what was done in it may still be on its way, and its handle never comes back.
    if ((mask & FileMask.movedFrom) !== 0 && path !== undefined) directories.forgetBelow(path)
    if ((mask & FileMask.rename) !== 0) {
      if (path === undefined) directories.forgetAll()
      else directories.forgetBelow(path)
      if (nextPath !== undefined) directories.forgetBelow(nextPath)
      onDirectoryMoved(path, nextPath, pid)
    }
    if ((mask & FileMask.movedFrom) !== 0) onDirectoryMoved(path, undefined, pid)
    if ((mask & FileMask.movedTo) !== 0) onDirectoryMoved(undefined, path, pid)
  }
}

function join(directory: Directory, name: string): string {
  if (name === '.') return directory.path
  return directory.path === '/' ? `/${name}` : `${directory.path}/${name}`
}
