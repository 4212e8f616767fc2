// What decoders of a range of a source have in common that read it view by view, with nothing held in between.

import { type ByteSource, maxRead } from '../source/byte-source.ts'
import type { Decoder } from '../source/decoded-source.ts'

const empty = new Uint8Array(0)

export abstract class RangeDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #start: number
  protected readonly end: number
  /** The next encoded byte to take. */
  protected at: number

  /** Decodes `[start, end)`. */
  constructor(source: ByteSource, start: number, end: number) {
    this.#source = source
    this.#start = start
    this.end = end
    this.at = start
  }

  get consumed(): number {
    return this.at - this.#start
  }

  abstract read(out: Uint8Array): number

  /** The next bytes, at most `length` of them, which are not taken yet; empty at the end of the range or of the source. */
  protected view(length: number): Uint8Array {
    const wanted = Math.min(length, maxRead, this.end - this.at)
    return wanted > 0 ? this.#source.read(this.at, wanted) : empty
  }
}
