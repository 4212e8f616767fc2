// The text of an object for those who look for words in it: UTF-16 is decoded, everything else stays one character a
// byte (Latin-1), so that offsets are offsets of the object and no byte is lost to an encoding that lies.

import type { Budget } from '../limits.ts'
import type { ScanObject } from '../scan-object.ts'
import { textKindOf } from '../text-kind.ts'
import { copyBytes } from './copy-bytes.ts'

/** The first `maxBytes` bytes as text; undefined when the object is not text. A LimitReached of the budget passes. */
export function textOf(object: ScanObject, maxBytes: number, budget?: Budget): string | undefined {
  const kind = textKindOf(object)
  if (kind === undefined) return undefined
  const bytes = copyBytes(object.source, { most: maxBytes }, budget)
  if (kind === 'bytes') return bytes.toString('latin1')
  const even = bytes.subarray(0, bytes.length & ~1)
  return (kind === 'utf-16be' ? Buffer.from(even).swap16() : even).toString('utf16le').replace(/^\ufeff/, '')
}
