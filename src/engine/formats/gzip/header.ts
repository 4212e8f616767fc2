// The header of one gzip member (RFC 1952, 2.3).

import { decodeName } from '../../../base/text.ts'
import { u16 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const fixedBytes = 10
const methodDeflate = 8
const flagHeaderCrc = 0x02
const flagExtra = 0x04
const flagName = 0x08
const flagComment = 0x10
/** The RFC has no bound; real names and comments are short. */
const longestText = 64 * 1024

export interface GzipHeader {
  readonly name: string
  readonly dataStart: number
}

export function isGzip(head: Uint8Array): boolean {
  return head.length >= fixedBytes && head[0] === 0x1f && head[1] === 0x8b && head[2] === methodDeflate
}

/** Undefined: no header, or one that is cut off. A wrong header CRC is ignored, as gunzip does. */
export function readGzipHeader(source: ByteSource, at: number): GzipHeader | undefined {
  const head = source.read(at, fixedBytes)
  if (!isGzip(head)) return undefined
  const flags = head[3] ?? 0
  let next = at + fixedBytes
  if ((flags & flagExtra) !== 0) {
    const length = source.read(next, 2)
    if (length.length < 2) return undefined
    next += 2 + u16(length, 0)
  }
  let name = ''
  if ((flags & flagName) !== 0) {
    const bytes = textAt(source, next)
    if (bytes === undefined) return undefined
    name = decodeName(bytes).text
    next += bytes.length + 1
  }
  if ((flags & flagComment) !== 0) {
    const bytes = textAt(source, next)
    if (bytes === undefined) return undefined
    next += bytes.length + 1
  }
  if ((flags & flagHeaderCrc) !== 0) next += 2
  return { name, dataStart: next }
}

function textAt(source: ByteSource, at: number): Uint8Array | undefined {
  const view = source.read(at, longestText)
  const end = view.indexOf(0)
  return end < 0 ? undefined : view.subarray(0, end)
}
