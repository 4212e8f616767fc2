// Every change of a name, of content and of attributes on all stored file systems, by fanotify (fanotify(7)), and what
// in them matters: privileges given to files, autostart places, programs. See sensor.md.

import { AppError, messageOf } from '../../base/app-error.ts'
import { Mark } from '../../platform/linux/fanotify.ts'
import type { Sensor, SensorContext, SensorStatus } from '../sensor.ts'
import type { AutostartFile } from './autostart.ts'
import type { Cause } from './changes.ts'
import type { FilesOptions } from './options.ts'
import { buildParts, type Parts, type Saved } from './parts.ts'
import type { PrivilegedFile } from './privileged-file.ts'
import { loadFiles, saveFiles } from './saved.ts'
import { Slices, Stopped } from './slices.ts'

const drainMs = 10
const lookMs = 5
const scanWorkMs = 5
/** What is made on a new file system before it is marked is found by the scan that follows. */
const mountsEveryMs = 250
const saveAfterMs = 10_000
const privilegedName = 'privileged-files'
const autostartName = 'autostart-files'
const maxUnpacked = 10_000
const tellUnresolvedEveryMs = 60_000
/** How far `resync` looks back: what the pipeline lost it had got just before. */
const resyncMs = 60_000

export class FilesSensor implements Sensor {
  readonly id = 'files'
  readonly #context: SensorContext
  readonly #options: FilesOptions
  readonly #slices: Slices
  #parts: Parts | undefined
  /** Scans follow each other. */
  #scans: Promise<void> = Promise.resolve()
  #scansWaiting = 0
  #isBaselineDone = false
  #mountsDueAt = 0
  #overflowsTold = 0
  #unresolvedTold = 0
  #tellUnresolvedAt = 0
  #savedChanges = 0
  #saveAt = 0
  #packagesDueAt = Infinity
  readonly #unpacked = new Set<string>()

