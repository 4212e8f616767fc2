// Files that give privileges to whoever runs them: set-uid, set-gid, file capabilities (ATT&CK T1548.001). Every such
// file is known by its path; a look at a file that differs from what is known is an event.

import type { Stats } from 'node:fs'

import { fileInfo, octal, privilegesOf } from './look.ts'
import type { Cause, Teller } from './changes.ts'
import { shown } from './changes.ts'
import type { Integrity } from './dpkg.ts'
import type { Packages } from './packages.ts'
import {
  describe,
  differences,
  gives,
  mainPrivilege,
  named,
  type PrivilegedFile,
  type PrivilegeName,
  privilegeNames,
} from './privileged-file.ts'

/** A host has about forty; more than this is an attack on our memory. */
const maxFiles = 50_000
const technique = 'T1548.001'
const severities = { setuid: 80, setgid: 60, capability: 75 } as const satisfies Record<PrivilegeName, number>

export interface PrivilegedFilesOptions {
  readonly teller: Teller
  readonly packages: Packages
  /** A file that no package owns appeared while a package manager was at work: to be judged when it is done. */
  readonly onUnpacked: (path: string) => void
  readonly notice: (message: string) => void
}

export class PrivilegedFiles {
  readonly #options: PrivilegedFilesOptions
  readonly #known: Map<string, PrivilegedFile>
  #isFull = false
  #changes = 0

  /** `known`: what was true when somebody last looked, by path (bytes in a latin1 string). */
  constructor(options: PrivilegedFilesOptions, known: ReadonlyMap<string, PrivilegedFile>) {
    this.#options = options
    this.#known = new Map(known)
  }

  get known(): ReadonlyMap<string, PrivilegedFile> {
    return this.#known
  }

  /** Grows with every change: tells whether there is something to save. */
  get changes(): number {
    return this.#changes
  }

  /** Compares a file as it is now (`stat` undefined: gone) with what is known, and tells the difference. */
  look(path: string, stat: Stats | undefined, cause: Cause): void {
    const before = this.#known.get(path)
    const privileges = stat === undefined ? undefined : privilegesOf(path, stat)
    if (before === undefined && privileges === undefined) return
    // Not for what just happened: two changes may share a tick of the file system's clock.
    if (cause.provider === 'scan' && before?.ctimeMs === stat?.ctimeMs && before?.inode === stat?.ino) return
    const after =
      stat === undefined || privileges === undefined ? undefined : describe(path, stat, privileges)
    this.#set(path, after)
    for (const name of privilegeNames) {
      const [had, has] = [gives(before, name), gives(after, name)]
      if (!had && has) this.#tellAdded(path, name, cause, stat)
      else if (had && !has) this.#tellRemoved(path, name, cause, stat)
    }
    if (before !== undefined && after !== undefined) this.#tellChanged(path, { before, after }, cause, stat)
  }

