// The files in which the host itself records logins: wtmp, btmp, utmp, lastlog, wtmpdb. Looked at once a second (a few
// stat(2) when nothing happens); how far each was read is kept across restarts.

import { messageOf } from '../../base/app-error.ts'
import type { SensorContext } from '../sensor.ts'
import { AccountingFile, type KeptPlace } from './accounting-file.ts'
import { tamperedEvent } from './alerts.ts'
import {
  btmpFact,
  type LoginFact,
  utmpLogin,
  utmpLogout,
  type UtmpRecord,
  utmpTypes,
  wtmpFact,
} from '../../evidence/logins/index.ts'
import { wtmpdbLogin, wtmpdbLogout } from './file-facts.ts'
import { LastlogFile } from './lastlog-file.ts'
import { UtmpFile } from './utmp-file.ts'
import { WtmpdbFile } from './wtmpdb.ts'

/** Below the root. */
export const loginPaths = {
  wtmp: '/var/log/wtmp',
  btmp: '/var/log/btmp',
  utmp: '/run/utmp',
  lastlog: '/var/log/lastlog',
  wtmpdb: '/var/lib/wtmpdb/wtmp.db',
  lastlog2: '/var/lib/lastlog/lastlog2.db',
} as const

export interface LoginFilesListener {
  readonly onFact: (fact: LoginFact) => void
  /** The host was started: earlier logins are over. */
  readonly onBoot: () => void
}

const stateName = 'login'
const lookEveryMs = 1000
/** What was read is told within this time: only then its place is kept. */
const tellMs = 1000
const maxTampers = 20
const tamperWindowMs = 60_000

interface Kept {
  readonly wtmp: KeptPlace | undefined
  readonly btmp: KeptPlace | undefined
  readonly wtmpdb: number | undefined
}

export class LoginFiles {
  readonly #context: SensorContext
  readonly #wtmp: AccountingFile
  readonly #btmp: AccountingFile
  readonly #wtmpdb: WtmpdbFile
  readonly #utmp: UtmpFile
  readonly #lastlog: LastlogFile
  #nextLookMs = 0
  #unsaved: { readonly kept: Kept; readonly atMs: number } | undefined
  #hasMoved = false
  #tampered = 0
  #windowStartMs = 0
  #tamperedInWindow = 0
  #records = 0
  #lastProblem = ''

