// Headers about the next header: pax records (POSIX.1-2024, "pax Extended Header") and GNU's long names.

import { decodeName } from '../../../base/text.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { textOf } from './header.ts'

/** What an extension changes of the member that follows it. */
export interface Extension {
  name?: string
  size?: number
  isSparse?: boolean
}

/** GNU 'L': the data is the name. */
export function readLongName(source: ByteSource, at: number, size: number): string {
  return textOf(source.read(at, Math.min(size, longestName)))
}

const longestName = 64 * 1024
/** More than this of a pax header is not read: real ones have a few hundred bytes. */
export const longestPax = maxRead

/** Records are `length key=value\n`, the length being that of the whole record in decimal digits. */
export function readPax(source: ByteSource, at: number, size: number, into: Extension): void {
  const bytes = source.read(at, Math.min(size, longestPax))
  for (let from = 0; from < bytes.length;) {
    const gap = bytes.indexOf(0x20, from)
    if (gap < 0 || gap - from > 7) return
    const length = Number.parseInt(latin1(bytes.subarray(from, gap)), 10)
    if (!(length > gap - from + 1) || from + length > bytes.length) return
    const record = bytes.subarray(gap + 1, from + length - 1)
    const equals = record.indexOf(0x3d)
    if (equals > 0) apply(latin1(record.subarray(0, equals)), record.subarray(equals + 1), into)
    from += length
  }
}

function apply(key: string, value: Uint8Array, into: Extension): void {
  if (key === 'path') into.name ??= decodeName(value).text
  else if (key === 'GNU.sparse.name') into.name = decodeName(value).text
  else if (key === 'size') {
    const size = Number(latin1(value))
    if (Number.isSafeInteger(size) && size >= 0) into.size = size
  }
  if (key.startsWith('GNU.sparse.')) into.isSparse = true
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
