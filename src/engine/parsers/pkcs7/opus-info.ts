// SpcSpOpusInfo: what the publisher says about the program (Windows Authenticode Portable Executable Signature Format).

import { isAscii } from 'node:buffer'
import { contentsOf, DerCursor, type DerItem, latin1Of } from '../der/index.ts'

/** Texts have one character (0–255) for each byte of UTF-8. */
export interface OpusInfo {
  readonly programName: string | undefined
  readonly moreInfo: string | undefined
}

export function opusInfoOf(item: DerItem): OpusInfo | undefined {
  const cursor = DerCursor.into(item)
  const name = cursor.optional(0)
  const programName = name === undefined ? undefined : spcStringOf(DerCursor.into(name))
  // A malformed name makes everything doubtful, a malformed link only itself.
  if (name !== undefined && programName === undefined) return undefined
  const link = cursor.optional(1)
  const url = link === undefined ? undefined : DerCursor.into(link).optional(0)
  return { programName, moreInfo: url === undefined ? undefined : asciiOf(url) }
}

/** SpcString: UTF-16, or ASCII. */
function spcStringOf(cursor: DerCursor): string | undefined {
  const unicode = cursor.optional(0)
  if (unicode !== undefined) return utf16Of(contentsOf(unicode))
  const ascii = cursor.optional(1)
  return ascii === undefined ? undefined : asciiOf(ascii)
}

function utf16Of(bigEndian: Uint8Array): string | undefined {
  if (bigEndian.length % 2 !== 0) return undefined
  const text = Buffer.from(bigEndian).swap16().toString('utf16le')
  return text.isWellFormed() ? Buffer.from(text).toString('latin1') : undefined
}

function asciiOf(item: DerItem): string | undefined {
  const contents = contentsOf(item)
  return isAscii(contents) ? latin1Of(contents) : undefined
}
