// Records of the ESE databases that tests write, with values that are packed in every way that the engine has.

import { u16 } from './artefact-fields.ts'

export interface EseColumnSpec {
  readonly name: string
  /** JET_coltyp. */
  readonly coltyp: number
  /** Fixed from 1, variable from 128, tagged from 256. */
  readonly id: number
  /** Of fixed columns of bytes or text. */
  readonly size?: number
  readonly codePage?: number
  readonly defaultData?: Buffer
  /** A column of the table's template. */
  readonly isDerived?: boolean
  /** The catalog does not know it any more. */
  readonly isDeleted?: boolean
  /** What the catalog says instead of the place in the record. */
  readonly toldOffset?: number
}

const fixedSizes = [0, 1, 1, 2, 4, 8, 4, 8, 8, 0, 0, 0, 0, 0, 4, 8, 16, 2]

export function fixedBytesOf({ coltyp, size }: EseColumnSpec): number {
  return fixedSizes[coltyp] || (size ?? 0)
}

export type EsePacking = (bytes: Buffer) => Buffer

export interface EseBytes {
  readonly bytes: Buffer
  /** In the tree of long values. */
  readonly isSeparate?: boolean
  /** The bytes are the identifier of a long value that is kept already. */
  readonly isNamed?: boolean
  readonly pack?: EsePacking
  /** Further flags of the tagged value. */
  readonly flags?: number
}

/** null is a NULL; undefined is a column that the record does not have. */
export type EseCell =
  | EseBytes
  | { readonly values: readonly EseBytes[]; readonly areTwo?: boolean }
  | null
  | undefined

export interface EseKeeper {
  readonly isLarge: boolean
  keep(bytes: Buffer, pack: EsePacking | undefined): Buffer
}

export function encodeRecord(
  columns: readonly EseColumnSpec[],
  cells: readonly EseCell[],
  keeper: EseKeeper,
): Buffer {
  const pairs = columns.map((column, index) => ({ column, cell: cells[index] }))
  const fixed = upToLast(pairs.filter(({ column }) => column.id < 128))
  const variable = upToLast(pairs.filter(({ column }) => column.id >= 128 && column.id < 256))
  const tagged = pairs.filter(({ column, cell }) => column.id >= 256 && cell !== undefined)
  const parts: Buffer[] = []
  const nulls = Buffer.alloc((fixed.length + 7) >> 3)
  for (const [index, { column, cell }] of fixed.entries()) {
    const bytes = Buffer.alloc(fixedBytesOf(column))
    plain(cell)?.copy(bytes)
    if (plain(cell) === undefined) nulls[index >> 3] = (nulls[index >> 3] ?? 0) | (1 << (index & 7))
    parts.push(bytes)
  }
  const fixedEnd = 4 + parts.reduce((sum, { length }) => sum + length, 0) + nulls.length
  const ends: number[] = []
  let end = 0
  for (const { cell } of variable) {
    end += plain(cell)?.length ?? 0
    ends.push(plain(cell) === undefined ? end | 0x8000 : end)
  }
  return Buffer.concat([
    Buffer.from([fixed.length, 127 + variable.length]),
    u16(fixedEnd),
    ...parts,
    nulls,
    u16(...ends),
    ...variable.map(({ cell }) => plain(cell) ?? Buffer.alloc(0)),
    encodeTagged(tagged, keeper),
  ])
}

interface Pair {
  readonly column: EseColumnSpec
  readonly cell: EseCell
}

function upToLast(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.slice(0, pairs.findLastIndex(({ cell }) => cell !== undefined) + 1)
}

function plain(cell: EseCell): Buffer | undefined {
  return cell !== null && cell !== undefined && 'bytes' in cell ? cell.bytes : undefined
}

function encodeTagged(pairs: readonly Pair[], keeper: EseKeeper): Buffer {
  const fields: Buffer[] = []
  const values: Buffer[] = []
  let at = 4 * pairs.length
  for (const { column, cell } of pairs) {
    const isLong = column.coltyp === 11 || column.coltyp === 12
    const { flags, bytes } = packed(cell, keeper, isLong)
    const needsFlags = keeper.isLarge || (flags !== 0 && flags !== 0x20)
    let place = column.isDerived === true ? at | 0x8000 : at
    if (!keeper.isLarge && needsFlags) place |= 0x4000
    if (!keeper.isLarge && flags === 0x20) place |= 0x2000
    const value = needsFlags ? Buffer.concat([Buffer.from([flags]), bytes]) : bytes
    fields.push(u16(column.id, place))
    values.push(value)
    at += value.length
  }
  return Buffer.concat([...fields, ...values])
}

