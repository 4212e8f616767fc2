// One transaction: all of it, or nothing.

import type { DatabaseSync } from 'node:sqlite'

/** What `work` throws is thrown on, and nothing of it stays. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (thrown) {
    // After some faults it has ended by itself.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}
