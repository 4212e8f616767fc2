// A table of a database that others write to: read without locks, and anew when it changed meanwhile.

import { statSync } from 'node:fs'

import { openFileSource } from '../../evidence/source.ts'
import { damaged } from '../../evidence/sqlite/pages.ts'
import { SqlitePages, type SqliteRow, sqliteRows } from '../../evidence/sqlite/index.ts'

export interface SqliteQuery {
  /** Only rows with greater ids (others are not even read). */
  readonly after?: number
  readonly maxRows: number
}

const walHeaderBytes = 32

/**
 * Rows of a table in the order of their ids. Throws AppError when the database cannot be read, is damaged, has no such table,
 * or was written to in all of three tries; what fs throws when it is not there.
 */
export function readSqliteTable(path: string, table: string, { after, maxRows }: SqliteQuery): SqliteRow[] {
  for (let tries = 1; ; tries += 1) {
    statSync(path)
    using main = openFileSource(path)
    using wal = isThere(`${path}-wal`) ? openFileSource(`${path}-wal`) : undefined
    const stamp = (): string => {
      const { ino, size, mtimeNs } = statSync(path, { bigint: true })
      return `${ino} ${size} ${mtimeNs} ${Buffer.from(wal?.read(0, walHeaderBytes) ?? []).toString('latin1')}`
    }
    const before = stamp()
    try {
      const pages = new SqlitePages(main, wal)
      const rows = [...sqliteRows(pages, table, after === undefined ? {} : { after }).take(maxRows)]
      if (stamp() === before) return rows
    } catch (thrown) {
      if (tries >= 3 || stamp() === before) throw thrown
    }
    if (tries >= 3) throw damaged('it changes all the time')
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
