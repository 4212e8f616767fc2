// The catalog of an ESE database (MSysObjects, its root is page 4; a copy is at page 24): tables with their columns and the roots
// of their trees.

import type { EseTable, EseValue } from '../ese-database.ts'
import { columnOf, derived, firstTagged, firstVariable, type StoredColumn } from './column.ts'
import { newNode, pageFlag, readNode } from './page.ts'
import type { Pages } from './pages.ts'
import { RecordReader } from './record.ts'
import { Tree } from './tree.ts'

const catalogRoot = 4
const copyRoot = 24
const mostTables = 100_000
const mostColumns = 1_000_000
const object = { table: 1, column: 2, longValue: 4 }
const headerBytes = 4

export interface StoredTable extends EseTable {
  readonly columns: StoredColumn[]
  readonly root: number
  readonly template: string
  longValueRoot: number
}

/** Its columns are where every version has them; later ones only have more. */
const layout = [
  columnOf({ id: 2, name: 'Type', coltyp: 3, offset: 8 }),
  columnOf({ id: 3, name: 'Id', coltyp: 4, offset: 10 }),
  columnOf({ id: 4, name: 'ColtypOrPgnoFDP', coltyp: 4, offset: 14 }),
  columnOf({ id: 5, name: 'SpaceUsage', coltyp: 4, offset: 18 }),
  columnOf({ id: 7, name: 'PagesOrLocale', coltyp: 4, offset: 26 }),
  columnOf({ id: 9, name: 'RecordOffset', coltyp: 3, offset: 31 }),
  columnOf({ id: 128, name: 'Name', coltyp: 10 }),
  columnOf({ id: 130, name: 'TemplateTable', coltyp: 10 }),
  columnOf({ id: 131, name: 'DefaultValue', coltyp: 9 }),
] as const

export function readCatalog(pages: Pages): StoredTable[] {
  const tables = readFrom(pages, catalogRoot)
  if (tables.length > 0) return finish(tables, pages)
  pages.notes.add('the catalog is damaged; its copy is used')
  return finish(readFrom(pages, copyRoot), pages)
}

function readFrom(pages: Pages, root: number): StoredTable[] {
  const { notes } = pages
  const tables: StoredTable[] = []
  const isLarge = pages.pageBytes > 8192
  const reader = new RecordReader({ table: 'MSysObjects', isLarge, longValues: undefined, notes })
  const node = newNode()
  let columns = 0
  for (const page of new Tree(pages, root).leaves()) {
    for (let tag = page.firstTag; tag < page.tagCount; tag++) {
      if (!readNode(page, tag, node) || node.isDeleted) continue
      if (!reader.open(node.data, (page.flags & pageFlag.newRecord) !== 0)) continue
      const [type, id, place, space, codePage, offset, name, template, defaultData] = layout.map((column) =>
        reader.cell(column),
      )
      const table = tables.at(-1)
      if (type === object.table && tables.length < mostTables) {
        tables.push({
          name: text(name),
          columns: [],
          root: number(place),
          template: text(template),
          longValueRoot: 0,
        })
      } else if (type === object.longValue && table !== undefined) table.longValueRoot = number(place)
      else if (type === object.column && table !== undefined && columns < mostColumns) {
        columns += 1
        const spec = { id: number(id), name: text(name), coltyp: number(place), space: number(space) }
        table.columns.push(
          columnOf({
            ...spec,
            codePage: number(codePage),
            offset: number(offset),
            ...(defaultData instanceof Uint8Array ? { defaultData } : {}),
          }),
        )
      }
    }
  }
  return tables
}

function number(value: EseValue | undefined): number {
  return typeof value === 'number' ? value : 0
}

function text(value: EseValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** Adds the columns of templates, and the offsets of fixed columns where the catalog has none. */
function finish(tables: readonly StoredTable[], pages: Pages): StoredTable[] {
  const own = new Map<string, readonly StoredColumn[]>(
    tables.map(({ name, columns }) => [name, columns.slice()]),
  )
  let added = 0
  for (const { name, template, columns } of tables) {
    if (template !== '' && template !== name) {
      const inherited = own.get(template)
      if (inherited === undefined) pages.notes.add(`table ${name}: its template ${template} is not there`)
      else if (added + inherited.length <= mostColumns) {
        added += inherited.length
        columns.unshift(...inherited.map(asDerived))
      }
    }
    placeFixed(columns)
  }
  return tables.slice()
}

function asDerived(column: StoredColumn): StoredColumn {
  return { ...column, isDerived: true, tag: column.id < firstTagged ? column.id : column.id | derived }
}

function placeFixed(columns: StoredColumn[]): void {
  let next = headerBytes
  for (const [index, column] of columns.entries()) {
    if (column.id >= firstVariable) continue
    // The catalog's own columns are all said to be at 4; where columns were deleted, offsets leave out their places.
    const offset = Math.max(column.offset, next)
    columns[index] = { ...column, offset }
    next = offset + column.size
  }
}
