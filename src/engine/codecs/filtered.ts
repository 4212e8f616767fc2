// What lies over a decompressor in xz: branch filters and delta, undone as the bytes pass by.

import type { BranchFilter } from './bcj.ts'
import type { Codec } from './codec.ts'

const bufferBytes = 32 * 1024

/** Undoes a branch filter; the last bytes, too few for an instruction, stay as they are. */
export class BranchFiltered implements Codec {
  readonly #inner: Codec
  readonly #filter: BranchFilter
  readonly #buffer = new Uint8Array(bufferBytes)
  #position: number
  /** Of the buffer: delivered, final, and filled bytes. */
  #at = 0
  #final = 0
  #end = 0

  constructor(inner: Codec, filter: BranchFilter, startOffset: number) {
    this.#inner = inner
    this.#filter = filter
    this.#position = startOffset
  }

  get consumed(): number {
    return this.#inner.consumed
  }

  get fault(): string | undefined {
    return this.#inner.fault
  }

  get isUnsupported(): boolean {
    return this.#inner.isUnsupported === true
  }

  read(out: Uint8Array): number {
    while (this.#at === this.#final) if (!this.#fill()) return 0
    const count = Math.min(out.length, this.#final - this.#at)
    out.set(this.#buffer.subarray(this.#at, this.#at + count))
    this.#at += count
    return count
  }

  #fill(): boolean {
    const buffer = this.#buffer
    buffer.copyWithin(0, this.#final, this.#end)
    this.#end -= this.#final
    this.#at = 0
    this.#final = 0
    const count = this.#inner.read(buffer.subarray(this.#end))
    if (count === 0) {
      this.#final = this.#end
      return this.#end > 0
    }
    this.#end += count
    this.#final = this.#filter.decode(buffer, this.#end, this.#position)
    this.#position = (this.#position + this.#final) | 0
    return true
  }
}

/** Each byte is the difference to the one `distance` (1 to 256) before it. */
export class DeltaFiltered implements Codec {
  readonly #inner: Codec
  readonly #distance: number
  readonly #before = new Uint8Array(256)
  #at = 0

  constructor(inner: Codec, distance: number) {
    this.#inner = inner
    this.#distance = distance
  }

  get consumed(): number {
    return this.#inner.consumed
  }

  get fault(): string | undefined {
    return this.#inner.fault
  }

  get isUnsupported(): boolean {
    return this.#inner.isUnsupported === true
  }

  read(out: Uint8Array): number {
    const count = this.#inner.read(out)
    const before = this.#before
    const distance = this.#distance
    let at = this.#at
    for (let i = 0; i < count; i++) {
      const byte = (out[i]! + before[(at - distance) & 0xff]!) & 0xff
      before[at & 0xff] = byte
      out[i] = byte
      at++
    }
    this.#at = at & 0xff
    return count
  }
}
