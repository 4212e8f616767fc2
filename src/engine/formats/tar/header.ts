// One tar header block: v7, ustar and pax (POSIX.1-2024, pax, "ustar Interchange Format"), GNU (GNU tar manual,
// "Basic Tar Format"). The checksum is what makes a block a header; the magic is optional, as in v7.

import { decodeName } from '../../../base/text.ts'

export const blockBytes = 512
const checksumAt = 148
const checksumBytes = 8
const space = 0x20

export interface TarHeader {
  readonly name: string
  /** The type flag; v7's NUL is '0'. */
  readonly type: string
  readonly size: number
  /** GNU old sparse: more blocks of the map follow (byte 482). */
  readonly isSparseMapLonger: boolean
}

/** Undefined: not a header. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.length < blockBytes || !hasChecksum(block)) return undefined
  const size = parseNumber(block.subarray(124, 136))
  const flag = block[156] ?? 0
  if (size === undefined || (flag !== 0 && (flag < 0x20 || flag > 0x7e))) return undefined
  return {
    name: nameOf(block),
    type: flag === 0 ? '0' : String.fromCharCode(flag),
    size,
    isSparseMapLonger: block[482] === 1,
  }
}

/** The sum of all bytes with the checksum itself as spaces; some old writers summed signed bytes. */
function hasChecksum(block: Uint8Array): boolean {
  const told = parseNumber(block.subarray(checksumAt, checksumAt + checksumBytes))
  if (told === undefined || told === 0) return false
  let unsigned = checksumBytes * space
  let negative = 0
  for (let i = 0; i < blockBytes; i++) {
    if (i === checksumAt) i += checksumBytes
    const byte = block[i] ?? 0
    unsigned += byte
    if (byte >= 0x80) negative++
  }
  return told === unsigned || told === unsigned - negative * 256
}

/** Octal digits between spaces and NULs, or base-256 where the first bit is set (GNU, for large values). */
function parseNumber(field: Uint8Array): number | undefined {
  if (((field[0] ?? 0) & 0x80) !== 0) return parseBase256(field)
  let at = 0
  while (at < field.length && (field[at] === space || field[at] === 0)) at++
  let value = 0
  for (; at < field.length && field[at] !== space && field[at] !== 0; at++) {
    const digit = (field[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) return undefined
    value = value * 8 + digit
  }
  return value
}

function parseBase256(field: Uint8Array): number | undefined {
  // The second bit is the sign; there are no negative sizes.
  let value = (field[0] ?? 0) & 0x7f
  if ((value & 0x40) !== 0) return undefined
  for (let i = 1; i < field.length; i++) value = value * 256 + (field[i] ?? 0)
  return Number.isSafeInteger(value) ? value : Number.MAX_SAFE_INTEGER
}

function nameOf(block: Uint8Array): string {
  const name = textOf(block.subarray(0, 100))
  const isPosix = block[257] === 0x75 && block[261] === 0x72 && block[262] === 0 && block[345] !== 0
  return isPosix ? `${textOf(block.subarray(345, 500))}/${name}` : name
}

export function textOf(field: Uint8Array): string {
  const end = field.indexOf(0)
  return decodeName(end < 0 ? field : field.subarray(0, end)).text
}