function packed(cell: EseCell, keeper: EseKeeper, isLong: boolean): { flags: number; bytes: Buffer } {
  const long = isLong ? 1 : 0
  if (cell === null || cell === undefined) return { flags: 0x20, bytes: Buffer.alloc(0) }
  if ('bytes' in cell) {
    if (cell.isNamed === true) return { flags: long | 4, bytes: cell.bytes }
    if (cell.isSeparate === true) return { flags: long | 4, bytes: keeper.keep(cell.bytes, cell.pack) }
    if (cell.pack !== undefined) return { flags: long | 2, bytes: cell.pack(cell.bytes) }
    return { flags: long | (cell.flags ?? 0), bytes: cell.bytes }
  }
  const [first] = cell.values
  const isPacked = first?.pack !== undefined && first.isSeparate !== true
  const flags = long | 8 | (isPacked ? 2 : 0)
  const bytes = cell.values.map((value, index) => {
    if (value.isSeparate === true) return keeper.keep(value.bytes, value.pack)
    return index === 0 ? (value.pack?.(value.bytes) ?? value.bytes) : value.bytes
  })
  if (cell.areTwo === true)
    return { flags: flags | 0x10, bytes: Buffer.concat([Buffer.from([bytes[0]?.length ?? 0]), ...bytes]) }
  let at = 2 * bytes.length
  const places = bytes.map((value, index) => {
    const place = at
    at += value.length
    return cell.values[index]?.isSeparate === true ? place | 0x8000 : place
  })
  return { flags, bytes: Buffer.concat([u16(...places), ...bytes]) }
}

/** Seven bits for each character; `bytesEach` 2 is for UTF-16. */
function packSevenBits(bytes: Buffer, bytesEach: 1 | 2): Buffer {
  const count = bytes.length / bytesEach
  const bits = 7 * count
  const out = Buffer.alloc(1 + Math.ceil(bits / 8))
  out[0] = (bytesEach << 3) | ((bits - 1) & 7)
  for (let index = 0; index < count; index++) {
    const at = 7 * index
    const character = (bytes[index * bytesEach] ?? 0) << (at & 7)
    out[1 + (at >> 3)] = (out[1 + (at >> 3)] ?? 0) | (character & 0xff)
    if (character > 0xff) out[2 + (at >> 3)] = character >> 8
  }
  return out
}

export const packAscii: EsePacking = (bytes) => packSevenBits(bytes, 1)
export const packWide: EsePacking = (bytes) => packSevenBits(bytes, 2)

/** Plain LZ77 of [MS-XCA] with the greedy matches of one table of places. */
export const packXpress: EsePacking = (bytes) => {
  const out: number[] = []
  const places = new Map<number, number>()
  let flags = 0
  let count = 0
  let flagsAt = -1
  let half = -1
  const bit = (value: number): void => {
    if (count === 0) {
      flagsAt = out.length
      out.push(0, 0, 0, 0)
    }
    flags = (flags << 1) | value
    count += 1
    if (count === 32) end()
  }
  const end = (): void => {
    for (let index = 0; index < 4; index++) out[flagsAt + index] = (flags >>> (8 * index)) & 0xff
    flags = 0
    count = 0
  }
  for (let at = 0; at < bytes.length;) {
    const hash = at + 2 < bytes.length ? bytes.readUIntLE(at, 3) : -1
    const from = places.get(hash) ?? -1
    if (hash >= 0) places.set(hash, at)
    let length = 0
    if (from >= 0 && at - from <= 8192) {
      while (at + length < bytes.length && bytes[from + length] === bytes[at + length]) length += 1
    }
    const isMatch = length >= 3
    bit(isMatch ? 1 : 0)
    if (!isMatch) {
      out.push(bytes[at] ?? 0)
      at += 1
      continue
    }
    const word = ((at - from - 1) << 3) | Math.min(7, length - 3)
    out.push(word & 0xff, word >> 8)
    if (length - 3 >= 7) {
      const rest = length - 10
      if (half < 0) {
        half = out.length
        out.push(Math.min(15, rest))
      } else {
        out[half] = (out[half] ?? 0) | (Math.min(15, rest) << 4)
        half = -1
      }
      if (rest >= 15) {
        if (rest - 15 < 255) out.push(rest - 15)
        else out.push(255, (length - 3) & 0xff, (length - 3) >> 8)
      }
    }
    at += length
  }
  if (count > 0) {
    flags = (flags << (32 - count)) | (2 ** (32 - count) - 1)
    end()
  }
  const size = Buffer.from([0x18, bytes.length & 0xff, bytes.length >> 8])
  return Buffer.concat([size, Buffer.from(out)])
}