  /** Learns a file without telling of it: the first look at this host. */
  learn(path: string, stat: Stats): void {
    const privileges = privilegesOf(path, stat)
    if (privileges !== undefined && !this.#known.has(path)) this.#set(path, describe(path, stat, privileges))
  }

  /** Tells of a file that is not as its package brought it, or that nobody brought. Returns whether it did. */
  judge(path: string, integrity: Integrity, cause: Cause, stat: Stats): boolean {
    const { packages, teller } = this.#options
    const file = this.#known.get(path)
    if (file === undefined || file.isTold === true || packages.state !== 'ready') return false
    const owner = packages.ownerOf(path)
    if (owner !== undefined && integrity !== 'modified') return false
    this.#set(path, { ...file, isTold: true })
    const reason =
      owner === undefined ? 'no package owns it' : `its content is not that of the package ${owner}`
    teller.tell(
      {
        kind: 'alert',
        category: ['file'],
        type: ['info'],
        action: `${mainPrivilege(file)}-found`,
        severity: owner === undefined ? 60 : 90,
        message: `${shown(path)} is ${named(file)}: ${reason}`,
        reason,
        file: fileInfo(path, stat, file.sha256),
        technique,
        hx: { privilege: this.#detail(path, file, integrity) },
      },
      cause,
      stat,
    )
    return true
  }

  #set(path: string, file: PrivilegedFile | undefined): void {
    this.#changes++
    if (file === undefined) this.#known.delete(path)
    else if (this.#known.size < maxFiles || this.#known.has(path)) this.#known.set(path, file)
    else if (!this.#isFull) {
      this.#isFull = true
      this.#options.notice(
        `there are more than ${maxFiles} set-uid, set-gid and capability files: the others are not remembered`,
      )
    }
  }

  #tellAdded(path: string, name: PrivilegeName, cause: Cause, stat: Stats | undefined): void {
    const file = this.#known.get(path)
    if (file === undefined) return
    const { packages, teller, onUnpacked } = this.#options
    const owner = packages.ownerOf(path)
    const isByManager = teller.isByPackageManager(cause)
    const isAsked = packages.overrideOf(path) === octal(file.mode)
    if (isByManager && owner === undefined) onUnpacked(path)
    const isAlert = !isByManager && !isAsked
    if (isAlert) this.#set(path, { ...file, isTold: true })
    teller.tell(
      {
        kind: isAlert ? 'alert' : 'event',
        category: ['file'],
        type: ['change'],
        action: `${name}-added`,
        severity: isAlert ? severities[name] : 20,
        message: `${shown(path)} became ${named(file)}`,
        ...(isAlert ? { reason: whyAlert(packages, owner) } : {}),
        file: fileInfo(path, stat, file.sha256),
        technique,
        hx: { privilege: this.#detail(path, file) },
      },
      cause,
      stat,
    )
  }

  #tellRemoved(path: string, name: PrivilegeName, cause: Cause, stat: Stats | undefined): void {
    this.#options.teller.tell(
      {
        kind: 'event',
        category: ['file'],
        type: [stat === undefined ? 'deletion' : 'change'],
        action: `${name}-removed`,
        severity: 10,
        message:
          stat === undefined
            ? `${shown(path)}, a ${name} file, is gone`
            : `${shown(path)} is no longer a ${name} file`,
        file: fileInfo(path, stat),
        hx: {},
      },
      cause,
      stat,
    )
  }

  #tellChanged(
    path: string,
    pair: { readonly before: PrivilegedFile; readonly after: PrivilegedFile },
    cause: Cause,
    stat: Stats | undefined,
  ): void {
    const reasons = differences(pair.before, pair.after)
    if (reasons.length === 0) return
    const isByManager = this.#options.teller.isByPackageManager(cause)
    const reason = reasons.join(', ')
    if (!isByManager) this.#set(path, { ...pair.after, isTold: true })
    this.#options.teller.tell(
      {
        kind: isByManager ? 'event' : 'alert',
        category: ['file'],
        type: ['change'],
        action: `${mainPrivilege(pair.after)}-changed`,
        severity: isByManager ? 20 : 85,
        message: `${shown(path)}, ${named(pair.after)}, changed: ${reason}`,
        reason,
        file: fileInfo(path, stat, pair.after.sha256),
        technique,
        hx: { privilege: { ...this.#detail(path, pair.after), previous_sha256: pair.before.sha256 } },
      },
      cause,
      stat,
    )
  }

  #detail(
    path: string,
    file: PrivilegedFile,
    integrity: Integrity = 'unknown',
  ): Readonly<Record<string, unknown>> {
    const { packages } = this.#options
    const owner = packages.ownerOf(path)
    return {
      setuid: file.setuid,
      setgid: file.setgid,
      ...(file.capabilities === '' ? {} : { capabilities: file.capabilities }),
      ...(owner === undefined ? {} : { package: owner }),
      package_database: packages.state,
      ...(integrity === 'unknown' ? {} : { package_integrity: integrity }),
    }
  }
}

function whyAlert(packages: Packages, owner: string | undefined): string {
  if (packages.state === 'absent') return 'there is no package database that could own it'
  if (packages.state === 'loading') return 'the package database is not read yet'
  return owner === undefined
    ? 'no package owns it'
    : `it belongs to the package ${owner}, but no package manager did this`
}
