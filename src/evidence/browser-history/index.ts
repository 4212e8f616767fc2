// History of browsers: visits, downloads, searches.

import { AppError } from '../../base/app-error.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { SqlitePages, sqliteTables } from '../sqlite/index.ts'
import { chromiumHistory } from './chromium.ts'
import { firefoxHistory } from './firefox.ts'
import type { BrowserRecord } from './record.ts'

export type { BrowserDownload, BrowserRecord, BrowserSearch, BrowserVisit } from './record.ts'

export interface HistoryOptions {
  /** The file `-wal` beside it: what was written last is only there. */
  readonly wal?: EvidenceSource | undefined
  readonly notes: Notes
}

/**
 * Of Chromium's `History`, Firefox' `places.sqlite`, `downloads.sqlite` and `formhistory.sqlite`: told by the tables. Damaged
 * rows and pages are noted. Throws AppError `unsupported` when it is no database, or none of these.
 */
export function* browserHistory(
  main: EvidenceSource,
  { wal, notes }: HistoryOptions,
): Generator<BrowserRecord> {
  const pages = new SqlitePages(main, wal)
  const tables = new Set(sqliteTables(pages).map((name) => name.toLowerCase()))
  if (tables.has('urls')) yield* chromiumHistory(pages, notes)
  else if (['moz_places', 'moz_downloads', 'moz_formhistory'].some((name) => tables.has(name)))
    yield* firefoxHistory(pages, tables, notes)
  else throw new AppError('unsupported', 'it is no history of a browser')
}
