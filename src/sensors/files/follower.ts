// Looks at what changed, and tells what the tables of places want to be told.

import type { Stats } from 'node:fs'

import type { EventType } from '../../model/index.ts'
import { pathText } from '../../base/text.ts'
import { FileMask } from '../../platform/linux/fanotify-events.ts'
import type { AutostartFiles } from './autostart.ts'
import { autostartPlaces, type AutostartPlace } from './autostart-places.ts'
import { type Cause, shown, type Teller } from './changes.ts'
import type { Interests, Rule } from './interests.ts'
import { fileInfo, isProgram, statOf } from './look.ts'
import type { PendingChange } from './pending.ts'
import type { PrivilegedFiles } from './privileged.ts'

const types = {
  create: 'creation',
  write: 'change',
  rename: 'change',
  attributes: 'change',
  delete: 'deletion',
} as const satisfies Record<string, EventType>
type Action = keyof typeof types

/** Programs that were told of, so that their end is told too. */
const maxPrograms = 16_384

export interface FollowerCounts {
  /** Looked at and told. */
  told: number
  /** Looked at, and of no interest where it lies. */
  uninteresting: number
  /** Gone before anybody could look whether they are programs. */
  gone: number
}

export interface FollowerOptions {
  readonly teller: Teller
  readonly interests: Interests
  readonly privileged: PrivilegedFiles
  readonly autostart: AutostartFiles
}

/** A change that is about to be told. */
interface Fact {
  readonly path: string
  readonly rule: Rule
  readonly previous: string | undefined
  readonly isProgram: boolean
}

export class Follower {
  readonly counts: FollowerCounts = { told: 0, uninteresting: 0, gone: 0 }
  readonly #options: FollowerOptions
  /** In the order they were met. */
  readonly #programs = new Set<string>()

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** Whether something is remembered of the path. */
  isKnown(path: string): boolean {
    return this.#programs.has(path) || this.#options.privileged.known.has(path)
  }

  look(change: PendingChange): void {
    const { path, rule, previous, pid, from, to } = change
    const cause: Cause = { provider: 'fanotify', pid, from, to }
    const stat = statOf(path)
    if ((change.mask & FileMask.onDirectory) !== 0) {
      if (rule.tell === 'everything' || previous?.rule.tell === 'everything')
        this.#tellAll(change, stat, cause)
      return
    }
    this.#options.privileged.look(path, stat, cause)
    let isTold = this.#lookAutostart(path, { rule, stat, cause })
    if (previous !== undefined) {
      const old = statOf(previous.path)
      this.#options.privileged.look(previous.path, old, cause)
      isTold = this.#lookAutostart(previous.path, { rule: previous.rule, stat: old, cause }) || isTold
    }
    // The content of an autostart place is what counts; that nothing in it changed is no news.
    if (isTold || (rule.autostart !== undefined && stat !== undefined && previous === undefined))
      this.counts.told += Number(isTold)
    else this.#ordinary(change, stat, cause)
  }

  /** A file whose change was found by a scan after a loss. */
  lookScanned(path: string, stat: Stats, options: { rule: Rule; cause: Cause }): void {
    const { rule, cause } = options
    if (rule.autostart !== undefined) return
    const program = isProgram(path, stat)
    if (rule.tell === 'everything' || program)
      this.#tell('write', { path, rule, previous: undefined, isProgram: program }, stat, cause)
  }

  /** A directory has another name: what is known below it has too. */
  directoryMoved(from: string, to: string | undefined, cause: Cause): void {
    const { privileged, autostart, interests } = this.#options
    const prefix = `${from}/`
    for (const path of privileged.known.keys()) {
      if (!path.startsWith(prefix)) continue
      privileged.look(path, statOf(path), cause)
      const fresh = to === undefined ? undefined : to + path.slice(from.length)
      if (fresh !== undefined) privileged.look(fresh, statOf(fresh), cause)
    }
    // There may be many thousands, and directories are renamed all the time elsewhere.
    if (!interests.mayHold(from)) return
    for (const [path, { kind }] of autostart.known) {
      const place = path.startsWith(prefix) ? placeOf(kind) : undefined
      if (place !== undefined) autostart.look(path, statOf(path), { place, cause })
    }
  }

  #lookAutostart(path: string, what: { rule: Rule; stat: Stats | undefined; cause: Cause }): boolean {
    const place = what.rule.autostart
    if (place === undefined) return false
    return this.#options.autostart.look(path, what.stat, { place, cause: what.cause })
  }

  #ordinary(change: PendingChange, stat: Stats | undefined, cause: Cause): void {
    const { path, rule, previous } = change
    const program = stat !== undefined && isProgram(path, stat)
    const wasProgram =
      this.#programs.has(path) || (previous !== undefined && this.#programs.has(previous.path))
    if (previous !== undefined) this.#programs.delete(previous.path)
    if (program) this.#rememberProgram(path)
    else this.#programs.delete(path)
    const isTold = rule.tell === 'everything' || previous?.rule.tell === 'everything' || program
    if (isTold || (stat === undefined && wasProgram))
      this.#tellAll(change, stat, cause, program || wasProgram)
    else if (stat === undefined) this.counts.gone++
    else this.counts.uninteresting++
  }

  #rememberProgram(path: string): void {
    this.#programs.delete(path)
    const [oldest] = this.#programs
    if (this.#programs.size >= maxPrograms && oldest !== undefined) this.#programs.delete(oldest)
    this.#programs.add(path)
  }

  #tellAll(change: PendingChange, stat: Stats | undefined, cause: Cause, program = false): void {
    const { path, rule, previous, mask } = change
    const fact = { path, rule, previous: previous?.path, isProgram: program }
    const isDeleted = (mask & FileMask.delete) !== 0
    // It was removed and made again, or made and removed: what is there now says which came last.
    if (isDeleted && stat !== undefined) this.#tell('delete', fact, undefined, cause)
    const action = actionOf(mask)
    if (action !== undefined) this.#tell(action, fact, stat, cause)
    if (isDeleted && stat === undefined) this.#tell('delete', fact, undefined, cause)
  }

  #tell(action: Action, fact: Fact, stat: Stats | undefined, cause: Cause): void {
    this.counts.told++
    const { path, rule, previous } = fact
    const isFresh = fact.isProgram && action !== 'delete'
    this.#options.teller.tell(
      {
        kind: 'event',
        category: ['file'],
        type: [types[action]],
        action,
        severity: isFresh ? rule.severity : 1,
        message: `${previous === undefined ? '' : `${shown(previous)} → `}${shown(path)}: ${action}`,
        file: fileInfo(path, stat),
        hx: {
          file: {
            ...(rule.name === '' ? {} : { place: rule.name }),
            ...(fact.isProgram ? { program: true } : {}),
            ...(previous === undefined ? {} : { previous_path: pathText(previous) }),
          },
        },
      },
      cause,
      stat,
    )
  }
}

/** What happened to the name, most telling first. */
function actionOf(mask: number): Action | undefined {
  if ((mask & (FileMask.rename | FileMask.movedTo)) !== 0) return 'rename'
  if ((mask & FileMask.movedFrom) !== 0) return 'delete'
  if ((mask & FileMask.create) !== 0) return 'create'
  if ((mask & FileMask.closeWrite) !== 0) return 'write'
  return (mask & FileMask.attributes) === 0 ? undefined : 'attributes'
}

function placeOf(kind: string): AutostartPlace | undefined {
  return autostartPlaces.find((place) => place.kind === kind)
}
