// One record of a table: fixed, variable and tagged columns (rec.cxx and tagfld.cxx of the engine's published sources).

import type { EseScalar, EseValue } from '../ese-database.ts'
import { u16, u32 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { decode, derived, firstTagged, firstVariable, type StoredColumn } from './column.ts'
import { decompress } from './compression.ts'
import type { LongValues } from './long-values.ts'

const headerBytes = 4
const empty = 0x8000
const tagIsDerived = 0x8000
const tagHasFlags = 0x4000
const tagIsNull = 0x2000
/** In the list of offsets of a cell with several values. */
const valueSeparated = 0x8000
const flag = { compressed: 2, separated: 4, several: 8, two: 16, none: 32, encrypted: 64, plain: 0x7e }
/** Up to so many are looked through one by one. */
const fewTags = 32
/** Values in one cell. */
const mostValues = 8192

export interface RecordContext {
  readonly table: string
  readonly isLarge: boolean
  readonly longValues: LongValues | undefined
  readonly notes: Notes
}

/** The record whose cells are asked for; one object for all records of a table. */
export class RecordReader {
  readonly #context: RecordContext
  #data: Buffer = Buffer.alloc(0)
  #lastFixed = 0
  #lastVariable = 0
  #endOfFixed = 0
  #nullsAt = 0
  #variableAt = 0
  #taggedAt = 0
  /** Numbers of its tagged columns, then their places and flags. */
  readonly #tags: number[] = []
  readonly #places: number[] = []
  /** Of records with many of them: where each is in the list. */
  readonly #indexes = new Map<number, number>()

  constructor(context: RecordContext) {
    this.#context = context
  }

  /** False: this is no record. */
  open(bytes: Uint8Array, isNewFormat: boolean): boolean {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    if (data.length < headerBytes) return false
    this.#data = data
    this.#lastFixed = data[0] ?? 0
    this.#lastVariable = data[1] ?? 0
    this.#endOfFixed = u16(data, 2)
    this.#nullsAt = this.#endOfFixed - ((this.#lastFixed + 7) >> 3)
    const variables = Math.max(0, this.#lastVariable - firstVariable + 1)
    this.#variableAt = this.#endOfFixed + 2 * variables
    if (this.#nullsAt < headerBytes || this.#variableAt > data.length) return false
    const variableBytes = variables === 0 ? 0 : u16(data, this.#variableAt - 2) & 0x7fff
    this.#taggedAt = this.#variableAt + variableBytes
    if (this.#taggedAt > data.length) return false
    this.#readTags(isNewFormat)
    return true
  }

  cell(column: StoredColumn): EseValue {
    if (column.id < firstVariable) return this.#fixed(column)
    if (column.id < firstTagged) return this.#variable(column)
    return this.#tagged(column)
  }

  #readTags(isNewFormat: boolean): void {
    const data = this.#data
    const at = this.#taggedAt
    this.#tags.length = 0
    this.#places.length = 0
    this.#indexes.clear()
    if (data.length < at + 4) return
    if (!isNewFormat) {
      this.#note('tagged columns are in the format before Windows XP, which is not read')
      return
    }
    const mask = this.#context.isLarge ? 0x7fff : 0x1fff
    const count = (u16(data, at + 2) & mask) >> 2
    if (at + 4 * count > data.length) {
      this.#note('the list of tagged columns of a record is damaged')
      return
    }
    for (let index = 0; index < count; index++) {
      const word = u32(data, at + 4 * index)
      const place = word >>> 16
      this.#tags.push((word & 0xffff) | ((place & tagIsDerived) === 0 ? 0 : derived))
      this.#places.push(place)
    }
    if (count <= fewTags) return
    for (const [index, tag] of this.#tags.entries()) this.#indexes.set(tag, index)
  }

  #fixed(column: StoredColumn): EseValue {
    const { id, offset, size } = column
    if (id > this.#lastFixed) return this.#default(column)
    const nulls = this.#data[this.#nullsAt + ((id - 1) >> 3)] ?? 0
    if ((nulls & (1 << ((id - 1) & 7))) !== 0 || offset + size > this.#nullsAt) return null
    return decode(column, this.#data, offset, offset + size)
  }

  #variable(column: StoredColumn): EseValue {
    if (column.id > this.#lastVariable) return this.#default(column)
    const at = this.#endOfFixed + 2 * (column.id - firstVariable)
    const end = u16(this.#data, at)
    if ((end & empty) !== 0) return null
    const start = column.id === firstVariable ? 0 : u16(this.#data, at - 2) & 0x7fff
    if (start > end || this.#variableAt + end > this.#data.length) {
      this.#note('a variable column of a record is damaged')
      return null
    }
    return decode(column, this.#data, this.#variableAt + start, this.#variableAt + end)
  }

  #default(column: StoredColumn): EseValue {
    const { defaultData } = column
    return defaultData === undefined ? null : decode(column, Buffer.from(defaultData), 0, defaultData.length)
  }

  #tagged(column: StoredColumn): EseValue {
    const isShort = this.#tags.length <= fewTags
    const index = isShort ? this.#tags.indexOf(column.tag) : (this.#indexes.get(column.tag) ?? -1)
    if (index < 0) return this.#default(column)
    const { isLarge } = this.#context
    const mask = isLarge ? 0x7fff : 0x1fff
    const place = this.#places[index] ?? 0
    const next = this.#places[index + 1]
    const start = this.#taggedAt + (place & mask)
    const end = next === undefined ? this.#data.length : this.#taggedAt + (next & mask)
    if (start > end || end > this.#data.length) {
      this.#note('a tagged column of a record is damaged')
      return null
    }
    const hasFlags = isLarge || (place & tagHasFlags) !== 0
    if (!isLarge && (place & tagIsNull) !== 0) return null
    if (!hasFlags || start === end) return decode(column, this.#data, start, end)
    const flags = this.#data[start] ?? 0
    if ((flags & flag.plain) === 0) return decode(column, this.#data, start + 1, end)
    if ((flags & flag.none) !== 0) return null
    const data = this.#data.subarray(start + 1, end)
    if ((flags & flag.several) !== 0) return this.#several(column, data, flags)
    return this.#one(column, data, flags)
  }

  #one(column: StoredColumn, data: Buffer, flags: number): EseScalar | null {
    if ((flags & flag.encrypted) !== 0) {
      this.#note(`column ${column.name} is encrypted`)
      return null
    }
    let plain: Uint8Array | undefined = data
    if ((flags & flag.separated) !== 0) plain = this.#context.longValues?.read(data)
    else if ((flags & flag.compressed) !== 0) {
      plain = decompress(data)
      if (plain === undefined) this.#note(`column ${column.name} is compressed in a way that is not known`)
    }
    if (plain === undefined) return null
    return decode(column, Buffer.from(plain.buffer, plain.byteOffset, plain.length), 0, plain.length)
  }

  /** Two small values have the size of the first before them; else there is a list of offsets. Only the first may be compressed. */
  #several(column: StoredColumn, data: Buffer, flags: number): EseScalar[] {
    const values: EseScalar[] = []
    const add = (part: Buffer, how: number): void => {
      const value = this.#one(column, part, how)
      if (value !== null) values.push(value)
    }
    const first = flags & flag.compressed
    if ((flags & flag.two) !== 0) {
      const size = data[0] ?? 0
      add(data.subarray(1, 1 + size), first)
      add(data.subarray(1 + size), 0)
      return values
    }
    const count = Math.min((u16(data, 0) & 0x7fff) >> 1, mostValues)
    for (let index = 0; index < count; index++) {
      const place = u16(data, 2 * index)
      const start = place & 0x7fff
      const end = index + 1 < count ? u16(data, 2 * index + 2) & 0x7fff : data.length
      if (start > end || end > data.length) {
        this.#note('a column with several values is damaged')
        break
      }
      const packed = index === 0 ? first : 0
      add(data.subarray(start, end), (place & valueSeparated) === 0 ? packed : flag.separated)
    }
    return values
  }

  #note(text: string): void {
    this.#context.notes.add(`${this.#context.table}: ${text}`)
  }
}
