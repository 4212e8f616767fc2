// The addresses of a history, by the numbers that visits name them with: only the columns that are told, within a budget of memory.

import type { Notes } from '../note.ts'
import type { SqlitePages } from '../sqlite/index.ts'
import type { Columns } from './columns.ts'
import { rowsOf } from './rows.ts'

const maxAddresses = 500_000
const maxText = 16_384
/** Characters of all together: more than any profile has. */
const maxTexts = 128 * 1024 * 1024

/** What does not fit is noted, and its visits have no address. */
export function addressesOf(
  pages: SqlitePages,
  { table, wanted }: { readonly table: string; readonly wanted: readonly string[] },
  notes: Notes,
): ReadonlyMap<number, Columns> {
  const addresses = new Map<number, Columns>()
  let texts = 0
  for (const { rowid, values } of rowsOf(pages, table, notes)) {
    if (addresses.size >= maxAddresses || texts >= maxTexts) {
      notes.add(`only the first ${addresses.size} addresses are read`)
      break
    }
    const kept: Record<string, Columns[string]> = {}
    for (const name of wanted) {
      const value = values[name]
      if (value === undefined || value instanceof Uint8Array) continue
      kept[name] = typeof value === 'string' ? cut(value) : value
      if (typeof value === 'string') texts += Math.min(value.length, maxText)
    }
    addresses.set(rowid, kept)
  }
  return addresses
}

/** A copy: a slice would hold the whole text. */
function cut(text: string): string {
  return text.length <= maxText ? text : Buffer.from(text.slice(0, maxText)).toString()
}
