// wtmpdb (https://github.com/thkukuk/wtmpdb): what replaces wtmp on hosts that outlive 2038; a table with a row for each
// login, whose Logout is filled in later. lastlog2 is the same for lastlog: a row for each account.

import { statSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import type { LastLogin } from '../../evidence/logins/index.ts'
import type { SqliteRow, SqliteValue } from '../../evidence/sqlite/index.ts'
import { readSqliteTable } from './sqlite-file.ts'

export interface WtmpdbRow {
  readonly id: number
  readonly type: number
  readonly user: string
  readonly loginMs: number
  readonly logoutMs: number | undefined
  readonly tty: string
  readonly host: string
  readonly service: string
}

const wtmpdbTypes = { bootTime: 1, runLevel: 2, userProcess: 3 } as const

/** Throws as `readSqliteTable`. */
export function readWtmpdb(path: string, after: number, maxRows: number): WtmpdbRow[] {
  return readSqliteTable(path, 'wtmp', { after, maxRows }).map((row) => wtmpdbRowOf(row))
}

function wtmpdbRowOf({ rowid, values }: SqliteRow): WtmpdbRow {
  return {
    id: rowid,
    type: numberOf(values['Type']) ?? 0,
    user: textOf(values['User']),
    loginMs: (numberOf(values['Login']) ?? 0) / 1000,
    logoutMs: msOf(numberOf(values['Logout'])),
    tty: textOf(values['TTY']),
    host: textOf(values['RemoteHost']),
    service: textOf(values['Service']),
  }
}

/** Last logins by name. Throws as `readSqliteTable`. */
export function readLastlog2(path: string): ReadonlyMap<string, LastLogin> {
  const logins = new Map<string, LastLogin>()
  for (const { values } of readSqliteTable(path, 'Lastlog2', { maxRows: 100_000 })) {
    logins.set(textOf(values['Name']), {
      timeMs: (numberOf(values['Time']) ?? 0) * 1000,
      tty: textOf(values['TTY']),
      host: textOf(values['RemoteHost']),
      service: textOf(values['Service']),
    })
  }
  return logins
}

function numberOf(value: SqliteValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function textOf(value: SqliteValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function msOf(microseconds: number | undefined): number | undefined {
  return microseconds === undefined ? undefined : microseconds / 1000
}

export interface WtmpdbOptions {
  readonly path: string
  /** Greatest row of the last run; undefined at the first. */
  readonly lastId: number | undefined
  readonly onLogin: (row: WtmpdbRow) => void
  readonly onLogout: (row: WtmpdbRow) => void
  readonly onTampered: (what: string) => void
  readonly onProblem: (message: string) => void
}

/** Also how far back a logout is still looked for. */
const rowsAtOnce = 500

/** Follows a wtmpdb: new rows, and logouts written into rows that were seen. */
export class WtmpdbFile {
  readonly #options: WtmpdbOptions
  #lastId: number | undefined
  readonly #open = new Set<number>()
  #stamp = ''
  #problem = ''

  constructor(options: WtmpdbOptions) {
    this.#options = options
    this.#lastId = options.lastId
  }

  get lastId(): number | undefined {
    return this.#lastId
  }

  get isUsed(): boolean {
    return (this.#lastId ?? 0) > 0
  }

  /** Reads what is new when the files have changed. True when there was something. */
  look(): boolean {
    const stamp = `${stampOf(this.#options.path)} ${stampOf(`${this.#options.path}-wal`)}`
    if (stamp === this.#stamp) return false
    try {
      if (stampOf(this.#options.path) === '') return false
      const isFirst = this.#lastId === undefined
      // At the first look only the youngest rows matter: those whose logout is still to come.
      const after = this.#lastId ?? Math.max(0, greatestId(this.#options.path) - rowsAtOnce)
      const fresh = readWtmpdb(this.#options.path, after, rowsAtOnce)
      this.#checkEnd(fresh)
      for (const row of fresh) this.#take(row, isFirst)
      this.#lookForLogouts()
      if (fresh.length < rowsAtOnce) this.#stamp = stamp
      this.#lastId ??= 0
      this.#problem = ''
      return fresh.length > 0
    } catch (thrown) {
      this.#stamp = stamp
      const problem = messageOf(thrown)
      if (problem !== this.#problem) this.#options.onProblem(`${this.#options.path}: ${problem}`)
      this.#problem = problem
      return false
    }
  }

  #take(row: WtmpdbRow, isFirst: boolean): void {
    this.#lastId = Math.max(this.#lastId ?? 0, row.id)
    if (row.type !== wtmpdbTypes.userProcess) return
    if (!isFirst) this.#options.onLogin(row)
    if (row.logoutMs === undefined) this.#open.add(row.id)
    else if (!isFirst) this.#options.onLogout(row)
  }

  /** Ids only grow: when the greatest is gone, somebody has deleted it. */
  #checkEnd(fresh: readonly WtmpdbRow[]): void {
    const last = this.#lastId
    if (last === undefined || last === 0 || fresh.length > 0) return
    const [row] = readWtmpdb(this.#options.path, last - 1, 1)
    if (row?.id === last) return
    this.#options.onTampered(`its last row (${last}) was deleted`)
    this.#lastId = greatestId(this.#options.path)
  }

  /** Rows that had no logout are read again, as far as they are not too old. */
  #lookForLogouts(): void {
    for (const id of this.#open) if (id + rowsAtOnce < (this.#lastId ?? 0)) this.#open.delete(id)
    if (this.#open.size === 0) return
    const rows = readWtmpdb(this.#options.path, Math.min(...this.#open) - 1, 2 * rowsAtOnce)
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const id of this.#open) {
      const row = byId.get(id)
      if (row !== undefined && row.logoutMs === undefined) continue
      this.#open.delete(id)
      if (row === undefined) this.#options.onTampered(`row ${id} was deleted while its login lasted`)
      else this.#options.onLogout(row)
    }
  }
}

/** The greatest row id, 0 for none: looked for by halving, so that a large table is not read as a whole. */
function greatestId(path: string): number {
  let [known, step] = [0, 1]
  for (let tries = 0; tries < 200; tries += 1) {
    const [row] = readWtmpdb(path, known + step - 1, 1)
    if (row !== undefined) [known, step] = [row.id, step * 2]
    else if (step === 1) return known
    else step = Math.max(1, Math.floor(step / 4))
  }
  return known
}

/** Empty when there is no such file. */
function stampOf(path: string): string {
  const there = statSync(path, { bigint: true, throwIfNoEntry: false })
  return there === undefined ? '' : `${there.ino} ${there.size} ${there.mtimeNs}`
}
