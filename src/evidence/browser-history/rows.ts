// Rows of a table that may be missing: other versions of a browser have other tables.

import { messageOf } from '../../base/app-error.ts'
import type { Notes } from '../note.ts'
import { type SqlitePages, type SqliteRow, sqliteRows } from '../sqlite/index.ts'

/** Nothing, and a note, where there is no such table. */
export function* rowsOf(pages: SqlitePages, table: string, notes: Notes): Generator<SqliteRow> {
  try {
    yield* sqliteRows(pages, table, { notes })
  } catch (thrown) {
    notes.add(messageOf(thrown))
  }
}