  constructor(context: SensorContext, options: FilesOptions) {
    this.#context = context
    this.#options = options
    this.#slices = new Slices({ workMs: scanWorkMs, pauseMs: options.scanPauseMs })
  }

  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#begin()
      resolve()
    })
  }

  status(): SensorStatus {
    const parts = this.#parts
    if (parts === undefined) return { tier: 'none', refused: [], facts: {} }
    const { intake, follower, directories, fileSystems, pending, privileged, autostart, scanner, packages } =
      parts
    return {
      tier: parts.tier.name,
      refused: [
        ...parts.tier.refused,
        ...[...fileSystems.refused].map(([point, why]) => ({ tier: `fanotify ${point}`, why })),
      ],
      facts: {
        ...intake.counts,
        ...follower.counts,
        file_systems: fileSystems.watched.length,
        pending: pending.size,
        directories: directories.size,
        unresolved: directories.unresolved,
        privileged: privileged.known.size,
        autostart: autostart.known.size,
        baseline: this.#isBaselineDone ? 'done' : 'running',
        walked: scanner.counts.walked,
        unread_directories: scanner.counts.unread,
        packages: packages.state === 'ready' ? packages.count : packages.state,
      },
    }
  }

  tick(): void {
    const parts = this.#parts
    if (parts === undefined) return
    const began = performance.now()
    if (began >= this.#mountsDueAt) {
      this.#mountsDueAt = began + mountsEveryMs
      if (parts.mounts.changed()) this.#markMounts(parts)
    }
    // Draining ends this span: a loss happened in it.
    const emptyAt = parts.intake.emptyAt
    parts.intake.drain(began + drainMs)
    const until = performance.now() + lookMs
    do {
      const change = parts.pending.take()
      if (change === undefined) break
      this.#noticeOwnSources(parts, change.path)
      parts.follower.look(change)
    } while (performance.now() < until)
    parts.fileSystems.closeDescriptors()
    this.#tellLosses(parts, emptyAt)
    const now = performance.now()
    if (now >= this.#saveAt) this.#save(parts)
    if (now >= this.#packagesDueAt) this.#loadPackages(parts)
  }

  resync(): void {
    this.#rescan(Date.now() - resyncMs)
  }

  async stop(): Promise<void> {
    const parts = this.#parts
    this.#parts = undefined
    this.#slices.stop()
    parts?.group.flush(Mark.filesystem)
    parts?.group.close()
    parts?.mounts.close()
    parts?.fileSystems.closeDescriptors()
    await this.#scans
    if (parts !== undefined && this.#isBaselineDone) this.#save(parts)
  }

  #begin(): void {
    const { state, notice } = this.#context
    const saved: Saved = {
      privileged: loadFiles<PrivilegedFile>(state, privilegedName),
      autostart: loadFiles<AutostartFile>(state, autostartName),
    }
    const parts = buildParts({
      context: this.#context,
      options: this.#options,
      slices: this.#slices,
      saved,
      onUnpacked: (path) => {
        if (this.#unpacked.size < maxUnpacked) this.#unpacked.add(path)
        this.#packagesDueAt = performance.now() + this.#options.packagesSettleMs
      },
      onDirectoryMoved: (from, to, pid) => this.#directoryMoved(from, to, pid),
    })
    this.#parts = parts
    this.#markMounts(parts)
    if (parts.fileSystems.watched.length === 0) {
      const reasons = [...parts.fileSystems.refused.values()].join('; ')
      throw new AppError('unsupported', `no file system can be watched: ${reasons}`)
    }
    if (parts.packages.state === 'absent')
      notice('there is no package database: set-uid files are not checked against packages')
    this.#scan(async () => {
      await parts.scanner.baseline({
        privileged: saved.privileged !== undefined,
        autostart: saved.autostart !== undefined,
      })
      this.#isBaselineDone = true
      this.#save(parts)
    })
  }

  #markMounts(parts: Parts): void {
    const { added, refused } = parts.fileSystems.refresh()
    for (const why of refused) this.#context.notice(`the files of ${why}: they are not watched`)
    if (!this.#isBaselineDone) return
    const now = Date.now()
    const cause: Cause = {
      provider: 'scan',
      pid: 0,
      from: now,
      to: now,
      reason: 'its file system was mounted',
    }
    for (const { point } of added) this.#scan(() => parts.scanner.arrived(point, cause))
  }

  #directoryMoved(from: string | undefined, to: string | undefined, pid: number): void {
    const parts = this.#parts
    if (parts === undefined) return
    const now = Date.now()
    const cause: Cause = {
      provider: 'fanotify',
      pid,
      from: parts.intake.emptyAt,
      to: now,
      reason: 'a directory above was renamed',
    }
    if (from !== undefined) parts.follower.directoryMoved(from, to, cause)
    // Without its old name nobody knows what was in it; with it, only autostart places can have got something new.
    if (to !== undefined && (from === undefined || parts.interests.mayHold(to)))
      this.#scan(() => parts.scanner.arrived(to, cause))
  }

  /** Some files that change are what this sensor itself goes by. */
  #noticeOwnSources(parts: Parts, path: string): void {
    const { root } = this.#context
    if (path === `${root}/etc/passwd`) {
      parts.homes.refresh()
      parts.directories.forgetAll()
    } else if (path.startsWith(`${root}/var/lib/dpkg/`) || path.startsWith(`${root}/var/lib/rpm/`))
      this.#packagesDueAt = performance.now() + this.#options.packagesSettleMs
  }

  #tellLosses(parts: Parts, from: number): void {
    const { intake, directories } = parts
    this.#tellUnresolved(directories.unresolved)
    if (intake.counts.overflows === this.#overflowsTold) return
    this.#overflowsTold = intake.counts.overflows
    this.#context.lost({ source: 'fanotify', count: 0, from, to: Date.now() })
    // Renames of directories may be among what was lost.
    directories.forgetAll()
    this.#rescan(from)
  }

  /** Changes in directories that were gone before anybody knew their names: they cannot be found any more. */
  #tellUnresolved(unresolved: number): void {
    const now = performance.now()
    if (unresolved === this.#unresolvedTold || now < this.#tellUnresolvedAt) return
    const count = unresolved - this.#unresolvedTold
    this.#context.lost({ source: 'fanotify-names', count, to: Date.now() })
    this.#unresolvedTold = unresolved
    this.#tellUnresolvedAt = now + tellUnresolvedEveryMs
  }

  #rescan(since: number): void {
    const parts = this.#parts
    // One that waits finds everything.
    if (parts === undefined || this.#scansWaiting > 1) return
    this.#scan(() => parts.scanner.rescan(since))
  }

  #loadPackages(parts: Parts): void {
    this.#packagesDueAt = Infinity
    const paths = [...this.#unpacked]
    this.#unpacked.clear()
    this.#scan(async () => {
      await parts.packages.load()
      for (const path of paths) await parts.scanner.judge(path)
    })
  }

  #scan(work: () => Promise<void>): void {
    this.#scansWaiting++
    this.#scans = this.#runAfter(this.#scans, work)
  }

  async #runAfter(earlier: Promise<void>, work: () => Promise<void>): Promise<void> {
    await earlier
    try {
      if (!this.#slices.isStopped) await work()
    } catch (thrown) {
      if (!(thrown instanceof Stopped))
        this.#context.notice(`a scan of the files ended early: ${messageOf(thrown)}`)
    } finally {
      this.#scansWaiting--
    }
  }

  #save(parts: Parts): void {
    this.#saveAt = performance.now() + saveAfterMs
    const { privileged, autostart } = parts
    const changes = privileged.changes + autostart.changes
    if (!this.#isBaselineDone || changes === this.#savedChanges) return
    this.#savedChanges = changes
    saveFiles(this.#context.state, privilegedName, privileged.known)
    saveFiles(this.#context.state, autostartName, autostart.known)
  }
}
