// The lines of a text, compressed by gzip or not, without holding it as a whole.

import { gunzipSync } from 'node:zlib'

import { messageOf } from '../../base/app-error.ts'
import type { Notes } from '../../evidence/note.ts'
import { type EvidenceSource, memorySource } from '../../evidence/source.ts'

export interface TextLine {
  /** Without its end. Bytes that are no UTF-8 stand as U+FFFD. */
  readonly text: string
  /** In bytes from the beginning of the (unpacked) text. */
  readonly offset: number
}

const chunkBytes = 1024 * 1024
/** A longer line is cut. */
const maxLineBytes = 64 * 1024
const maxPackedBytes = 256 * 1024 * 1024
const maxUnpackedBytes = 512 * 1024 * 1024
const newline = 10

export function* linesOf(source: EvidenceSource, notes: Notes): Generator<TextLine, void, undefined> {
  const plain = unpacked(source, notes)
  let rest: Buffer = Buffer.alloc(0)
  let restAt = 0
  let isSkipping = false
  for (let at = 0; at < plain.size; at += chunkBytes) {
    const read = plain.read(at, chunkBytes)
    const chunk = Buffer.from(read.buffer, read.byteOffset, read.length)
    let from = 0
    for (let end = chunk.indexOf(newline, from); end >= 0; end = chunk.indexOf(newline, from)) {
      const part = chunk.subarray(from, end)
      if (!isSkipping) yield lineOf(rest.length === 0 ? part : Buffer.concat([rest, part]), restAt, notes)
      isSkipping = false
      rest = Buffer.alloc(0)
      from = end + 1
      restAt = at + from
    }
    if (isSkipping) continue
    rest = Buffer.concat([rest, chunk.subarray(from)])
    if (rest.length <= maxLineBytes) continue
    yield lineOf(rest, restAt, notes)
    rest = Buffer.alloc(0)
    isSkipping = true
  }
  if (rest.length > 0) yield lineOf(rest, restAt, notes)
}

function lineOf(bytes: Buffer, offset: number, notes: Notes): TextLine {
  if (bytes.length > maxLineBytes) notes.add('a line is too long; it is cut', offset)
  const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length
  return { text: bytes.toString('utf8', 0, Math.min(end, maxLineBytes)), offset }
}

function unpacked(source: EvidenceSource, notes: Notes): EvidenceSource {
  const head = source.read(0, 2)
  if (head[0] !== 0x1f || head[1] !== 0x8b) return source
  if (source.size > maxPackedBytes) {
    notes.add('it is compressed and too large to be unpacked here')
    return memorySource(new Uint8Array(0))
  }
  try {
    return memorySource(gunzipSync(source.read(0, source.size), { maxOutputLength: maxUnpackedBytes }))
  } catch (thrown) {
    notes.add(`it cannot be unpacked: ${messageOf(thrown)}`)
    return memorySource(new Uint8Array(0))
  }
}
