// The tables stream (ECMA-335, II.24.2.6): tables of rows one after the other, without a directory. A table in which
// something is wrong hides all that follow, because where they begin is not known any more – as in YARA-X.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { coded, type Column, columns, table } from './schema.ts'

const headerBytes = 24
/**
 * Rows of a table that YARA-X takes, and what it goes on behind, although there are more: only the largest assemblies have
 * them, and rules cannot say anything sensible about the rest of those.
 */
const maxRows = 15_000
const tableCount = 64

/** Element types that a constant can have (II.23.1.16), from 0 on. */
const elementTypes = new Set([
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11,
  0x12, 0x13, 0x14, 0x15, 0x16, 0x18, 0x19, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x40, 0x41, 0x45,
])

/** A row that a coded index points to, counted from 0. */
export interface RowRef {
  readonly table: number
  readonly row: number
}

interface Layout {
  readonly start: number
  readonly rows: number
  readonly rowBytes: number
  readonly columns: readonly {
    readonly at: number
    readonly width: number
    readonly tables: readonly number[] | undefined
  }[]
}

export class Tables {
  readonly #bytes: Uint8Array
  readonly #layouts: Layout[] = []

  /** `bytes` is the whole stream. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    const rows = readRowCounts(bytes)
    if (rows === undefined) return
    const widths = widthsOf(rows.counts, bytes[6]!)
    let at = rows.end
    for (const [number, list] of columns.entries()) {
      const layout = layoutOf(list, widths, { start: at, rows: rows.counts[number]! })
      if (!this.#isSound(number, layout)) return
      this.#layouts.push(layout)
      at += layout.rows * layout.rowBytes
    }
  }

  /** Rows of a table that can be read. */
  rows(number: number): number {
    return this.#layouts[number]?.rows ?? 0
  }

  /** A column of a row; the caller keeps `row` below `rows(number)`. */
  value(number: number, row: number, column: number): number {
    const { start, rowBytes, columns: list } = this.#layouts[number]!
    const { at, width } = list[column]!
    return readNumber(this.#bytes, start + row * rowBytes + at, width)
  }

  /** A column that is an index into a table; rows are counted from 0, and 0 ("none") counts as the first. */
  index(number: number, row: number, column: number): number {
    return Math.max(this.value(number, row, column) - 1, 0)
  }

  /** A column that is a coded index. */
  ref(number: number, row: number, column: number): RowRef {
    return decodeRef(this.#layouts[number]!.columns[column]!.tables!, this.value(number, row, column))!
  }

  /** Whether the table lies inside the stream and its coded indexes point to tables. */
  #isSound(number: number, layout: Layout): boolean {
    const { start, rows, rowBytes } = layout
    if (start + rows * rowBytes > this.#bytes.length) return false
    for (const { at, width, tables } of layout.columns) {
      if (tables === undefined) continue
      const tags = 2 ** tagBits(tables)
      for (let row = 0, place = start + at; row < rows; row++, place += rowBytes) {
        if (readNumber(this.#bytes, place, width) % tags >= tables.length) return false
      }
    }
    if (number !== table.constant) return true
    for (let row = 0; row < rows; row++)
      if (!elementTypes.has(this.#bytes[start + row * rowBytes]!)) return false
    return true
  }
}

/** The row that a coded index names; undefined: its tag stands for nothing. */
export function decodeRef(tables: readonly number[], value: number): RowRef | undefined {
  const bits = tagBits(tables)
  const target = tables[value & ((1 << bits) - 1)]
  return target === undefined ? undefined : { table: target, row: Math.max((value >>> bits) - 1, 0) }
}

function tagBits(tables: readonly number[]): number {
  return Math.ceil(Math.log2(tables.length))
}

function readRowCounts(bytes: Uint8Array): { counts: number[]; end: number } | undefined {
  if (bytes.length < headerBytes) return undefined
  const counts: number[] = []
  let end = headerBytes
  for (let number = 0; number < tableCount; number++) {
    const isThere = ((u32(bytes, number < 32 ? 8 : 12) >>> (number % 32)) & 1) === 1
    const count = isThere ? u32(bytes, end) : 0
    if (isThere) end += 4
    if (end > bytes.length) return undefined
    counts.push(Math.min(count, maxRows))
  }
  return { counts, end }
}

type Widths = (column: Column) => number

function widthsOf(counts: readonly number[], heapSizes: number): Widths {
  const wide = (flag: number): number => ((heapSizes & flag) === 0 ? 2 : 4)
  return (column) => {
    switch (column) {
      case 'u8':
        return 1
      case 'u16':
        return 2
      case 'u32':
        return 4
      case 'string':
        return wide(1)
      case 'guid':
        return wide(2)
      case 'blob':
        return wide(4)
      default:
        if ('table' in column) return counts[column.table]! > 0xffff ? 4 : 2
        return codedWidth(coded[column.coded], counts)
    }
  }
}

function codedWidth(tables: readonly number[], counts: readonly number[]): number {
  const largest = Math.max(...tables.map((number) => counts[number] ?? 0))
  return largest <= 2 ** (16 - tagBits(tables)) ? 2 : 4
}

function layoutOf(list: readonly Column[], widths: Widths, place: { start: number; rows: number }): Layout {
  let at = 0
  const placed = list.map((column) => {
    const width = widths(column)
    at += width
    const tables = typeof column === 'object' && 'coded' in column ? coded[column.coded] : undefined
    return { at: at - width, width, tables }
  })
  return { ...place, rowBytes: at, columns: placed }
}

function readNumber(bytes: Uint8Array, at: number, width: number): number {
  if (width === 1) return bytes[at]!
  return width === 2 ? u16(bytes, at) : u32(bytes, at)
}
