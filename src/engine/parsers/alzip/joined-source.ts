// Parts of sources one after the other as one source: the packed bytes of a member that lies in several blocks.

import { type ByteSource, maxRead, sliceSource } from '../../source/byte-source.ts'

export interface ContinuedPart {
  readonly source: ByteSource
  readonly start: number
  readonly size: number
}

const empty = new Uint8Array(0)

/** Parts must not be longer than their source has bytes. */
export function joinedSource(parts: readonly ContinuedPart[]): ByteSource {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return sliceSource(only.source, only.start, only.size)
  const ends: number[] = []
  let size = 0
  for (const part of parts) ends.push((size += part.size))
  let buffer = empty
  const partAt = (offset: number): number => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ends[middle]! <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
  const readPart = (index: number, offset: number, length: number): Uint8Array => {
    const part = parts[index]!
    const within = offset - (ends[index]! - part.size)
    return part.source.read(part.start + within, Math.min(length, part.size - within))
  }
  return {
    size,
    read(offset, length) {
      if (!(offset >= 0) || offset >= size) return empty
      const wanted = Math.min(length, size - offset)
      let index = partAt(offset)
      if (offset + wanted <= ends[index]!) return readPart(index, offset, wanted)
      if (buffer.length < wanted) buffer = new Uint8Array(wanted > maxRead / 4 ? maxRead : wanted)
      let done = 0
      while (done < wanted) {
        const view = readPart(index, offset + done, wanted - done)
        if (view.length === 0) break
        buffer.set(view, done)
        done += view.length
        while (index < ends.length && offset + done >= ends[index]!) index++
      }
      return buffer.subarray(0, done)
    },
  }
}
