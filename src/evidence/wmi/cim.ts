// Values of the CIM repository: types, strings and arrays in the data region of a record.

import { u16, u32 } from '../fields.ts'

export type CimValue = string | number | boolean | readonly number[]

export interface CimType {
  readonly type: number
  readonly isArray: boolean
}

const type = { int16: 2, int32: 3, string: 8, boolean: 11, int8: 16, uint8: 17, uint16: 18, uint32: 19 }
const wide = new Set([5, 20, 21])
const half = new Set([type.int16, type.boolean, type.uint16, 0x67])
const texts = new Set([type.string, 0x65, 0x66])
const mostText = 1024 * 1024
const mostItems = 4096

/** In the table of an instance's values; undefined: there is no such type. */
export function bytesOf({ type: code, isArray }: CimType): number | undefined {
  if (isArray || texts.has(code) || [type.int32, type.uint32, 4, 13].includes(code)) return 4
  if (half.has(code)) return 2
  if (wide.has(code)) return 8
  return code === type.int8 || code === type.uint8 ? 1 : undefined
}

/** `[size][bytes]`; undefined: it does not fit. */
export function regionAt(bytes: Uint8Array, at: number): Uint8Array | undefined {
  const size = u32(bytes, at) & 0x7fffffff
  return at + 4 + size > bytes.length ? undefined : bytes.subarray(at + 4, at + 4 + size)
}

/** A byte for the encoding, Latin-1 or UTF-16 up to a NUL; undefined: there is none. */
export function textAt(region: Uint8Array, at: number): string | undefined {
  const data = Buffer.from(region.buffer, region.byteOffset, region.length)
  if (at >= data.length) return undefined
  const start = at + 1
  if (data[at] === 0) {
    const end = data.indexOf(0, start)
    return end < 0 ? undefined : data.toString('latin1', start, Math.min(end, start + mostText))
  }
  if (data[at] !== 1) return undefined
  let end = start
  while (end + 1 < data.length && u16(data, end) !== 0) end += 2
  return end + 1 < data.length
    ? data.toString('utf16le', start, Math.min(end, start + 2 * mostText))
    : undefined
}

/** The value whose place in the table is at `at`; undefined where it is beyond its region. */
export function valueAt(
  { type: code, isArray }: CimType,
  table: Uint8Array,
  at: number,
  region: Uint8Array,
): CimValue | undefined {
  if (isArray) return numbersAt({ type: code, isArray: false }, region, u32(table, at))
  if (texts.has(code)) return textAt(region, u32(table, at))
  if (code === type.boolean) return u16(table, at) !== 0
  return numberAt(code, table, at)
}

function numbersAt(each: CimType, region: Uint8Array, at: number): readonly number[] | undefined {
  const size = bytesOf(each)
  const count = u32(region, at)
  if (size === undefined || count > mostItems || at + 4 + count * size > region.length) return undefined
  return Array.from({ length: count }, (_, index) => numberAt(each.type, region, at + 4 + index * size))
}

function numberAt(code: number, bytes: Uint8Array, at: number): number {
  if (wide.has(code)) return u32(bytes, at) + u32(bytes, at + 4) * 2 ** 32
  if (half.has(code)) return code === type.int16 ? (u16(bytes, at) << 16) >> 16 : u16(bytes, at)
  if (code === type.int8 || code === type.uint8) return bytes[at] ?? 0
  return code === type.int32 ? u32(bytes, at) | 0 : u32(bytes, at)
}
