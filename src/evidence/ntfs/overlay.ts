// Windows' overlay compression ("compact /exe", CompactOS): the content of a file in the stream WofCompressedData, in chunks that are each
// compressed by themselves, behind a table of where they end (wimlib's description; the reparse data by [MS-FSCC] and wofapi.h).

import { u32, u64 } from '../fields.ts'
import { decompressLzx } from '../lzx.ts'
import { unitSource } from '../mapped-source.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { decompressXpressHuffman } from '../xpress-huffman.ts'

export const overlayTag = 0x80000017
export const overlayStream = 'WofCompressedData'
const fileProvider = 2
const chunkSizes: readonly number[] = [4096, 32_768, 8192, 16_384]
const lzx = 1

/** `data` is the reparse point. Undefined: it is compressed in a way that is not known. */
export function overlaySource(
  compressed: EvidenceSource,
  data: Uint8Array,
  { size, path, notes }: { size: number; path: string; notes: Notes },
): EvidenceSource | undefined {
  const algorithm = u32(data, 20)
  const chunkBytes = chunkSizes[algorithm]
  if (data.length < 24 || u32(data, 12) !== fileProvider || chunkBytes === undefined) return undefined
  const chunks = Math.ceil(size / chunkBytes)
  // Where a chunk ends, counted from behind the table; the last ends with the stream.
  const fieldBytes = size > 0xffffffff ? 8 : 4
  const tableBytes = Math.max(0, chunks - 1) * fieldBytes
  const endOf = (chunk: number): number => {
    if (chunk < 0) return 0
    if (chunk >= chunks - 1) return compressed.size - tableBytes
    const field = compressed.read(chunk * fieldBytes, fieldBytes)
    return fieldBytes === 8 ? u64(field, 0) : u32(field, 0)
  }
  let isTold = false
  return unitSource(size, chunkBytes, (chunk) => {
    const room = Math.min(chunkBytes, size - chunk * chunkBytes)
    const start = endOf(chunk - 1)
    const length = endOf(chunk) - start
    // What did not become smaller stands as it is.
    if (length === room) return compressed.read(tableBytes + start, room)
    const raw = length > 0 && length < room ? compressed.read(tableBytes + start, length) : new Uint8Array(0)
    const { bytes, fault } = algorithm === lzx ? decompressLzx(raw, room) : decompressXpressHuffman(raw, room)
    if (fault !== undefined && !isTold) notes.add(`${path}: ${fault}; zeros stand for what is lost`)
    isTold ||= fault !== undefined
    return bytes
  })
}
