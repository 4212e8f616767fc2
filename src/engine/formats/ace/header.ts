// Headers of ACE archives, as acefile.py documents them. All numbers are little-endian; each header begins with its
// CRC and its size.

import { crc32 } from 'node:zlib'

import { decodeName } from '../../../base/text.ts'
import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { startsWith } from '../../source/starts-with.ts'

const magicAt = 7
const magic = Buffer.from('**ACE**')
const frameBytes = 4
const mainBytes = 26
const typeMain = 0
const typeFile32 = 1
const typeFile64 = 3
const flagAddSize = 0x0001
const flag64 = 0x0004
const fileFieldBytes = 20
const attributeFolder = 0x10

export const mainFlag = { volumes: 0x0800, solid: 0x8000 } as const
export const fileFlag = { fromPrevious: 0x1000, intoNext: 0x2000, encrypted: 0x4000 } as const

export function isAce(head: Uint8Array): boolean {
  if (head.length < frameBytes + mainBytes || head[frameBytes] !== typeMain) return false
  return startsWith(head, magic, magicAt)
}

export interface AceHeader {
  readonly flags: number
  readonly isCrcRight: boolean
  readonly file: AceFile | undefined
  /** Of the main header. */
  readonly volume: number
  /** Where the next header begins. */
  readonly end: number
}

export interface AceFile {
  readonly name: string
  readonly flags: number
  readonly isFolder: boolean
  readonly packed: number
  readonly size: number
  /** Not inverted at the end, unlike that of zip. */
  readonly crc: number
  readonly method: number
  readonly dataStart: number
}

/** Undefined: cut off, or no header. */
export function readHeader(source: ByteSource, at: number): AceHeader | undefined {
  const frame = source.read(at, frameBytes)
  const size = u16(frame, 2)
  if (frame.length < frameBytes || size < 3) return undefined
  const told = u16(frame, 0)
  const body = source.read(at + frameBytes, size)
  if (body.length < size) return undefined
  const isCrcRight = (~crc32(body) & 0xffff) === told
  const type = body[0] ?? 0
  const flags = u16(body, 1)
  const dataStart = at + frameBytes + size
  const file = readFile(body, type, flags, dataStart)
  const isWide = (flags & flag64) !== 0
  const added = (flags & flagAddSize) === 0 ? 0 : addedBytes(body, isWide)
  return { flags, isCrcRight, file, volume: body[13] ?? 0, end: dataStart + added }
}

function addedBytes(body: Uint8Array, isWide: boolean): number {
  return isWide ? u64(body, 3) : u32(body, 3)
}

function readFile(body: Uint8Array, type: number, flags: number, dataStart: number): AceFile | undefined {
  if ((type !== typeFile32 && type !== typeFile64) || (flags & flagAddSize) === 0) return undefined
  const isWide = (flags & flag64) !== 0
  const at = 3 + (isWide ? 16 : 8)
  if (body.length < at + fileFieldBytes) return undefined
  const nameBytes = u16(body, at + 18)
  const name = body.subarray(at + fileFieldBytes, at + fileFieldBytes + nameBytes)
  return {
    name: decodeName(name).text,
    flags,
    isFolder: (u32(body, at + 4) & attributeFolder) !== 0,
    packed: addedBytes(body, isWide),
    size: isWide ? u64(body, 11) : u32(body, 7),
    crc: u32(body, at + 8),
    method: body[at + 12] ?? 0,
    dataStart,
  }
}
