// Where the files of an Inno Setup installer are (Shared.Struct.pas, "TSetupFileLocationEntry", and its predecessors).

import { u32, u64 } from '../../codecs/little-endian.ts'

export interface FileLocation {
  /** Numbers of the parts of the data that the chunk begins and ends in, from 0. */
  readonly firstSlice: number
  readonly lastSlice: number
  /** Where the chunk begins in its part. */
  readonly chunkOffset: number
  readonly chunkBytes: number
  /** Where the file is in the unpacked chunk. */
  readonly offset: number
  readonly size: number
  readonly digest: { readonly algorithm: DigestName; readonly value: Uint8Array }
  readonly hasCallFilter: boolean
  readonly isEncrypted: boolean
  readonly isPacked: boolean
}

export type DigestName = 'adler32' | 'crc32' | 'md5' | 'sha1' | 'sha256'

/** A row's parts; the names of its flags say since when there are which. */
interface Shape {
  readonly offsetBytes: 4 | 8
  readonly hasSuboffset: boolean
  readonly sizeBytes: 4 | 8
  readonly algorithm: DigestName
  readonly digestBytes: number
  readonly flags: readonly string[]
  readonly hasSignMode: boolean
}

const maxFiles = 100_000

export function readLocations(bytes: Uint8Array, version: number): FileLocation[] {
  const shape = shapeOf(version)
  const files: FileLocation[] = []
  const rowBytes = rowSize(shape)
  for (let at = 0; at + rowBytes <= bytes.length && files.length < maxFiles; at += rowBytes) {
    files.push(readRow(bytes, at, shape, version))
  }
  return files
}

function shapeOf(version: number): Shape {
  return {
    offsetBytes: version >= 60_500 ? 8 : 4,
    hasSuboffset: version >= 40_001,
    sizeBytes: version >= 40_000 ? 8 : 4,
    ...digestShape(version),
    flags: flagsOf(version),
    hasSignMode: version >= 60_300 && version < 60_403,
  }
}

function digestShape(version: number): Pick<Shape, 'algorithm' | 'digestBytes'> {
  if (version >= 60_400) return { algorithm: 'sha256', digestBytes: 32 }
  if (version >= 50_309) return { algorithm: 'sha1', digestBytes: 20 }
  if (version >= 40_200) return { algorithm: 'md5', digestBytes: 16 }
  return { algorithm: version >= 40_001 ? 'crc32' : 'adler32', digestBytes: 4 }
}

/** From the lowest bit on. Those that nothing is made of have no name. */
function flagsOf(version: number): string[] {
  const isOld = version < 60_403
  return [
    ...(isOld ? ['', ''] : ['']),
    ...(version >= 20_017 && version < 40_001 ? ['bzip2'] : []),
    ...(version >= 40_010 ? [''] : []),
    ...(version >= 40_100 && isOld ? [''] : []),
    ...(version >= 40_108 ? ['callFilter'] : []),
    ...(version >= 40_200 && isOld ? [''] : []),
    ...(version >= 40_202 ? ['encrypted'] : []),
    ...(version >= 40_205 ? ['packed'] : []),
    ...(version >= 50_113 && isOld ? [''] : []),
    ...(version >= 50_507 && version < 60_300 ? ['', ''] : []),
  ]
}

function rowSize(shape: Shape): number {
  const { offsetBytes, hasSuboffset, sizeBytes, digestBytes, flags, hasSignMode } = shape
  const place = 8 + offsetBytes + (hasSuboffset ? 8 : 0) + 2 * sizeBytes
  // Time, two words of the file's version.
  return place + digestBytes + 16 + Math.ceil(flags.length / 8) + (hasSignMode ? 1 : 0)
}

function readRow(bytes: Uint8Array, start: number, shape: Shape, version: number): FileLocation {
  let at = start + 8
  const number = (width: number): number => {
    at += width
    return width === 8 ? u64(bytes, at - 8) : u32(bytes, at - 4)
  }
  const firstNumber = version < 40_000 ? 1 : 0
  const chunkOffset = number(shape.offsetBytes)
  const offset = shape.hasSuboffset ? number(8) : 0
  const size = number(shape.sizeBytes)
  const chunkBytes = number(shape.sizeBytes)
  const digest = { algorithm: shape.algorithm, value: bytes.slice(at, at + shape.digestBytes) }
  at += shape.digestBytes + 16
  const isSet = (name: string): boolean => {
    const bit = shape.flags.indexOf(name)
    return bit >= 0 && ((bytes[at + (bit >> 3)]! >> (bit & 7)) & 1) === 1
  }
  return {
    firstSlice: u32(bytes, start) - firstNumber,
    lastSlice: u32(bytes, start + 4) - firstNumber,
    chunkOffset,
    chunkBytes,
    offset,
    size,
    digest,
    hasCallFilter: isSet('callFilter'),
    isEncrypted: isSet('encrypted'),
    isPacked: version < 40_205 || isSet('packed'),
  }
}
