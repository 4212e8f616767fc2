// The tables, as a list of steps from each version to the next. A step that stands is never changed: a store in the field
// may be at any of them.

import type { DatabaseSync } from 'node:sqlite'

import { AppError } from '../base/app-error.ts'
import { inTransaction } from './transaction.ts'

export interface Migration {
  readonly about: string
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  {
    about: 'events in blocks, places of log lines',
    sql: `
      -- Rows first … first + count - 1. filter: which words occur in it (token-filter.ts); null while the block is small
      -- and waits to be joined with its neighbours. columns, body: block.ts.
      CREATE TABLE blocks (
        first INTEGER PRIMARY KEY,
        count INTEGER NOT NULL,
        min_us INTEGER NOT NULL,
        max_us INTEGER NOT NULL,
        text_bytes INTEGER NOT NULL,
        filter BLOB,
        columns BLOB NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      CREATE INDEX blocks_heads ON blocks (first, count, min_us, max_us);
      CREATE INDEX blocks_fresh ON blocks (first, count, text_bytes) WHERE filter IS NULL;
      -- The last stored line of each log file.
      CREATE TABLE log_places (
        file TEXT PRIMARY KEY,
        place INTEGER NOT NULL,
        used_us INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- Numbers that outlive the rows they come from.
      CREATE TABLE counters (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    about: 'incidents, and how far the rules have come',
    sql: `
      -- head, body: IncidentHead as JSON and Incident as compressed JSON. level: index in incidentLevels.
      CREATE TABLE incidents (
        id INTEGER PRIMARY KEY,
        last_us INTEGER NOT NULL,
        level INTEGER NOT NULL,
        status TEXT NOT NULL,
        head TEXT NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      CREATE INDEX incidents_last ON incidents (last_us);
      -- What a reader of the events remembers, as it was at the event of its counter.
      CREATE TABLE memories (
        name TEXT PRIMARY KEY,
        value BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
]

export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

/** Throws AppError when the store was written by a newer program. Gives its version. */
export function checkVersion(db: DatabaseSync, newest: number): number {
  const version = versionOf(db)
  if (version <= newest) return version
  throw new AppError('unsupported', `the event store has version ${version}, this program knows ${newest}`, {
    hint: 'It was written by a newer Haechi: use that one, or another folder.',
  })
}

/** Brings the tables to the newest version, each step as a whole or not at all. Throws AppError when they are newer. */
export function migrate(db: DatabaseSync, steps: readonly Migration[] = migrations): void {
  const version = checkVersion(db, steps.length)
  for (const [index, step] of steps.entries()) {
    if (index < version) continue
    inTransaction(db, () => {
      db.exec(step.sql)
      db.exec(`PRAGMA user_version = ${index + 1}`)
    })
  }
}
