// KWAJ methods 0 and 1: the bytes as they are, or each inverted.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

export class Plain implements Decoder {
  readonly #source: ByteSource
  readonly #start: number
  readonly #mask: number
  consumed = 0

  constructor(source: ByteSource, start: number, mask: number) {
    this.#source = source
    this.#start = start
    this.#mask = mask
  }

  read(out: Uint8Array): number {
    const view = this.#source.read(this.#start + this.consumed, Math.min(out.length, maxRead))
    for (let at = 0; at < view.length; at++) out[at] = (view[at] ?? 0) ^ this.#mask
    this.consumed += view.length
    return view.length
  }
}
