// The header of a compound file ([MS-CFB] 2.2), read as leniently as the programs that open such files do.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { startsWith } from '../../source/starts-with.ts'

export interface CfbHeader {
  /** Sectors have `2 ** sectorShift` bytes: 512 in version 3, 4,096 in version 4. */
  readonly sectorShift: number
  readonly miniShift: number
  /** Streams that are shorter lie in the mini stream. */
  readonly miniCutoff: number
  /** Stream sizes have 64 bits; in version 3 the upper half is noise. */
  readonly sizeBits: 32 | 64
  readonly firstDirectory: number
  readonly firstMiniFat: number
  readonly firstDifat: number
  /** Sectors of the allocation table: the first 109 of them. */
  readonly difat: readonly number[]
}

export const headerBytes = 512
const difatAt = 0x4c
const signature = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]

/** The first bytes are those of a compound file. */
export function isCfb(head: Uint8Array): boolean {
  return startsWith(head, signature)
}

/** Undefined: not the signature. Impossible sizes are replaced by the usual ones; byte order and minor version say nothing. */
export function readHeader(bytes: Uint8Array): CfbHeader | undefined {
  if (!isCfb(bytes)) return undefined
  const version = u16(bytes, 0x1a)
  const sectorShift = within(u16(bytes, 0x1e), 7, 16) ?? (version === 4 ? 12 : 9)
  const difat: number[] = []
  for (let at = difatAt; at + 4 <= Math.min(bytes.length, headerBytes); at += 4) difat.push(u32(bytes, at))
  return {
    sectorShift,
    miniShift: within(u16(bytes, 0x20), 4, sectorShift) ?? 6,
    miniCutoff: u32(bytes, 0x38),
    sizeBits: version >= 4 ? 64 : 32,
    firstDirectory: u32(bytes, 0x30),
    firstMiniFat: u32(bytes, 0x3c),
    firstDifat: u32(bytes, 0x44),
    difat,
  }
}

function within(value: number, least: number, most: number): number | undefined {
  return value >= least && value <= most ? value : undefined
}
