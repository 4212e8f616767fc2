// The sensor: which logs are followed, whose turn it is to be read, and what becomes of a line. Everything happens in
// `tick`, in turns of a few milliseconds; lines wait in their files.

import { basename, dirname } from 'node:path'

import { monotonicMs } from '../../base/clock.ts'
import { pathText } from '../../base/text.ts'
import type { Event } from '../../model/index.ts'
import type { Sensor, SensorContext, SensorFactory, SensorStatus } from '../sensor.ts'
import { databaseCommandLines, Discovery, type Found } from './discover.ts'
import { type FileListener, Follower } from './follower.ts'
import { type FollowerTimes, usualTimes } from './following.ts'
import { type Generation, headMaxBytes, type LineListener } from './generation.ts'
import { Journal, journalMissing } from './journal.ts'
import { fileEvent, lineEvent } from './line-event.ts'
import { lineTime, type NamedLog, parseSyslogLine } from '../../evidence/log-lines/index.ts'
import { headAt, lookAt, realPath, sameFile } from './log-file.ts'
import { Pairing } from './pairing.ts'
import { readState, type SavedState, writeState } from './saved.ts'
import type { LineMark } from './split.ts'
import { Watches } from './watches.ts'

export interface LogsOptions {
  /** Further logs: globs, absolute, below the root. */
  readonly paths?: readonly string[]
  readonly times?: FollowerTimes
  /** False: the journal is left alone. */
  readonly journal?: boolean
}

interface Followed {
  readonly log: NamedLog
  readonly follower: Follower
  /** Its place among those that may have the same message; 0 is the journal's. */
  readonly place: number
  /** Folder and name of the file itself, where the path is a link. */
  folder: string
  name: string
}

const stateName = 'logs'
const saveMs = 1000
const findMs = 30_000
const turnMs = 4
/** A log that is gone, and silent, for so long is followed no more. */
const dropMs = 600_000
const slackMs = 1000
/** rsyslog is seldom seconds behind the journal. */
const pairWindowMs = 60_000

class LogsSensor implements Sensor, FileListener, LineListener {
  readonly id = 'logs' as const
  readonly #context: SensorContext
  readonly #options: LogsOptions
  readonly #times: FollowerTimes
  readonly #discovery: Discovery
  readonly #watches: Watches
  readonly #followed = new Map<string, Followed>()
  readonly #byFollower = new Map<Follower, Followed>()
  readonly #pairing = new Pairing(pairWindowMs, monotonicMs())
  #journal: Journal | undefined
  #journalRefused = ''
  #saved: SavedState | undefined
  #found: Found = { logs: [], folders: [], leftOut: 0 }
  #stopped = false
  #changed = false
  #lookedAt = 0
  #savedAt = 0
  #foundAt = 0
  #lastFindWallMs = 0
  #findSoon = false
  #turnEnd = 0
  #nowWallMs = 0
  #nowIso = ''
  #first = 0
  #hasRead = false
  #places = 0
  #now: Followed | undefined
  #lines = 0

  constructor(context: SensorContext, options: LogsOptions) {
    this.#context = context
    this.#options = options
    this.#times = options.times ?? usualTimes
    this.#discovery = new Discovery(context.root, options.paths ?? [])
    this.#watches = new Watches({ touched: (folder, name, what) => this.#touched(folder, name, what) })
  }

  async start(): Promise<void> {
    this.#saved = readState(this.#context.state.load(stateName))
    this.#clock()
    this.#find()
    this.#lookAtAll(performance.now())
    await this.#startJournal()
    this.#save()
  }

