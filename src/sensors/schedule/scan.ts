// Everything that is scheduled now, read from the places where it is kept. Files are read again only when they have
// changed, and the thread is left to others between places.

import { dirname } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'

import { pathText } from '../../base/text.ts'
import { readAccounts } from '../accounts.ts'
import { atJob, parseAtName } from './at-job.ts'
import { parseAnacrontab, parseCrontab } from './crontab.ts'
import { namesIn, nearestFolder } from '../folder-watch.ts'
import { clippedCommand, type Job } from './job.ts'
import { type Place, places } from './places.ts'
import { type SmallFile, SmallFileCache } from '../small-file.ts'
import { timersOf } from './timer.ts'
import { unitScopes } from '../unit-search.ts'

export interface ScheduleScan {
  readonly jobs: readonly Job[]
  readonly problems: readonly string[]
  /** To be watched; bytes in latin1 strings. */
  readonly folders: ReadonlySet<string>
  /** When the file behind a path (text) changed: milliseconds since 1970. */
  readonly changedMs: ReadonlyMap<string, number>
}

// What run-parts and Debian's cron accept; editors' and packages' left-overs are passed over.
const runPartsName = /^[A-Za-z0-9_-]+$/

/** Reads the schedules below `root`, over and over with the same cache. */
export class ScheduleScanner {
  readonly #root: string
  readonly #files = new SmallFileCache()

  constructor(root: string) {
    this.#root = root
  }

  async scan(): Promise<ScheduleScan> {
    const round = new Round(this.#root, this.#files)
    for (const place of places) {
      round.addPlace(place)
      await breathe()
    }
    for (const scope of unitScopes(this.#root, round.accounts)) {
      const { jobs, problems, folders } = timersOf(scope, this.#files)
      round.addTimers(jobs)
      round.problems.push(...problems)
      for (const folder of folders) round.folders.add(folder)
      await breathe()
    }
    this.#files.endRound()
    return round
  }
}

class Round implements ScheduleScan {
  readonly jobs: Job[] = []
  readonly problems: string[] = []
  readonly folders = new Set<string>()
  readonly changedMs = new Map<string, number>()
  readonly accounts
  readonly #root: string
  readonly #shownRoot: string
  readonly #files: SmallFileCache
  readonly #names: ReadonlyMap<number, string>

  constructor(root: string, files: SmallFileCache) {
    this.#root = Buffer.from(root).toString('latin1')
    this.#shownRoot = root
    this.#files = files
    this.accounts = readAccounts(root)
    // The first account of a uid names it, as getpwuid(3) does.
    this.#names = new Map(this.accounts.map(({ uid, name }) => [uid, name] as const).toReversed())
  }

  addPlace(place: Place): void {
    const path = this.#root + place.path
    const isFile = place.kind === 'system-crontab' || place.kind === 'anacrontab'
    const folder = nearestFolder(isFile ? dirname(path) : path)
    if (folder.length > this.#root.length && folder !== '/') this.folders.add(folder)
    if (isFile) this.#addFile(place, path, '')
    else for (const name of namesIn(path)) this.#addFile(place, `${path}/${name}`, name)
  }

  addTimers(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const { file } = this.#files.read(Buffer.from(job.path).toString('latin1'))
      const path = job.path.slice(this.#shownRoot.length)
      if (file !== undefined) this.changedMs.set(path, file.changedMs)
      this.jobs.push({ ...job, path })
    }
  }

  #addFile(place: Place, path: string, name: string): void {
    // Folders among the files (crontabs, atjobs, atspool) are places of their own or none.
    if (name.startsWith('.') && place.kind !== 'crontab-folder') return
    const result = this.#files.read(path)
    const shown = pathText(path.slice(this.#root.length))
    if (result.file === undefined) {
      if (result.why !== 'absent' && result.why !== 'not a regular file')
        this.problems.push(`${shown} is not read: ${result.why}`)
      return
    }
    this.changedMs.set(shown, result.file.changedMs)
    this.#addJobs(place, result.file, { shown, name })
  }

  #addJobs(place: Place, file: SmallFile, { shown, name }: { shown: string; name: string }): void {
    switch (place.kind) {
      case 'system-crontab':
        return this.#addList(parseCrontab(file.text, { path: shown }))
      case 'crontab-folder': {
        const { jobs, problems } = parseCrontab(file.text, { path: shown })
        // Debian's cron passes over other names; that of Red Hat does not, so they count wherever it is installed.
        const active = runPartsName.test(name) || !this.#isDebian()
        return this.#addList({ jobs: active ? jobs : jobs.map((job) => ({ ...job, active })), problems })
      }
      case 'user-crontabs':
        return this.#addList(parseCrontab(file.text, { path: shown, user: pathText(name) }))
      case 'anacrontab':
        return this.#addList(parseAnacrontab(file.text, shown))
      case 'scripts':
        this.jobs.push(scriptJob(place, file, { shown, name }))
        return undefined
      case 'at': {
        const parsed = parseAtName(name)
        if (parsed === undefined) return undefined
        const userOf = (uid: number): string => this.#names.get(uid) ?? String(uid)
        this.jobs.push(atJob(parsed, { ...file, path: shown, userOf }))
        return undefined
      }
    }
  }

  #addList({ jobs, problems }: Pick<ScheduleScan, 'jobs' | 'problems'>): void {
    this.jobs.push(...jobs)
    this.problems.push(...problems)
  }

  #isDebian(): boolean {
    return this.#files.read(`${this.#root}/etc/debian_version`).file !== undefined
  }
}

function scriptJob(place: Place, file: SmallFile, { shown, name }: { shown: string; name: string }): Job {
  return {
    kind: 'cron-script',
    path: shown,
    name: pathText(name),
    line: 0,
    schedule: place.schedule ?? '',
    user: 'root',
    active: file.executable && runPartsName.test(name),
    sha256: file.sha256,
    ...clippedCommand(shown),
  }
}
