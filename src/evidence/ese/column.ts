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

export function columnOf({ id, name, coltyp, space = 0, codePage = 1252, offset = 0, defaultData }: ColumnSpec): StoredColumn {
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

/** Undefined: there are too few bytes for the type. */
export function decode({ type, codePage }: StoredColumn, data: Buffer): EseScalar | undefined {
  switch (type) {
    case 'bit':
      return data.length < 1 ? undefined : data[0] !== 0
    case 'unsigned-byte':
      return data[0]
    case 'short':
      return data.length < 2 ? undefined : data.readInt16LE()
    case 'unsigned-short':
      return data.length < 2 ? undefined : data.readUInt16LE()
    case 'long':
      return data.length < 4 ? undefined : data.readInt32LE()
    case 'unsigned-long':
      return data.length < 4 ? undefined : data.readUInt32LE()
    case 'long-long':
    case 'currency':
      return data.length < 8 ? undefined : data.readBigInt64LE()
    case 'date-time':
      return data.length < 8 ? undefined : data.readBigUInt64LE()
    case 'single':
      return data.length < 4 ? undefined : data.readFloatLE()
    case 'double':
      return data.length < 8 ? undefined : data.readDoubleLE()
    case 'guid':
      return data.length < 16 ? undefined : guid(data, 0)
    case 'text':
    case 'long-text':
      return withoutNuls(codePage === utf16le ? data.toString('utf16le') : ansi.decode(data))
    default:
      // The page that holds it may be read again.
      return Uint8Array.from(data)
  }
}

function withoutNuls(text: string): string {
  let end = text.length
  while (end > 0 && text.codePointAt(end - 1) === 0) end -= 1
  return end === text.length ? text : text.slice(0, end)
}
