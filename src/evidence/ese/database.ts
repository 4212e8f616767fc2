// Opens an ESE database and gives its tables' rows one after the other. What was not written before a crash is in its log files,
// which are not replayed: a database that was not shut down cleanly is read as it is.

import type { EseDatabase, EseHeader, EseTable, EseValue } from '../ese-database.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { readCatalog, type StoredTable } from './catalog.ts'
import { readHeader } from './header.ts'
import { LongValues } from './long-values.ts'
import { newNode, type Node, type Page, pageFlag, readNode } from './page.ts'
import { Pages } from './pages.ts'
import { RecordReader } from './record.ts'
import { Tree } from './tree.ts'

/** Cells that one look at a table gives, and as many more for each byte of the file: a column costs nothing where it is empty. */
const mostCells = 10_000_000
const cellsEach = 16

/** Undefined: this is no ESE database, or its header is beyond use; a note says so. */
export function openEse(source: EvidenceSource, notes: Notes): EseDatabase | undefined {
  const header = readHeader(source, notes)
  if (header === undefined) return undefined
  if (header.state !== 'clean-shutdown')
    notes.add(`the state of the database is ${header.state}: what is only in its log files is not read`)
  return new Database(header, new Pages(source, header.pageBytes, notes))
}

class Database implements EseDatabase {
  readonly header: EseHeader
  readonly notes: Notes
  readonly tables: readonly StoredTable[]
  readonly #pages: Pages
  readonly #byName: ReadonlyMap<string, StoredTable>

  constructor(header: EseHeader, pages: Pages) {
    this.header = header
    this.notes = pages.notes
    this.#pages = pages
    this.tables = readCatalog(pages)
    this.#byName = new Map(this.tables.map((table) => [table.name, table]))
  }

  table(name: string): EseTable | undefined {
    return this.#byName.get(name)
  }

  *rows(told: EseTable, wanted?: readonly string[]): Generator<EseValue[]> {
    // Two tables may have one name: an empty one that was to be, and the one that is.
    const table = this.tables.find((known) => known === told) ?? this.#byName.get(told.name)
    if (table === undefined) return
    const { name } = table
    const pages = this.#pages
    const columns =
      wanted === undefined
        ? table.columns
        : wanted.map((column) => table.columns.find((known) => known.name === column))
    const reader = new RecordReader({
      table: name,
      isLarge: pages.pageBytes > 8192,
      longValues: table.longValueRoot === 0 ? undefined : new LongValues(pages, table.longValueRoot, name),
      notes: pages.notes,
    })
    const node = newNode()
    let cells = mostCells + cellsEach * pages.bytes
    for (const page of new Tree(pages, table.root).leaves()) {
      const isNewFormat = (page.flags & pageFlag.newRecord) !== 0
      for (let tag = page.firstTag; tag < page.tagCount; tag++) {
        if (!this.#isRecord(page, tag, node) || !reader.open(node.data, isNewFormat)) continue
        cells -= columns.length
        if (cells < 0) {
          pages.notes.add(`${name}: the table has more cells than can be; the rest is not read`)
          return
        }
        yield columns.map((column) => (column === undefined ? null : reader.cell(column)))
      }
    }
  }

  #isRecord(page: Page, tag: number, node: Node): boolean {
    if (readNode(page, tag, node)) return !node.isDeleted
    this.#pages.tell(page.number, `page ${page.number}: a record lies outside of it`)
    return false
  }
}
