// The list by which a file finds its attributes in further records.

import { u16, u32 } from '../fields.ts'
import type { AttributePiece } from './pieces.ts'
import { plainSource, streamOf, type Volume } from './stream.ts'

const attributeListType = 0x20
/** Windows keeps lists below 256 KiB. */
const maxListBytes = 2 ** 20
const maxRecords = 8192

/** Numbers of the records that the attribute list names, each once, in its order: by type, name and cluster. */
export function listedRecords(volume: Volume, pieces: readonly AttributePiece[]): Set<number> {
  const entries = new Set<number>()
  const list = streamOf(volume, pieces, { type: attributeListType, name: '' })
  if (list === undefined) return entries
  const source = plainSource(volume, list)
  const bytes = source.read(0, maxListBytes)
  for (let at = 0; at + 26 <= bytes.length && entries.size < maxRecords;) {
    const length = u16(bytes, at + 4)
    if (length < 26) break
    entries.add(u32(bytes, at + 16) + u16(bytes, at + 20) * 2 ** 32)
    at += length
  }
  return entries
}
