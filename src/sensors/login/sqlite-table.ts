// Reads the rows of a table of an SQLite database (https://www.sqlite.org/fileformat2.html): wtmpdb and lastlog2 keep
// logins in such files. Read-only, without locks, bounded against files that lie: a cycle of pages, lengths beyond the
// file, endless overflow chains end in an error.

import { damaged, SqlitePages } from './sqlite-pages.ts'

export type SqliteValue = null | number | bigint | string | Uint8Array

export interface SqliteRow {
  readonly rowid: number
  /** By column name. A column that is the row id's alias holds the row id. */
  readonly values: Readonly<Record<string, SqliteValue>>
}

export interface SqliteQuery {
  /** Only rows with greater ids (others are not even read). */
  readonly after?: number
  readonly maxRows: number
}

const maxDepth = 24
const maxPayloadBytes = 1024 * 1024
const schemaColumns = ['type', 'name', 'tbl_name', 'rootpage', 'sql']
const pageTypes = { interior: 5, leaf: 13 } as const

/**
 * Rows of a table in the order of their ids. Throws AppError when the database is damaged, has no such table, or was
 * written to in all of three tries; and what fs throws.
 */
export function readSqliteTable(path: string, table: string, query: SqliteQuery): SqliteRow[] {
  for (let tries = 1; ; tries += 1) {
    using pages = SqlitePages.open(path)
    try {
      const rows = new TableReader(pages).read(table, query)
      if (pages.unchanged()) return rows
    } catch (thrown) {
      if (tries >= 3 || pages.unchanged()) throw thrown
    }
    if (tries >= 3) throw damaged('it changes all the time')
  }
}

class TableReader {
  readonly #pages: SqlitePages
  readonly #visited = new Set<number>()

  constructor(pages: SqlitePages) {
    this.#pages = pages
  }

  read(table: string, query: SqliteQuery): SqliteRow[] {
    const schema: SqliteRow[] = []
    this.#walk(1, 0, { columns: schemaColumns, alias: -1, after: -Infinity, maxRows: 10_000, rows: schema })
    const found = schema.find(
      ({ values }) =>
        values['type'] === 'table' && String(values['name']).toLowerCase() === table.toLowerCase(),
    )
    const { rootpage, sql } = found?.values ?? {}
    if (typeof rootpage !== 'number' || typeof sql !== 'string') throw damaged(`no table ${table}`)
    if (/\bwithout\s+rowid\b/i.test(sql.slice(-100))) throw damaged(`table ${table} has no row ids`)
    this.#visited.clear()
    const rows: SqliteRow[] = []
    this.#walk(rootpage, 0, {
      ...columnsOf(sql),
      after: query.after ?? -Infinity,
      maxRows: query.maxRows,
      rows,
    })
    return rows
  }

  #walk(number: number, depth: number, into: Collector): void {
    if (depth > maxDepth || this.#visited.has(number)) throw damaged('its pages form a circle')
    this.#visited.add(number)
    const page = this.#pages.page(number)
    const start = number === 1 ? 100 : 0
    const type = page.readUInt8(start)
    if (type !== pageTypes.interior && type !== pageTypes.leaf) throw damaged(`page ${number} is of no table`)
    const headerBytes = type === pageTypes.interior ? 12 : 8
    const cells = page.readUInt16BE(start + 3)
    const pointers = start + headerBytes
    if (pointers + 2 * cells > this.#pages.usableBytes) throw damaged(`page ${number} has too many cells`)
    for (let cell = 0; cell < cells && into.rows.length < into.maxRows; cell += 1) {
      const at = page.readUInt16BE(pointers + 2 * cell)
      if (at + 4 > this.#pages.usableBytes) throw damaged(`a cell lies beyond page ${number}`)
      if (type === pageTypes.leaf) this.#row(page, at, into)
      // The key of an interior cell is the greatest of its child.
      else if (varintAt(page, at + 4).value > into.after) this.#walk(page.readUInt32BE(at), depth + 1, into)
    }
    if (type === pageTypes.interior && into.rows.length < into.maxRows)
      this.#walk(page.readUInt32BE(start + 8), depth + 1, into)
  }

  #row(page: Buffer, at: number, into: Collector): void {
    const payload = varintAt(page, at)
    const key = varintAt(page, payload.end)
    if (key.value <= into.after) return
    const bytes = this.#payload(page, key.end, payload.value)
    const values: Record<string, SqliteValue> = {}
    for (const [index, value] of recordValues(bytes, this.#pages.encoding, into.columns.length).entries()) {
      const column = into.columns[index]
      if (column !== undefined) values[column] = index === into.alias && value === null ? key.value : value
    }
    into.rows.push({ rowid: key.value, values })
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

interface Collector {
  readonly columns: readonly string[]
  /** Index of the column that stands for the row id; -1 for none. */
  readonly alias: number
  readonly after: number
  readonly maxRows: number
  readonly rows: SqliteRow[]
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
