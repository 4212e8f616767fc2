// The rows of a table of an SQLite database (https://www.sqlite.org/fileformat2.html), without SQLite: nothing in the file is
// run, nothing is written beside it, and a file that lies (a cycle of pages, lengths beyond the file, endless overflow
// chains) ends in an error or a note.

import { AppError } from '../../base/app-error.ts'
import type { Notes } from '../note.ts'
import { damaged, type SqlitePages } from './pages.ts'

export type SqliteValue = null | number | bigint | string | Uint8Array

export interface SqliteRow {
  readonly rowid: number
  /** By column name. A column that is the row id's alias holds the row id. */
  readonly values: Readonly<Record<string, SqliteValue>>
}

const maxDepth = 24
const maxTables = 10_000
const maxPayloadBytes = 16 * 1024 * 1024
const schemaColumns = ['type', 'name', 'tbl_name', 'rootpage', 'sql']
const pageTypes = { interior: 5, leaf: 13 } as const

/** Names of the tables that hold rows. Throws AppError when the first page is damaged. */
export function sqliteTables(pages: SqlitePages): string[] {
  return [...schemaOf(pages)].map(({ values }) => String(values['name']))
}

/**
 * Rows of a table in the order of their ids. Throws AppError when there is no such table, and when it is damaged; with `notes`
 * damaged rows and pages are noted and passed over.
 */
export function* sqliteRows(
  pages: SqlitePages,
  table: string,
  { after, notes }: { readonly after?: number; readonly notes?: Notes } = {},
): Generator<SqliteRow> {
  const wanted = table.toLowerCase()
  const found = [...schemaOf(pages)].find(({ values }) => String(values['name']).toLowerCase() === wanted)
  const { rootpage, sql } = found?.values ?? {}
  if (typeof rootpage !== 'number' || typeof sql !== 'string') throw damaged(`no table ${table}`)
  if (/\bwithout\s+rowid\b/i.test(sql.slice(-100))) throw damaged(`table ${table} has no row ids`)
  const shape = { ...columnsOf(sql), after: after ?? Number.NEGATIVE_INFINITY, notes }
  yield* new TableReader(pages, shape).page(rootpage, 0)
}

function* schemaOf(pages: SqlitePages): Generator<SqliteRow> {
  const shape = { columns: schemaColumns, alias: -1, after: Number.NEGATIVE_INFINITY, notes: undefined }
  let left = maxTables
  for (const row of new TableReader(pages, shape).page(1, 0)) {
    if (left-- === 0) return
    if (row.values['type'] === 'table') yield row
  }
}

interface Shape {
  readonly columns: readonly string[]
  /** Index of the column that stands for the row id; -1 for none. */
  readonly alias: number
  readonly after: number
  /** Undefined: damage is thrown. */
  readonly notes: Notes | undefined
}

class TableReader {
  readonly #pages: SqlitePages
  readonly #shape: Shape
  readonly #visited = new Set<number>()

  constructor(pages: SqlitePages, shape: Shape) {
    this.#pages = pages
    this.#shape = shape
  }

  *page(number: number, depth: number): Generator<SqliteRow> {
    const page = this.#whole(() => {
      if (depth > maxDepth || this.#visited.has(number)) throw damaged('its pages form a circle')
      this.#visited.add(number)
      return this.#tablePage(number)
    })
    if (page === undefined) return
    const { bytes, pointers, cells, isLeaf } = page
    for (let cell = 0; cell < cells; cell += 1) {
      const at = bytes.readUInt16BE(pointers + 2 * cell)
      if (isLeaf) {
        const row = this.#whole(() => this.#row(bytes, at, number))
        if (row !== undefined) yield row
        continue
      }
      const child = this.#whole(() => this.#child(bytes, at, number))
      if (child !== undefined) yield* this.page(child, depth + 1)
    }
    if (!isLeaf) yield* this.page(bytes.readUInt32BE(pointers - 4), depth + 1)
  }

  /** Damage becomes a note where notes are kept. */
  #whole<T>(read: () => T): T | undefined {
    const { notes } = this.#shape
    if (notes === undefined) return read()
    try {
      return read()
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      notes.add(thrown.message)
      return undefined
    }
  }

  #tablePage(number: number): TablePage {
    const bytes = this.#pages.page(number)
    const start = number === 1 ? 100 : 0
    const type = bytes.readUInt8(start)
    if (type !== pageTypes.interior && type !== pageTypes.leaf) throw damaged(`page ${number} is of no table`)
    const isLeaf = type === pageTypes.leaf
    const cells = bytes.readUInt16BE(start + 3)
    const pointers = start + (isLeaf ? 8 : 12)
    if (pointers + 2 * cells > this.#pages.usableBytes) throw damaged(`page ${number} has too many cells`)
    return { bytes, pointers, cells, isLeaf }
  }

  /** Undefined: it has only rows that are not asked for; the key of an interior cell is the greatest of its child. */
  #child(page: Buffer, at: number, number: number): number | undefined {
    if (at + 4 > this.#pages.usableBytes) throw damaged(`a cell lies beyond page ${number}`)
    return varintAt(page, at + 4).value > this.#shape.after ? page.readUInt32BE(at) : undefined
  }

  #row(page: Buffer, at: number, number: number): SqliteRow | undefined {
    if (at + 4 > this.#pages.usableBytes) throw damaged(`a cell lies beyond page ${number}`)
    const { columns, alias, after } = this.#shape
    const payload = varintAt(page, at)
    const key = varintAt(page, payload.end)
    if (key.value <= after) return undefined
    const bytes = this.#payload(page, key.end, payload.value)
    const values: Record<string, SqliteValue> = {}
    for (const [index, value] of recordValues(bytes, this.#pages.encoding, columns.length).entries()) {
      const column = columns[index]
      if (column !== undefined) values[column] = index === alias && value === null ? key.value : value
    }
    return { rowid: key.value, values }
  }

  /** Section 1.6: what does not fit into the cell is in a chain of overflow pages. */
  #payload(page: Buffer, at: number, length: number): Buffer {
    if (length < 0 || length > maxPayloadBytes) throw damaged('a row is too long')
    const usable = this.#pages.usableBytes
    const local = localBytes(length, usable)
    if (at + local + (local < length ? 4 : 0) > usable) throw damaged('a row lies beyond its page')
    if (local === length) return page.subarray(at, at + length)
    const parts = [page.subarray(at, at + local)]
    let next = page.readUInt32BE(at + local)
    // Each overflow page takes away at least 476 bytes, so this ends.
    for (let left = length - local; left > 0;) {
      const overflow = this.#pages.page(next)
      const part = overflow.subarray(4, 4 + Math.min(left, usable - 4))
      parts.push(part)
      left -= part.length
      next = overflow.readUInt32BE(0)
    }
    return Buffer.concat(parts)
  }
}

