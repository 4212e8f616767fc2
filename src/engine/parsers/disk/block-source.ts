// A disk that is stored in blocks of one size: each lies somewhere in the file, is all zeros, or has to be decoded.
// Readers jump about in disks, so nothing is decoded in order, and what is not stored costs nothing.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'

/** The place of a block that is not stored. */
export const zeros = -1

export interface BlockMap {
  readonly blockBytes: number
  /** Where the block begins in the file, `zeros`, or its decoded bytes (valid until the next call). */
  locate(block: number): number | Uint8Array
  /** Told when stored bytes are asked for that the file, which is cut off, does not have; they read as zeros. */
  missing(): void
}

/** 1 PiB: what a hostile header claims beyond it cannot even be counted exactly. */
const largestDisk = 2 ** 50
const nothing = new Uint8Array(0)
const zeroBytes = new Uint8Array(maxRead)

export class BlockSource implements ByteSource {
  readonly size: number
  readonly knownSize: number
  readonly #parent: ByteSource
  readonly #map: BlockMap
  #buffer = nothing

  /** `size` in bytes. */
  constructor(parent: ByteSource, map: BlockMap, size: number) {
    this.#parent = parent
    this.#map = map
    this.size = Math.min(size, largestDisk)
    this.knownSize = this.size
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0) || offset >= this.size) return nothing
    const wanted = Math.min(length, maxRead, this.size - offset)
    const first = this.#piece(offset, wanted)
    if (first.length === wanted) return first
    if (this.#buffer.length < wanted) this.#buffer = new Uint8Array(wanted <= 4096 ? 4096 : maxRead)
    const buffer = this.#buffer
    buffer.set(first)
    for (let count = first.length; count < wanted;) {
      const piece = this.#piece(offset + count, wanted - count)
      buffer.set(piece, count)
      count += piece.length
    }
    return buffer.subarray(0, wanted)
  }

  release(): void {
    this.#buffer = nothing
  }

  /** At least one byte, at most to the end of a run of blocks that lie one behind the other. */
  #piece(offset: number, length: number): Uint8Array {
    const { blockBytes } = this.#map
    let block = Math.floor(offset / blockBytes)
    const inside = offset - block * blockBytes
    const place = this.#map.locate(block)
    if (typeof place !== 'number') {
      const decoded = place.subarray(inside, inside + length)
      return decoded.length > 0 ? decoded : zeroBytes.subarray(0, Math.min(length, blockBytes - inside))
    }
    let run = blockBytes - inside
    for (; run < length; run += blockBytes) {
      const next = this.#map.locate(++block)
      if (place === zeros ? next !== zeros : next !== place + inside + run) break
    }
    const count = Math.min(run, length)
    if (place === zeros) return zeroBytes.subarray(0, count)
    const view = this.#parent.read(place + inside, count)
    if (view.length > 0) return view
    this.#map.missing()
    return zeroBytes.subarray(0, count)
  }
}
