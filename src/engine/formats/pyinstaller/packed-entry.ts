// An entry packed with zlib (RFC 1950), with bytes of our own before it: code is stored without the header of a compiled
// module, and with one it is what others can read.

import { ZlibStream } from '../../codecs/zlib-stream.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

export class PackedEntry implements Decoder {
  readonly #stream: ZlibStream
  readonly #prefix: Uint8Array
  readonly #fault: (message: string) => void
  #prefixSent = 0

  constructor(
    input: ByteSource,
    place: { readonly offset: number; readonly length: number },
    prefix: Uint8Array,
    fault: (message: string) => void,
  ) {
    this.#stream = new ZlibStream(input, place.offset, place.offset + place.length)
    this.#prefix = prefix
    this.#fault = fault
  }

  get consumed(): number {
    return this.#stream.consumed
  }

  read(out: Uint8Array): number {
    if (this.#prefixSent < this.#prefix.length) {
      const part = this.#prefix.subarray(this.#prefixSent, this.#prefixSent + out.length)
      out.set(part)
      this.#prefixSent += part.length
      return part.length
    }
    const count = this.#stream.read(out)
    if (count === 0 && this.#stream.fault !== undefined) this.#fault(this.#stream.fault)
    return count
  }
}
