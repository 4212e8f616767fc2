// The rich header: which compilers and linkers of Visual Studio made the program. Its checksum covers the DOS header, so a
// header that was copied from another program does not match; its MD5 groups programs of one build environment.

import { createHash } from 'node:crypto'

import type { Pe } from '../../engine/index.ts'
import { hex } from './view.ts'

const maxTools = 256

export interface Rich {
  readonly key: string
  /** MD5 of the clear data, hexadecimal. */
  readonly md5: string
  /** Whether the key is the checksum of the header that it stands in. */
  readonly isChecksumRight: boolean
  readonly tools: readonly { readonly id: number; readonly build: number; readonly count: number }[]
}

export function readRich(pe: Pe): Rich | undefined {
  const { richHeader, bytes } = pe
  if (richHeader === undefined) return undefined
  const { key, clearData, tools, offset } = richHeader
  const kept = tools.slice(0, maxTools)
  return {
    key: hex(key),
    md5: createHash('md5').update(clearData, 'latin1').digest('hex'),
    isChecksumRight: checksumOf(bytes, offset, kept) === key,
    tools: kept.map(({ id, version, times }) => ({ id, build: version, count: times })),
  }
}

interface Tool {
  readonly id: number
  readonly version: number
  readonly times: number
}

/** Bytes of the DOS header turned left by their offset, then each tool turned left by how often it was used. */
function checksumOf(bytes: Buffer, offset: number, tools: readonly Tool[]): number {
  let sum = offset
  for (let at = 0; at < offset; at++) {
    // The offset of the PE header is not part of it: it was not known yet.
    if (at >= 60 && at < 64) continue
    sum = (sum + rotate(bytes[at] ?? 0, at)) >>> 0
  }
  for (const { id, version, times } of tools) sum = (sum + rotate(((id << 16) | version) >>> 0, times)) >>> 0
  return sum
}

function rotate(value: number, by: number): number {
  const bits = by & 31
  return ((value << bits) | (bits === 0 ? 0 : value >>> (32 - bits))) >>> 0
}