interface TablePage {
  readonly bytes: Buffer
  readonly pointers: number
  readonly cells: number
  readonly isLeaf: boolean
}

function localBytes(length: number, usable: number): number {
  const most = usable - 35
  if (length <= most) return length
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const wanted = least + ((length - least) % (usable - 4))
  return wanted <= most ? wanted : least
}

/** Section 2.1, a record: the types of the columns, then their values. Columns that it lacks are left out. */
function recordValues(bytes: Buffer, encoding: SqlitePages['encoding'], maxColumns: number): SqliteValue[] {
  const header = varintAt(bytes, 0)
  const values: SqliteValue[] = []
  let body = header.value
  if (body > bytes.length) throw damaged('a record has a header beyond its end')
  for (let at = header.end; at < header.value && values.length < maxColumns;) {
    const type = varintAt(bytes, at)
    at = type.end
    const length = lengthOf(type.value)
    if (body + length > bytes.length) throw damaged('a value lies beyond its record')
    values.push(valueOf(bytes.subarray(body, body + length), type.value, encoding))
    body += length
  }
  return values
}

const fixedLengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function lengthOf(type: number): number {
  return type >= 12 ? Math.floor((type - 12) / 2) : (fixedLengths[type] ?? 0)
}

function valueOf(bytes: Buffer, type: number, encoding: SqlitePages['encoding']): SqliteValue {
  if (type === 0) return null
  if (type === 8) return 0
  if (type === 9) return 1
  if (type === 7) return bytes.readDoubleBE(0)
  if (type === 6) return integerOf(bytes.readBigInt64BE(0))
  if (type < 6) return bytes.readIntBE(0, bytes.length)
  if (type < 12) throw damaged('a value is of no known type')
  if (type % 2 === 0) return Uint8Array.from(bytes)
  if (encoding === 'utf16be')
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
  return bytes.toString(encoding)
}

function integerOf(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Up to 9 bytes, high bits first. Values beyond 2^53 lose digits; none that is used comes near. */
function varintAt(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) throw damaged('a number is cut')
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, end: at + index + 1 }
  }
  const last = bytes[at + 8]
  if (last === undefined) throw damaged('a number is cut')
  return { value: Number(BigInt.asIntN(64, BigInt(value) * 256n + BigInt(last))), end: at + 9 }
}

/** Names of the columns of a CREATE TABLE statement, and which of them is INTEGER PRIMARY KEY. */
function columnsOf(sql: string): { readonly columns: readonly string[]; readonly alias: number } {
  const columns: string[] = []
  let alias = -1
  for (const part of partsOf(sql)) {
    const name = /^(?:"([^"]+)"|`([^`]+)`|\[([^\]]+)\]|(\w+))/.exec(part)
    const column = name?.[1] ?? name?.[2] ?? name?.[3] ?? name?.[4]
    if (column === undefined || /^(?:constraint|primary|unique|check|foreign)$/i.test(name?.[4] ?? ''))
      continue
    if (/^\S+\s+integer\b[^,]{0,200}\bprimary\s+key\b(?!\s+desc)/i.test(part)) alias = columns.length
    columns.push(column)
  }
  return { columns, alias }
}

/** What stands between the outer parentheses, split at the commas that stand in no inner ones. */
function partsOf(sql: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < sql.length; at += 1) {
    const character = sql[at]
    if (character === '(') {
      depth += 1
      if (depth === 1) from = at + 1
    } else if (character === ')' || (character === ',' && depth === 1)) {
      if (depth === 1) parts.push(sql.slice(from, at).trim())
      if (character === ')') depth -= 1
      else from = at + 1
    }
  }
  return parts.slice(0, 100)
}
