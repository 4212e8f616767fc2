// Looks at everything there is: once at the beginning, to compare it with what was saved and with the package database;
// after a loss, to find what was missed; and below directories and file systems that arrive whole.

import type { AutostartFiles } from './autostart.ts'
import { autostartPaths } from './autostart-paths.ts'
import type { Cause } from './changes.ts'
import type { FileSystems } from './file-systems.ts'
import type { Follower } from './follower.ts'
import type { Homes } from './homes.ts'
import { type Interests, ruleOf } from './interests.ts'
import { statOf } from './look.ts'
import type { Packages } from './packages.ts'
import type { PrivilegedFiles } from './privileged.ts'
import type { Slices } from './slices.ts'
import { walk } from './walk.ts'

export interface ScannerOptions {
  readonly root: string
  readonly slices: Slices
  readonly fileSystems: FileSystems
  readonly interests: Interests
  readonly homes: Homes
  readonly packages: Packages
  readonly privileged: PrivilegedFiles
  readonly autostart: AutostartFiles
  readonly follower: Follower
  /** A file that is newer than what is known of the packages: to be judged when they were read again. */
  readonly onNewer: (path: string) => void
}

const away = 'it changed while Haechi was not running'

export class Scanner {
  readonly #options: ScannerOptions
  #walked = 0
  #unread = 0

  constructor(options: ScannerOptions) {
    this.#options = options
  }

  /** Files that were looked at, and directories that could not be read. */
  get counts(): { readonly walked: number; readonly unread: number } {
    return { walked: this.#walked, unread: this.#unread }
  }

  /**
   * The first look. What was saved is compared (`saved`: there was something); what was not is learned in silence, but
   * for privileged files that are not as a package brought them. Throws `Stopped`.
   */
  async baseline(saved: { readonly privileged: boolean; readonly autostart: boolean }): Promise<void> {
    const cause: Cause = { provider: 'scan', pid: 0, from: 0, to: Date.now(), reason: away }
    await this.#lookAtAutostart(saved.autostart ? cause : undefined)
    await this.#options.packages.load()
    await this.#lookAtPrivileged(saved.privileged ? cause : undefined)
    await this.judgeAll()
  }

  /** Finds what changed since a time (milliseconds since 1970) without our knowing. Throws `Stopped`. */
  async rescan(since: number): Promise<void> {
    const { fileSystems, interests, follower, privileged } = this.#options
    const cause: Cause = {
      provider: 'scan',
      pid: 0,
      from: since,
      to: Date.now(),
      reason: 'found by a scan after a loss',
    }
    await this.#lookAtAutostart(cause)
    for (const { point } of fileSystems.watched) {
      await this.#walk(point, (path, stat) => {
        privileged.look(path, stat, cause)
        if (stat.ctimeMs < since) return
        const cut = path.lastIndexOf('/')
        const rule = ruleOf(interests.of(path.slice(0, cut) || '/'), path.slice(cut + 1))
        follower.lookScanned(path, stat, { rule, cause })
      })
    }
    this.#lookAtKnown(cause)
  }

  /** A directory (or the root of a file system) arrived with everything in it. Throws `Stopped`. */
  async arrived(directory: string, cause: Cause): Promise<void> {
    const { interests, privileged, autostart } = this.#options
    await this.#walk(directory, (path, stat) => {
      privileged.look(path, stat, cause)
      const cut = path.lastIndexOf('/')
      const place = ruleOf(interests.of(path.slice(0, cut) || '/'), path.slice(cut + 1)).autostart
      if (place !== undefined) autostart.learn(path, stat, { place, cause })
    })
  }

  /** Compares every privileged file with its package. Throws `Stopped`. */
  async judgeAll(): Promise<void> {
    const { privileged, slices } = this.#options
    for (const path of privileged.known.keys()) {
      await this.judge(path)
      if (slices.isDue) await slices.rest()
    }
  }

  async judge(path: string): Promise<void> {
    const { packages, privileged, onNewer } = this.#options
    if (packages.state !== 'ready' || !privileged.known.has(path)) return
    const integrity = await packages.check(path)
    const stat = statOf(path)
    const now = Date.now()
    if (stat === undefined) return
    if (packages.ownerOf(path) === undefined && stat.ctimeMs >= packages.asOfMs) onNewer(path)
    else privileged.judge(path, integrity, { provider: 'scan', pid: 0, from: now, to: now }, stat)
  }

  async #lookAtAutostart(cause: Cause | undefined): Promise<void> {
    const { root, homes, slices, autostart } = this.#options
    for await (const { path, stat, place } of autostartPaths(root, homes, slices))
      autostart.learn(path, stat, { place, cause })
    if (cause === undefined) return
    const { interests } = this.#options
    for (const path of autostart.known.keys()) {
      if (statOf(path) !== undefined) continue
      const cut = path.lastIndexOf('/')
      const place = ruleOf(interests.of(path.slice(0, cut) || '/'), path.slice(cut + 1)).autostart
      if (place !== undefined) autostart.look(path, undefined, { place, cause })
      if (slices.isDue) await slices.rest()
    }
  }

  async #lookAtPrivileged(cause: Cause | undefined): Promise<void> {
    const { fileSystems, privileged } = this.#options
    for (const { point } of fileSystems.watched) {
      await this.#walk(point, (path, stat) => {
        if (cause === undefined) privileged.learn(path, stat)
        else privileged.look(path, stat, cause)
      })
    }
    if (cause !== undefined) this.#lookAtKnown(cause)
  }

  /** What is no longer where it was was not met by the walk. */
  #lookAtKnown(cause: Cause): void {
    const { privileged } = this.#options
    for (const path of privileged.known.keys()) privileged.look(path, statOf(path), cause)
  }

  async #walk(start: string, visit: Parameters<typeof walk>[1]['visit']): Promise<void> {
    const { slices, interests, root } = this.#options
    this.#unread += await walk(start, {
      slices,
      visit: (path, stat) => {
        this.#walked++
        visit(path, stat)
      },
      isSkipped: (path) => interests.isExcluded(path) && !isAbove(path, root),
    })
  }
}

/** Directories on the way to the root lie outside of it, and lead there. */
function isAbove(path: string, root: string): boolean {
  return root.startsWith(`${path}/`)
}
