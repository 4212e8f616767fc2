// Records of an alz archive. ESTsoft never published the format; this follows what the source of unalz and the
// description of unalz-rs (docs/specification.md) say about it. All numbers are little-endian.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { decodeKoreanName } from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'

export const archiveSignature = 0x015a4c41
export const localSignature = 0x015a4c42
export const centralSignature = 0x015a4c43
export const endSignature = 0x025a4c43
/** Stands at the end of a volume that is not the last. */
export const volumeEndSignature = 0x035a4c43
export const commentSignature = 0x015a4c45

export const archiveHeaderBytes = 8
/** `CLZ 1`, two numbers, `CLZ 2` or `CLZ 3`. */
export const tailBytes = 16

const fixedBytes = 13
const methodBytes = 6
const attributeFolder = 0x10
const flagEncrypted = 0x01
const flagDescriptor = 0x08
const keyHeaderBytes = 12

export interface LocalHeader {
  readonly name: string
  readonly isFolder: boolean
  readonly isEncrypted: boolean
  /** The encrypted header of the password check; empty without encryption. */
  readonly keyHeader: Uint8Array
  /** What its last byte must be. */
  readonly checkByte: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly dataStart: number
}

/** The header whose signature stands at `at`; undefined: none, or cut off. */
export function readLocalHeader(source: ByteSource, at: number): LocalHeader | undefined {
  const fixed = source.read(at, fixedBytes)
  if (fixed.length < fixedBytes || u32(fixed, 0) !== localSignature) return undefined
  const nameBytes = u16(fixed, 4)
  const attributes = fixed[6] ?? 0
  const time = u32(fixed, 7)
  const descriptor = fixed[11] ?? 0
  const width = descriptor >>> 4
  if (width !== 0 && width !== 1 && width !== 2 && width !== 4 && width !== 8) return undefined
  const restBytes = width === 0 ? 0 : methodBytes + 2 * width
  const isEncrypted = (descriptor & flagEncrypted) !== 0 && width !== 0
  const wanted = restBytes + nameBytes + (isEncrypted ? keyHeaderBytes : 0)
  const rest = source.read(at + fixedBytes, wanted)
  if (rest.length < wanted) return undefined
  const crc = width === 0 ? 0 : u32(rest, 2)
  return {
    name: decodeKoreanName(rest.subarray(restBytes, restBytes + nameBytes)),
    isFolder: (attributes & attributeFolder) !== 0,
    isEncrypted,
    keyHeader: new Uint8Array(rest.subarray(restBytes + nameBytes)),
    checkByte: (descriptor & flagDescriptor) === 0 ? crc >>> 24 : (time >>> 8) & 0xff,
    method: width === 0 ? 0 : (rest[0] ?? 0),
    crc,
    packed: numberOf(rest, methodBytes, width),
    size: numberOf(rest, methodBytes + width, width),
    dataStart: at + fixedBytes + wanted,
  }
}

function numberOf(bytes: Uint8Array, at: number, width: number): number {
  if (width === 0) return 0
  if (width === 1) return bytes[at] ?? 0
  if (width === 2) return u16(bytes, at)
  return width === 4 ? u32(bytes, at) : u64(bytes, at)
}
