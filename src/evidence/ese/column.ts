// The columns of a table as its records need them: where the bytes of each are, and what they mean.

import type { EseColumn, EseColumnType, EseScalar } from '../ese-database.ts'
import { guid } from '../fields.ts'

/** By JET_coltyp. */
const types: readonly EseColumnType[] = [
  'unknown',
  'bit',
  'unsigned-byte',
  'short',
  'long',
  'currency',
  'single',
  'double',
  'date-time',
  'binary',
  'text',
  'long-binary',
  'long-text',
  'unknown',
  'unsigned-long',
  'long-long',
  'guid',
  'unsigned-short',
]
const sizes = [0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2]

export const firstVariable = 128
export const firstTagged = 256
/** Tagged columns of a template have this beside their number in records of tables that are made after it. */
export const derived = 0x10000

export interface StoredColumn extends EseColumn {
  readonly codePage: number
  /** In the record, of fixed columns. */
  readonly offset: number
  /** In bytes, of fixed columns. */
  readonly size: number
  /** What a record has that is older than the column. */
  readonly defaultData: Uint8Array | undefined
  readonly isDerived: boolean
  /** By which a record's tagged values know it. */
  readonly tag: number
}

export interface ColumnSpec {
  readonly id: number
  readonly name: string
  readonly coltyp: number
  readonly space?: number
  readonly codePage?: number
  readonly offset?: number
  readonly defaultData?: Uint8Array
}

export function columnOf({
  id,
  name,
  coltyp,
  space = 0,
  codePage = 1252,
  offset = 0,
  defaultData,
}: ColumnSpec): StoredColumn {
  return {
    id,
    name,
    type: types[coltyp] ?? 'unknown',
    codePage,
    offset,
    size: sizes[coltyp] || space,
    defaultData,
    isDerived: false,
    tag: id,
  }
}

const ansi = new TextDecoder('windows-1252')
const utf16le = 1200
/** Where Windows-1252 is not Latin-1. */
const western = /[\x80-\x9f]/
const leastBytes: Readonly<Record<EseColumnType, number>> = {
  bit: 1,
  'unsigned-byte': 1,
  short: 2,
  'unsigned-short': 2,
  long: 4,
  'unsigned-long': 4,
  'long-long': 8,
  currency: 8,
  single: 4,
  double: 8,
  'date-time': 8,
  guid: 16,
  binary: 0,
  text: 0,
  'long-binary': 0,
  'long-text': 0,
  unknown: 0,
}

/** The value in `[start, end)`; null where there are too few bytes for the type. */
export function decode(
  { type, codePage }: StoredColumn,
  data: Buffer,
  start: number,
  end: number,
): EseScalar | null {
  if (end - start < leastBytes[type]) return null
  switch (type) {
    case 'bit':
      return data[start] !== 0
    case 'unsigned-byte':
      return data.readUInt8(start)
    case 'short':
      return data.readInt16LE(start)
    case 'unsigned-short':
      return data.readUInt16LE(start)
    case 'long':
      return data.readInt32LE(start)
    case 'unsigned-long':
      return data.readUInt32LE(start)
    case 'long-long':
    case 'currency':
      return data.readBigInt64LE(start)
    case 'date-time':
      return data.readBigUInt64LE(start)
    case 'single':
      return data.readFloatLE(start)
    case 'double':
      return data.readDoubleLE(start)
    case 'guid':
      return guid(data, start)
    case 'text':
    case 'long-text':
      return withoutNuls(
        codePage === utf16le ? data.toString('utf16le', start, end) : westernText(data, start, end),
      )
    default:
      // A copy: the page is not kept for it.
      return new Uint8Array(data.subarray(start, end))
  }
}

function westernText(data: Buffer, start: number, end: number): string {
  const text = data.toString('latin1', start, end)
  return western.test(text) ? ansi.decode(data.subarray(start, end)) : text
}

function withoutNuls(text: string): string {
  let end = text.length
  while (end > 0 && text.codePointAt(end - 1) === 0) end -= 1
  return end === text.length ? text : text.slice(0, end)
}