  constructor(context: SensorContext, listener: LoginFilesListener) {
    this.#context = context
    const kept = keptOf(context.state.load(stateName))
    const at = (path: string): string => context.root + path
    const tampered = (path: string) => (what: string) => this.#tell(at(path), what)
    const { onFact } = listener
    this.#wtmp = new AccountingFile({
      path: at(loginPaths.wtmp),
      kept: kept.wtmp,
      onRecord: (record) => this.#onWtmp(record, listener),
      onTampered: tampered(loginPaths.wtmp),
    })
    this.#btmp = new AccountingFile({
      path: at(loginPaths.btmp),
      kept: kept.btmp,
      onRecord: (record) => this.#hear(btmpFact(record), onFact),
      onTampered: tampered(loginPaths.btmp),
    })
    this.#wtmpdb = new WtmpdbFile({
      path: at(loginPaths.wtmpdb),
      lastId: kept.wtmpdb,
      onLogin: (row) => this.#hear(wtmpdbLogin(row), onFact),
      onLogout: (row) => this.#hear(wtmpdbLogout(row), onFact),
      onTampered: tampered(loginPaths.wtmpdb),
      onProblem: context.notice,
    })
    this.#utmp = new UtmpFile(at(loginPaths.utmp), {
      onLogin: (record) => this.#hear(utmpLogin(record, 'utmp'), onFact),
      onLogout: (record) => this.#hear(utmpLogout(record, 'utmp'), onFact),
      onTampered: tampered(loginPaths.utmp),
    })
    this.#lastlog = new LastlogFile(context.root, tampered(loginPaths.lastlog))
  }

  /** Who is on by utmp. */
  get logins(): readonly UtmpRecord[] {
    return this.#utmp.logins
  }

  /** The file that logins with a terminal must come into; undefined when this host has none in use. */
  get recordPath(): string | undefined {
    if (this.#wtmp.isUsed) return this.#context.root + loginPaths.wtmp
    return this.#wtmpdb.isUsed ? this.#context.root + loginPaths.wtmpdb : undefined
  }

  facts(): Record<string, number | string> {
    return { file_records: this.#records, tampered: this.#tampered, records_in: this.recordPath ?? 'nothing' }
  }

  tick(nowMs: number): void {
    if (this.#unsaved !== undefined && nowMs - this.#unsaved.atMs > tellMs) this.#save()
    const isBehind = !this.#wtmp.isCurrent || !this.#btmp.isCurrent
    if (nowMs < this.#nextLookMs && !isBehind) return
    this.look(nowMs, isBehind && nowMs < this.#nextLookMs)
  }

  /** `isHurried`: only the files that have more to read. */
  look(nowMs: number, isHurried = false): void {
    let moved = this.#try(() => this.#wtmp.look())
    moved = this.#try(() => this.#btmp.look()) || moved
    if (!isHurried) {
      this.#nextLookMs = nowMs + lookEveryMs
      moved = this.#try(() => this.#wtmpdb.look()) || moved
      this.#try(() => {
        this.#utmp.look()
        return false
      })
      this.#try(() => {
        this.#lastlog.look()
        return false
      })
    }
    this.#hasMoved ||= moved
    if (!this.#hasMoved || this.#unsaved !== undefined) return
    this.#hasMoved = false
    this.#unsaved = { kept: this.#kept(), atMs: nowMs }
  }

  /** To be called when all was told. */
  close(): void {
    this.#unsaved = { kept: this.#kept(), atMs: 0 }
    this.#save()
    this.#wtmp.close()
    this.#btmp.close()
  }

  #kept(): Kept {
    return { wtmp: this.#wtmp.place, btmp: this.#btmp.place, wtmpdb: this.#wtmpdb.lastId }
  }

  #save(): void {
    if (this.#unsaved !== undefined) this.#context.state.save(stateName, this.#unsaved.kept)
    this.#unsaved = undefined
  }

  #onWtmp(record: UtmpRecord, { onFact, onBoot }: LoginFilesListener): void {
    if (record.type === utmpTypes.bootTime) onBoot()
    this.#hear(wtmpFact(record), onFact)
  }

  #hear(fact: LoginFact | undefined, onFact: (fact: LoginFact) => void): void {
    this.#records += 1
    if (fact !== undefined) onFact(fact)
  }

  /** A file that cannot be read is told once, not each second. */
  #try(look: () => boolean): boolean {
    try {
      return look()
    } catch (thrown) {
      const problem = messageOf(thrown)
      if (problem !== this.#lastProblem) this.#context.notice(`a record of logins cannot be read: ${problem}`)
      this.#lastProblem = problem
      return false
    }
  }

  /** A wiped file has many wrong records: a few alerts say it, the rest is counted. */
  #tell(path: string, what: string): void {
    const nowMs = Date.now()
    if (nowMs - this.#windowStartMs > tamperWindowMs)
      [this.#windowStartMs, this.#tamperedInWindow] = [nowMs, 0]
    this.#tampered += 1
    this.#tamperedInWindow += 1
    if (this.#tamperedInWindow <= maxTampers) this.#context.emit(tamperedEvent(path, what, nowMs))
    if (this.#tamperedInWindow === maxTampers + 1)
      this.#context.notice(
        `${path} and others were changed in more ways than are told; see the count in the status`,
      )
  }
}

/** What an earlier run kept; parts of the wrong shape are left out. */
function keptOf(state: unknown): Kept {
  const { wtmp, btmp, wtmpdb } = (state ?? {}) as Record<string, unknown>
  return {
    wtmp: placeOf(wtmp),
    btmp: placeOf(btmp),
    wtmpdb: Number.isSafeInteger(wtmpdb) ? (wtmpdb as number) : undefined,
  }
}

function placeOf(kept: unknown): KeptPlace | undefined {
  const { inode, first, digests, bytes, head } = (kept ?? {}) as Record<string, unknown>
  const isPlace =
    typeof inode === 'string' &&
    typeof digests === 'string' &&
    typeof head === 'string' &&
    Number.isSafeInteger(first) &&
    Number.isSafeInteger(bytes)
  return isPlace ? (kept as KeptPlace) : undefined
}
