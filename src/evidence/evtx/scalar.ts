// Values of substitutions by their BinXML type ([MS-EVEN6] 2.2.12 and the Windows XML event log format): what they are
// as JSON. Types beyond 0x80 are arrays of them.

import { filetimeText, systemtimeText } from './time.ts'
import type { Scalar } from './tree.ts'
import { utf16At } from './utf16.ts'

export const valueType = {
  null: 0x00,
  string: 0x01,
  guid: 0x0f,
  filetime: 0x11,
  binXml: 0x21,
  array: 0x80,
} as const

/** Bytes of one item in an array; strings end with a zero. */
const itemBytes: Readonly<Record<number, number>> = {
  0x03: 1,
  0x04: 1,
  0x05: 2,
  0x06: 2,
  0x07: 4,
  0x08: 4,
  0x09: 8,
  0x0a: 8,
  0x0b: 4,
  0x0c: 8,
  0x0d: 4,
  0x0f: 16,
  0x10: 4,
  0x11: 8,
  0x12: 16,
  0x14: 4,
  0x15: 8,
}

const hexBytes = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0').toUpperCase())
const maxItems = 10_000
const ansi = new TextDecoder('windows-1252')

interface Span {
  readonly bytes: Buffer
  readonly offset: number
  /** The caller has checked that they are there. */
  readonly size: number
}

/** Undefined for no value, and for one whose size does not fit its type. */
export function scalarAt(type: number, bytes: Buffer, offset: number, size: number): Scalar | undefined {
  switch (type) {
    case 0x01:
      return utf16At(bytes, offset, textLength(bytes, offset, size >> 1))
    case 0x06:
      return size >= 2
        ? (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8)
        : narrow({ bytes, offset, size })
    case 0x08:
      return size >= 4 ? unsigned32(bytes, offset) : narrow({ bytes, offset, size })
    case 0x11:
      return size >= 8 ? filetimeText(unsigned32(bytes, offset), unsigned32(bytes, offset + 4)) : undefined
    case 0x14:
      return size >= 4 ? `0x${unsigned32(bytes, offset).toString(16)}` : undefined
    case 0x15:
      return size >= 8 ? hex64(bytes, offset) : undefined
    default:
      return rareScalar(type, { bytes, offset, size })
  }
}

/** Items of an array of any type. */
export function arrayAt(type: number, bytes: Buffer, offset: number, size: number): (Scalar | undefined)[] {
  const item = type & 0x7f
  if (item === valueType.string) return texts(bytes, offset, size)
  const width = itemBytes[item]
  if (width === undefined) return [scalarAt(0x0e, bytes, offset, size)]
  const count = Math.min(Math.floor(size / width), maxItems)
  return Array.from({ length: count }, (_, index) => scalarAt(item, bytes, offset + index * width, width))
}

export function unsigned32(bytes: Buffer, offset: number): number {
  return (
    ((bytes[offset] ?? 0) |
      ((bytes[offset + 1] ?? 0) << 8) |
      ((bytes[offset + 2] ?? 0) << 16) |
      ((bytes[offset + 3] ?? 0) << 24)) >>>
    0
  )
}

function rareScalar(type: number, span: Span): Scalar | undefined {
  const { bytes, offset, size } = span
  if (type >= 0x03 && type <= 0x0c) {
    return size >= (itemBytes[type] ?? 0) ? numberAt(type, bytes, offset) : undefined
  }
  switch (type) {
    case 0x02:
      return ansi.decode(bytes.subarray(offset, offset + size)).replace(/\0[^]*$/, '')
    case 0x0d:
      return truth(span)
    case 0x0f:
      return size >= 16 ? guidText(bytes, offset) : undefined
    case 0x10:
      if (size >= 8) return hex64(bytes, offset)
      return size >= 4 ? `0x${unsigned32(bytes, offset).toString(16)}` : undefined
    case 0x12:
      return size >= 16 ? systemtimeText(bytes, offset) : undefined
    case 0x13:
      return sidText(span)
    case 0x00:
      return undefined
    default:
      // 0x0e is binary; of types that nobody knows the bytes are told too.
      return size === 0 ? undefined : binaryText(span)
  }
}

/** Whose bytes are there. */
function numberAt(type: number, bytes: Buffer, offset: number): Scalar {
  switch (type) {
    case 0x03:
      return bytes.readInt8(offset)
    case 0x04:
      return bytes.readUInt8(offset)
    case 0x05:
      return bytes.readInt16LE(offset)
    case 0x07:
      return bytes.readInt32LE(offset)
    case 0x09:
      return whole(bytes.readBigInt64LE(offset))
    case 0x0a:
      return whole(bytes.readBigUInt64LE(offset))
    case 0x0b:
      return real(bytes.readFloatLE(offset), 'single')
    default:
      return real(bytes.readDoubleLE(offset), 'double')
  }
}

/** Code units before the zeros at the end. */
function textLength(bytes: Buffer, offset: number, most: number): number {
  let count = most
  while (count > 0 && bytes[offset + 2 * count - 1] === 0 && bytes[offset + 2 * count - 2] === 0) count -= 1
  return count
}

function texts(bytes: Buffer, offset: number, size: number): string[] {
  const items: string[] = []
  const end = offset + (size & ~1)
  let start = offset
  for (let at = offset; at < end && items.length < maxItems; at += 2) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) continue
    items.push(utf16At(bytes, start, (at - start) >> 1))
    start = at + 2
  }
  if (start < end) items.push(utf16At(bytes, start, (end - start) >> 1))
  return items
}

/** Numbers that are stored in fewer bytes than their type has. */
function narrow({ bytes, offset, size }: Span): number | undefined {
  return size > 0 ? bytes.readUIntLE(offset, Math.min(size, 4)) : undefined
}

function whole(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

function real(value: number, precision: 'single' | 'double'): number | string {
  if (!Number.isFinite(value)) return String(value)
  if (precision === 'double') return value
  // The shortest decimal that is the same single.
  let digits = 6
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits += 1
  return Number(value.toPrecision(digits))
}

function truth({ bytes, offset, size }: Span): boolean | undefined {
  if (size === 0) return undefined
  for (let at = offset; at < offset + Math.min(size, 4); at += 1) if (bytes[at] !== 0) return true
  return false
}

function hex64(bytes: Buffer, offset: number): string {
  const low = unsigned32(bytes, offset)
  const high = unsigned32(bytes, offset + 4)
  return high === 0 ? `0x${low.toString(16)}` : `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`
}

/** In capitals, without braces. */
export function guidText(bytes: Buffer, offset: number): string {
  const at = (index: number): string => hexBytes[bytes[offset + index] ?? 0] ?? ''
  return (
    `${at(3)}${at(2)}${at(1)}${at(0)}-${at(5)}${at(4)}-${at(7)}${at(6)}-${at(8)}${at(9)}-` +
    `${at(10)}${at(11)}${at(12)}${at(13)}${at(14)}${at(15)}`
  )
}

function sidText({ bytes, offset, size }: Span): string | undefined {
  if (size < 8) return undefined
  const parts = Math.min(bytes[offset + 1] ?? 0, (size - 8) >> 2)
  let text = `S-${bytes[offset] ?? 0}-${bytes.readUIntBE(offset + 2, 6)}`
  for (let index = 0; index < parts; index += 1) text += `-${unsigned32(bytes, offset + 8 + 4 * index)}`
  return text
}

function binaryText({ bytes, offset, size }: Span): string {
  return bytes.toString('hex', offset, offset + size).toUpperCase()
}
