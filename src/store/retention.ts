// The oldest events go when the store is too large or they are too old: some blocks at a time, from the front.

import type { DatabaseSync } from 'node:sqlite'

import { journalBytes } from './database.ts'
import { usedBytes } from './reader.ts'
import { inTransaction } from './transaction.ts'

export interface RetentionLimits {
  /** Of the files on the disk, the journal included. */
  readonly maxBytes: number
  readonly maxAgeMs: number
}

const blocksAtOnce = 32
/** Pages given back to the file system at once. */
const pagesAtOnce = 256

export interface Deleted {
  /** The sequence up to which events are no more. */
  readonly last: number
  readonly events: number
}

/** Undefined when nothing had to go. */
export function deleteOldest(db: DatabaseSync, limits: RetentionLimits): Deleted | undefined {
  const oldest = db.prepare(
    'SELECT first, count, max_us, length(body) AS bytes FROM blocks ORDER BY first LIMIT ?',
  )
  const cutoffUs = (Date.now() - limits.maxAgeMs) * 1000
  let excess = usedBytes(db) - roomFor(limits)
  let last: number | undefined
  let events = 0
  for (const block of oldest.all(blocksAtOnce)) {
    if (Number(block['max_us']) >= cutoffUs && excess <= 0) break
    last = Number(block['first']) + Number(block['count']) - 1
    events += Number(block['count'])
    excess -= Number(block['bytes'])
  }
  if (last === undefined) return undefined
  const upTo = last
  inTransaction(db, () => {
    db.prepare('DELETE FROM blocks WHERE first <= ?').run(upTo)
    // Sequences are never used again, also when no event is left that shows where they were.
    db.prepare(
      `INSERT INTO counters (name, value) VALUES ('deleted', ?)
       ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
    ).run(upTo)
  })
  return { last, events }
}

/** Highest sequence that was ever deleted; 0 when none was. */
export function lastDeleted(db: DatabaseSync): number {
  return Number(db.prepare(`SELECT value FROM counters WHERE name = 'deleted'`).get()?.['value'] ?? 0)
}

/** Gives free pages back when they are many, e.g. after the limit was lowered; true when more are left. */
export function giveBackPages(db: DatabaseSync, { maxBytes }: RetentionLimits): boolean {
  const number = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
  const freeBytes = number('freelist_count') * number('page_size')
  if (freeBytes <= maxBytes / 8) return false
  db.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
  return true
}

/** Bytes of pages: the journal lies beside them. */
function roomFor({ maxBytes }: RetentionLimits): number {
  // A transaction may be written before it is written back.
  return maxBytes - 2 * journalBytes(maxBytes)
}
