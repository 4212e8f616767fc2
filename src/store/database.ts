// The database file: how it is opened, and what its faults mean.

import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { AppError, messageOf } from '../base/app-error.ts'
import { checkVersion, migrate, migrations } from './schema.ts'

const fileName = 'events.db'
const damagedMark = '.damaged-'
/** How long a reader and the writer wait for each other. */
const busyTimeoutMs = 5000
const pageBytes = 4096
const minJournalBytes = 256 * 1024
const maxJournalBytes = 4 * 1024 * 1024

/** Primary result codes (https://www.sqlite.org/rescode.html); the upper bits of `errcode` only tell more. */
const corrupt = 11
const notADatabase = 26

function databasePath(folder: string): string {
  return join(folder, fileName)
}

export interface DatabaseOptions {
  readonly folder: string
  /** What the files may take together, about. */
  readonly maxBytes: number
  readonly onProblem: (message: string) => void
}

/**
 * Opens or makes it. What is no database, or a damaged one, is moved aside and told; a new one is begun then.
 * Throws AppError when the folder cannot be used, or the store is of a newer version.
 */
export function openDatabase({ folder, maxBytes, onProblem }: DatabaseOptions): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return openFile(folder, maxBytes)
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    if (!isDamage(thrown)) throw storeFault('cannot be opened', thrown)
    moveAside(folder, thrown, onProblem)
  }
  try {
    return openFile(folder, maxBytes)
  } catch (thrown) {
    throw storeFault('cannot be opened', thrown)
  }
}

/** Throws AppError `not-found` when there is none. */
export function openForReading(folder: string): DatabaseSync {
  const path = databasePath(folder)
  if (!existsSync(path)) {
    throw new AppError('not-found', `there is no event store in ${folder}`, {
      hint: 'Start the daemon with `haechi up`, or name the folder of its store.',
    })
  }
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs })
    db.exec('PRAGMA cache_size = -4000')
    if (checkVersion(db, migrations.length) < migrations.length) {
      throw new AppError('unsupported', 'the event store has an old version', {
        hint: 'The daemon brings it to the new one when it starts.',
      })
    }
    return db
  } catch (thrown) {
    db?.close()
    if (thrown instanceof AppError) throw thrown
    throw storeFault('cannot be read', thrown)
  }
}

/** Moves the database away, so that a new one can be begun; the one before that goes. */
export function moveAside(folder: string, thrown: unknown, onProblem: (message: string) => void): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${fileName}${damagedMark}`)) rmSync(join(folder, name), { force: true })
  }
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const aside = `${databasePath(folder)}${damagedMark}${stamp}`
  for (const suffix of ['', '-wal']) {
    if (existsSync(databasePath(folder) + suffix)) renameSync(databasePath(folder) + suffix, aside + suffix)
  }
  rmSync(`${databasePath(folder)}-shm`, { force: true })
  onProblem(`the event store is damaged (${messageOf(thrown)}): it was moved to ${aside}, a new one is begun`)
}

export function isDamage(thrown: unknown): boolean {
  const code = resultCode(thrown)
  return code === corrupt || code === notADatabase
}

/** What the database says, as a fault of ours. */
export function storeFault(what: string, thrown: unknown): AppError {
  const { code } = thrown as NodeJS.ErrnoException
  const isRefused = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  return new AppError(
    isRefused ? 'permission' : 'internal',
    `the event store ${what}: ${messageOf(thrown)}`,
    {
      cause: thrown,
    },
  )
}

function resultCode(thrown: unknown): number {
  const { errcode } = thrown as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : 0
}

/** The journal is written back when it has grown to this. */
export function journalBytes(maxBytes: number): number {
  return Math.min(maxJournalBytes, Math.max(minJournalBytes, maxBytes / 16))
}

function openFile(folder: string, maxBytes: number): DatabaseSync {
  const path = databasePath(folder)
  // Made here, because the journal takes its mode from it.
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    db.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = INCREMENTAL`)
    db.exec('PRAGMA journal_mode = WAL')
    // A commit is not synced: kill -9 loses nothing, a power cut what came after the last checkpoint.
    db.exec('PRAGMA synchronous = NORMAL')
    const journal = Math.floor(journalBytes(maxBytes))
    db.exec(`PRAGMA wal_autocheckpoint = ${Math.ceil(journal / pageBytes)}`)
    db.exec(`PRAGMA journal_size_limit = ${journal}; PRAGMA cache_size = -4000`)
    migrate(db)
    checkLightly(db)
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/** A full check reads everything, which takes minutes: the tables and both ends of the events must do. */
function checkLightly(db: DatabaseSync): void {
  for (const order of ['ASC', 'DESC'])
    db.prepare(`SELECT * FROM blocks ORDER BY first ${order} LIMIT 1`).get()
  db.prepare('SELECT count(*) FROM log_places').get()
  db.prepare('SELECT count(*) FROM counters').get()
}
