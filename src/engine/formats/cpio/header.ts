// The headers of cpio archives: the old binary one in both byte orders, odc (POSIX.1-1997, cpio), newc and crc (cpio(5)
// of FreeBSD, "New ASCII Format").

import { decodeName } from '../../../base/text.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const binaryBytes = 26
const odcBytes = 76
const newcBytes = 110
/** PATH_MAX is 4,096; no archive has longer names. */
const longestName = 16 * 1024
const fileTypeMask = 0o170000
const regularFile = 0o100000
const symbolicLink = 0o120000
const trailerName = 'TRAILER!!!'

export type CpioKind = 'binary-le' | 'binary-be' | 'odc' | 'newc' | 'crc' | 'stripped'

export interface CpioHeader {
  readonly name: string
  readonly isTrailer: boolean
  /** A file, or something that holds data although it need not. */
  readonly isContent: boolean
  readonly dataStart: number
  readonly size: number
  /** Where the next header is due. */
  readonly next: number
  /** Of the crc format: all bytes added up. */
  readonly sum: number | undefined
}

export function cpioKindOf(head: Uint8Array): CpioKind | undefined {
  if (head[0] === 0xc7 && head[1] === 0x71) return 'binary-le'
  if (head[0] === 0x71 && head[1] === 0xc7) return 'binary-be'
  if (head[0] !== 0x30 || head[1] !== 0x37 || head[2] !== 0x30 || head[3] !== 0x37 || head[4] !== 0x30)
    return undefined
  switch (head[5]) {
    case 0x37:
      return 'odc'
    case 0x31:
      return 'newc'
    case 0x32:
      return 'crc'
    case 0x58:
      return 'stripped'
    default:
      return undefined
  }
}

interface Fields {
  readonly mode: number
  readonly nameBytes: number
  readonly size: number
  readonly sum: number | undefined
  readonly headerBytes: number
  readonly alignment: number
}

/** Undefined: no header, or one that is cut off or makes no sense. */
export function readCpioHeader(source: ByteSource, at: number): CpioHeader | undefined {
  const bytes = source.read(at, newcBytes)
  const kind = cpioKindOf(bytes)
  const fields = kind === undefined ? undefined : fieldsOf(bytes, kind)
  if (fields === undefined) return undefined
  const { mode, nameBytes, size, alignment } = fields
  if (nameBytes < 1 || nameBytes > longestName) return undefined
  const nameView = source.read(at + fields.headerBytes, nameBytes)
  if (nameView.length < nameBytes || nameView[nameBytes - 1] !== 0) return undefined
  const name = decodeName(nameView.subarray(0, nameView.indexOf(0))).text
  const aligned = (count: number): number => Math.ceil(count / alignment) * alignment
  const dataStart = at + aligned(fields.headerBytes + nameBytes)
  const type = mode & fileTypeMask
  return {
    name,
    isTrailer: name === trailerName && size === 0,
    isContent: type === regularFile || (size > 0 && type !== symbolicLink),
    dataStart,
    size,
    next: dataStart + aligned(size),
    sum: fields.sum,
  }
}

function fieldsOf(bytes: Uint8Array, kind: CpioKind): Fields | undefined {
  switch (kind) {
    case 'binary-le':
      return binaryFields(bytes, 0)
    case 'binary-be':
      return binaryFields(bytes, 1)
    case 'odc':
      return odcFields(bytes)
    case 'newc':
    case 'crc':
      return newcFields(bytes, kind)
    case 'stripped':
      return undefined
  }
}

/** Words of 16 bits; long ones have their upper half first. `swap` is 1 where a word's upper byte comes first. */
function binaryFields(bytes: Uint8Array, swap: 0 | 1): Fields | undefined {
  if (bytes.length < binaryBytes) return undefined
  const word = (index: number): number =>
    (bytes[index * 2 + swap] ?? 0) | ((bytes[index * 2 + 1 - swap] ?? 0) << 8)
  return {
    mode: word(3),
    nameBytes: word(10),
    size: word(11) * 65_536 + word(12),
    sum: undefined,
    headerBytes: binaryBytes,
    alignment: 2,
  }
}

function odcFields(bytes: Uint8Array): Fields | undefined {
  if (bytes.length < odcBytes) return undefined
  const mode = numberAt(bytes, 18, 6, 8)
  const nameBytes = numberAt(bytes, 59, 6, 8)
  const size = numberAt(bytes, 65, 11, 8)
  if (mode < 0 || nameBytes < 0 || size < 0) return undefined
  return { mode, nameBytes, size, sum: undefined, headerBytes: odcBytes, alignment: 1 }
}

function newcFields(bytes: Uint8Array, kind: 'newc' | 'crc'): Fields | undefined {
  if (bytes.length < newcBytes) return undefined
  const mode = numberAt(bytes, 14, 8, 16)
  const size = numberAt(bytes, 54, 8, 16)
  const nameBytes = numberAt(bytes, 94, 8, 16)
  const sum = numberAt(bytes, 102, 8, 16)
  if (mode < 0 || nameBytes < 0 || size < 0 || sum < 0) return undefined
  return {
    mode,
    nameBytes,
    size,
    sum: kind === 'crc' ? sum : undefined,
    headerBytes: newcBytes,
    alignment: 4,
  }
}

/** -1: not all of them are digits. */
function numberAt(bytes: Uint8Array, at: number, count: number, base: 8 | 16): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = digitOf(bytes[i] ?? 0)
    if (digit < 0 || digit >= base) return -1
    value = value * base + digit
  }
  return value
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