  status(): SensorStatus {
    let backlog = 0
    let unreadable = 0
    let recovered = 0
    let cut = 0
    let nuls = 0
    for (const { follower } of this.#followed.values()) {
      backlog += follower.backlogBytes
      if (!follower.reading) unreadable++
      recovered += follower.recovered
      cut += follower.counts.cutBytes
      nuls += follower.counts.nulBytes
    }
    return {
      tier: this.#journal === undefined ? 'files' : 'journal+files',
      refused: this.#journalRefused === '' ? [] : [{ tier: 'journal', why: this.#journalRefused }],
      facts: {
        files: this.#followed.size,
        unreadable,
        leftOut: this.#found.leftOut,
        lines: this.#lines,
        backlogBytes: backlog,
        recoveredFiles: recovered,
        cutBytes: cut,
        nulBytes: nuls,
        sameInJournal: this.#pairing.paired,
        watchedFolders: this.#watches.size,
        ...(this.#watches.fault === '' ? {} : { unwatched: this.#watches.fault }),
        journalEntries: this.#journal?.entries ?? 0,
      },
    }
  }

  tick(): void {
    if (this.#stopped) return
    const nowMs = performance.now()
    this.#turnEnd = nowMs + turnMs
    this.#clock()
    if (nowMs - this.#foundAt >= findMs || (this.#findSoon && nowMs - this.#foundAt >= this.#times.lookMs))
      this.#find()
    if (nowMs - this.#lookedAt >= this.#times.lookMs) this.#lookAtAll(nowMs)
    else {
      for (const { follower } of this.#followed.values())
        if (follower.moved) follower.look(nowMs, this.#nowWallMs)
    }
    this.#readAll(nowMs)
    this.#turnEnd = performance.now() + turnMs
    this.#journal?.read(() => this.enough(), nowMs)
    if ((this.#hasRead && this.#record()) || (nowMs - this.#savedAt >= saveMs && this.#isChanged()))
      this.#save()
  }

  resync(): void {
    for (const { follower } of this.#followed.values()) {
      follower.moved = true
      follower.dirty = true
    }
    this.#findSoon = true
  }

  stop(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    this.#stopped = true
    this.#journal?.stop()
    this.#watches.close()
    this.#save()
    for (const { follower } of this.#followed.values()) follower.close()
    return Promise.resolve()
  }

  enough(): boolean {
    return performance.now() >= this.#turnEnd
  }

  line(generation: Generation, text: string, { offset, mark }: { offset: number; mark: LineMark }): void {
    const followed = this.#now
    if (followed === undefined) return
    const { log } = followed
    const isSyslog = log.kind === 'syslog'
    const syslog = isSyslog ? parseSyslogLine(text) : undefined
    const time = lineTime(text, this.#nowWallMs)
    generation.stamped = time !== undefined
    this.#lines++
    if (syslog !== undefined && this.#journal?.following === true) {
      const { hostname, appname, procid, messageAt } = syslog
      if (!this.#pairing.isNew(followed.place, { hostname, appname, procid, text: text.slice(messageAt) }))
        return
    }
    this.#context.emit(lineEvent({ log, generation, text, offset, mark, time, syslog }, this.#nowIso))
  }

  happened(follower: Follower, action: Parameters<FileListener['happened']>[1], detail: string): void {
    const log = this.#byFollower.get(follower)?.log
    if (log === undefined) return
    const key = lookAt(follower.path)?.key
    this.#context.emit(
      fileEvent({ log, action, detail: this.#withoutRoot(detail), key }, new Date().toISOString()),
    )
  }

  lost(follower: Follower, fromMs: number): void {
    const path = this.#byFollower.get(follower)?.log.text ?? pathText(follower.path)
    this.#context.lost({ source: `log:${path}`, count: 0, from: fromMs, to: Date.now() })
  }

  notice(message: string): void {
    this.#context.notice(pathText(message))
  }

  #withoutRoot(detail: string): string {
    return this.#context.root === '' ? detail : detail.replaceAll(this.#context.root, '')
  }

  #clock(): void {
    this.#nowWallMs = Date.now()
    this.#pairing.tick()
  }

  #find(): void {
    const wallMs = Date.now()
    this.#foundAt = performance.now()
    this.#findSoon = false
    const isFirst = this.#lastFindWallMs === 0
    const inFolders = new Set(this.#found.folders)
    this.#found = this.#discovery.find(
      this.#context.root === '' ? databaseCommandLines(this.#context.processes) : [],
    )
    if (isFirst) for (const { log } of this.#saved?.logs.values() ?? []) this.#follow(log, inFolders)
    for (const log of this.#found.logs) this.#follow(log, inFolders)
    this.#lastFindWallMs = wallMs
    this.#dropGone()
    const folders = new Set(this.#found.folders)
    for (const { follower, folder } of this.#followed.values()) folders.add(follower.folder).add(folder)
    this.#watches.set(folders)
    if (this.#journal === undefined && this.#journalRefused !== '') void this.#startJournal()
  }

  #dropGone(): void {
    for (const [path, { follower }] of this.#followed) {
      if (!follower.isGoneFor(dropMs, this.#foundAt)) continue
      follower.close()
      this.#followed.delete(path)
      this.#byFollower.delete(follower)
    }
  }

  /** `known`: folders that were looked into before, so that what is new in them has just appeared. */
  #follow(log: NamedLog, known: ReadonlySet<string>): void {
    if (this.#followed.has(log.path)) return
    const saved = this.#saved?.logs.get(log.path)
    const look = lookAt(log.path)
    if (saved === undefined && look !== undefined && this.#isFollowed(log.path, look)) return
    const isRunning = this.#lastFindWallMs > 0
    const knownSince = isRunning ? this.#lastFindWallMs : (this.#saved?.savedAt ?? Date.now())
    const follower = new Follower(log.path, {
      listener: this,
      times: this.#times,
      knownSince,
    })
    const real = realPath(log.path)
    const followed = {
      log,
      follower,
      place: ++this.#places,
      folder: dirname(real),
      name: basename(real),
    }
    this.#followed.set(log.path, followed)
    this.#byFollower.set(follower, followed)
    if (saved !== undefined && !isRunning) follower.restore(saved, performance.now())
    else {
      const isYoung = this.#saved !== undefined && (look?.birthMs ?? 0) >= knownSince - slackMs
      const hasAppeared = isRunning && known.has(dirname(log.path))
      follower.begin(isYoung || hasAppeared ? 'start' : 'end')
      // Opened at once: another path may lead to the same file.
      follower.look(performance.now(), this.#nowWallMs)
    }
    this.#changed = true
  }

  /** Whether another log has this file already: a link, or a rotated file under a name that is a log's too. */
  #isFollowed(path: string, look: NonNullable<ReturnType<typeof lookAt>>): boolean {
    const folder = dirname(path)
    for (const { follower } of this.#followed.values()) {
      if (follower.keys.some((key) => sameFile(key, look.key))) return true
      if (follower.folder === folder && look.size > 0 && follower.knows(headAt(path, headMaxBytes)))
        return true
    }
    return false
  }

  #lookAtAll(nowMs: number): void {
    this.#lookedAt = nowMs
    for (const followed of this.#followed.values()) followed.follower.look(nowMs, this.#nowWallMs)
  }

  /** Round robin, beginning with another one each time, until the turn is over or nothing is left. */
  #readAll(nowMs: number): void {
    const waiting: Followed[] = []
    for (const followed of this.#followed.values()) if (followed.follower.dirty) waiting.push(followed)
    if (waiting.length === 0) return
    this.#hasRead = true
    this.#nowIso = new Date(this.#nowWallMs).toISOString()
    this.#first++
    for (let more = true; more;) {
      more = false
      for (let i = 0; i < waiting.length; i++) {
        const followed = waiting[(i + this.#first) % waiting.length]
        if (followed === undefined || !followed.follower.dirty) continue
        this.#now = followed
        more = followed.follower.read(this, nowMs) || more
        if (this.enough()) return
      }
      // What is not in the durable state waits for the end of this tick.
      if (waiting.some(({ follower }) => follower.unrecorded)) return
    }
  }

  #record(): boolean {
    this.#hasRead = false
    let fresh = false
    for (const { follower } of this.#followed.values()) fresh = follower.record() || fresh
    return fresh
  }

  #isChanged(): boolean {
    if (this.#changed || this.#journal?.changed === true) return true
    for (const { follower } of this.#followed.values()) if (follower.changed) return true
    return false
  }

  /** After the lines were handed on. */
  #save(): void {
    this.#savedAt = performance.now()
    const logs = Array.from(this.#followed.values(), ({ log, follower }) => ({ log, ...follower.saved() }))
    const cursor = this.#journal === undefined ? this.#saved?.cursor : this.#journal.cursor
    this.#context.state.save(stateName, writeState({ savedAt: Date.now(), logs, cursor }))
    this.#changed = false
    for (const { follower } of this.#followed.values()) follower.changed = false
    if (this.#journal !== undefined) this.#journal.changed = false
  }

  async #startJournal(): Promise<void> {
    if (this.#options.journal === false) return
    this.#journalRefused = journalMissing(this.#context.root)
    if (this.#journalRefused !== '') return
    this.#journal = new Journal(this.#context.root, this.#saved?.cursor, {
      entry: (event) => this.#entry(event),
      lost: (count) => this.#context.lost({ source: 'journal', count }),
      notice: (message) => this.#context.notice(message),
    })
    await this.#journal.start()
  }

  #entry(event: Event): void {
    const { hostname = '', appname = '', procid } = event.log?.syslog ?? {}
    this.#lines++
    if (!this.#pairing.isNew(0, { hostname, appname, procid, text: event.message ?? '' })) return
    this.#context.emit(event)
  }

  #touched(folder: string, name: string | undefined, what: 'content' | 'names'): void {
    let isKnown = false
    for (const followed of this.#followed.values()) {
      const { follower } = followed
      const isLink = followed.folder === folder
      if (follower.folder !== folder && !isLink) continue
      const base = isLink ? followed.name : basename(follower.path)
      const stem = base.replace(/\.[a-z]{1,8}$/, '')
      if (name !== undefined && !name.startsWith(stem)) continue
      isKnown ||= name === base
      follower.dirty = true
      if (what === 'names') follower.moved = true
    }
    if (!isKnown && what === 'names') this.#findSoon = true
  }
}

export function logsSensorWith(options: LogsOptions): SensorFactory {
  return (context) => new LogsSensor(context, options)
}

export const logsSensor: SensorFactory = logsSensorWith({})
