// The text of a Word document: pieces of the document stream, listed in the table stream ([MS-DOC] 2.8.35, 2.9.177).

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'

/** In the file information block of version 97: where the piece table lies. */
const clxAt = 0x01a2
const clxLengthAt = 0x01a6
const compressedFlag = 0x40000000
const maxPieces = 100_000
const maxTableBytes = 4 * 1024 * 1024
/** Word 6 and 95 keep the whole text in one piece of one byte a character: from, to. */
const oldTextFrom = 0x18
const word97 = 0x00c1

interface Piece {
  readonly at: number
  readonly bytes: number
  readonly isWide: boolean
}

/** The text in order, in parts. */
export function* textPieces(
  document: ByteSource,
  table: ByteSource | undefined,
  budget: Budget,
): Generator<string> {
  for (const { at, bytes, isWide } of piecesOf(document, table)) {
    for (let done = 0; done < bytes; done += maxRead) {
      budget.checkTime()
      const view = document.read(at + done, Math.min(maxRead, bytes - done))
      if (view.length === 0) break
      yield Buffer.from(view.buffer, view.byteOffset, view.length).toString(isWide ? 'utf16le' : 'latin1')
    }
  }
}

function* piecesOf(document: ByteSource, table: ByteSource | undefined): Generator<Piece> {
  const head = new Uint8Array(document.read(0, 0x01aa))
  if (u16(head, 2) < word97 || table === undefined) {
    const from = u32(head, oldTextFrom)
    const to = Math.min(u32(head, oldTextFrom + 4), document.size)
    if (to > from) yield { at: from, bytes: to - from, isWide: false }
    return
  }
  const clx = copyBytes(table, {
    from: u32(head, clxAt),
    most: Math.min(u32(head, clxLengthAt), maxTableBytes),
  })
  let at = 0
  // Properties come first, each with its length.
  while (clx[at] === 1) at += 3 + u16(clx, at + 1)
  if (clx[at] !== 2) return
  const tableBytes = Math.min(u32(clx, at + 1), clx.length - at - 5)
  const count = Math.min(Math.floor((tableBytes - 4) / 12), maxPieces)
  const positions = at + 5
  const descriptors = positions + (count + 1) * 4
  for (let piece = 0; piece < count; piece++) {
    const characters = u32(clx, positions + piece * 4 + 4) - u32(clx, positions + piece * 4)
    const place = u32(clx, descriptors + piece * 8 + 2)
    const isWide = (place & compressedFlag) === 0
    const start = (place & 0x3fffffff) / (isWide ? 1 : 2)
    const bytes = Math.min(characters * (isWide ? 2 : 1), document.size - start)
    if (bytes > 0) yield { at: Math.floor(start), bytes, isWide }
  }
}
