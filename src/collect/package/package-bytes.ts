// Random access to the members of a package: the frames that are needed are unpacked, the last few are kept.

import { closeSync, fstatSync, readSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import { unpackFrame } from './frame-reader.ts'
import { frameBytes } from './frame-writer.ts'
import type { MemberPlace } from './manifest-entry.ts'
import { type Extent, readSparseMap } from './sparse.ts'

const mostKeptFrames = 16

export class PackageBytes implements Disposable {
  readonly path: string
  readonly #fd: number
  readonly #onClose: (() => void) | undefined
  readonly #frames = new Map<number, Buffer>()

  constructor(path: string, fd: number, onClose?: () => void) {
    this.path = path
    this.#fd = fd
    this.#onClose = onClose
  }

  /** Bytes of the package as they stand. Throws AppError. */
  raw(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let filled = 0
    try {
      while (filled < length) {
        const got = readSync(this.#fd, bytes, filled, length - filled, offset + filled)
        if (got === 0) break
        filled += got
      }
    } catch (thrown) {
      throw new AppError('not-found', `${this.path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
    }
    return bytes.subarray(0, filled)
  }

  get size(): number {
    return fstatSync(this.#fd).size
  }

  /** All of them, in order. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; at += frameBytes) {
      const bytes = this.raw(at, frameBytes)
      if (bytes.length > 0) yield bytes
      if (bytes.length < frameBytes) return
    }
  }

  /** The data of a member. Reading throws AppError where its frames are damaged. */
  member(place: MemberPlace): EvidenceSource {
    const starts = [place.frame]
    for (const size of place.frames) starts.push((starts.at(-1) ?? 0) + size)
    const begin = place.skip + place.head
    return {
      size: place.bytes,
      read: (offset, length) => {
        const wanted = Math.max(0, Math.min(length, place.bytes - offset))
        const from = begin + offset
        const first = this.#part({ starts, from, length: wanted })
        if (first.length >= wanted) return first
        const parts = [first]
        for (let at = first.length; at < wanted;) {
          const part = this.#part({ starts, from: from + at, length: wanted - at })
          parts.push(part)
          at += part.length
        }
        return Buffer.concat(parts)
      },
    }
  }

  [Symbol.dispose](): void {
    this.#frames.clear()
    closeSync(this.#fd)
    this.#onClose?.()
  }

  /** What one frame has of it: at least a byte, unless nothing is wanted. */
  #part(wanted: { starts: readonly number[]; from: number; length: number }): Buffer {
    const { starts, from, length } = wanted
    if (length === 0) return Buffer.alloc(0)
    const index = Math.floor(from / frameBytes)
    const frame = this.#frame(starts[index] ?? -1, starts[index + 1] ?? -1)
    const part = frame.subarray(from - index * frameBytes, from - index * frameBytes + length)
    if (part.length > 0) return part
    throw new AppError('not-found', `${this.path} is damaged: a frame is shorter than it must be`)
  }

  #frame(start: number, end: number): Buffer {
    const kept = this.#frames.get(start)
    if (kept !== undefined) {
      // The one used last stands last.
      this.#frames.delete(start)
      this.#frames.set(start, kept)
      return kept
    }
    const length = end - start
    const isPossible = start >= 0 && length > 0 && length <= 2 * frameBytes
    const content = isPossible ? unpackFrame(this.raw(start, length)) : undefined
    if (content === undefined)
      throw new AppError(
        'not-found',
        `${this.path} is damaged: the frame at byte ${start} cannot be unpacked`,
      )
    for (const oldest of this.#frames.keys()) {
      if (this.#frames.size < mostKeptFrames) break
      this.#frames.delete(oldest)
    }
    this.#frames.set(start, content)
    return content
  }
}

/** The content of a sparse file, from the data of its member. Throws AppError where its map is damaged. */
export function sparseContent(data: EvidenceSource, size: number): EvidenceSource {
  const map = readSparseMap((offset, length) => data.read(offset, length), size)
  if (map === undefined) throw new AppError('not-found', 'The map of a sparse file is damaged')
  const places: (Extent & { readonly at: number })[] = []
  let at = map.length
  for (const extent of map.extents) {
    places.push({ ...extent, at })
    at += extent.length
  }
  return {
    size,
    read(offset, length) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      const end = offset + bytes.length
      for (let index = firstAfter(places, offset); index < places.length; index += 1) {
        const place = places[index]
        if (place === undefined || place.offset >= end) break
        const from = Math.max(offset, place.offset)
        const count = Math.min(end, place.offset + place.length) - from
        bytes.set(data.read(place.at + from - place.offset, count), from - offset)
      }
      return bytes
    },
  }
}

/** The first extent that ends after the offset. */
function firstAfter(places: readonly Extent[], offset: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    const place = places[middle]
    if (place !== undefined && place.offset + place.length <= offset) low = middle + 1
    else high = middle
  }
  return low
}
