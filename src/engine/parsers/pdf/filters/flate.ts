// FlateDecode (ISO 32000-2, 7.4.4): a zlib stream (RFC 1950), or the bare deflate data that some readers accept.

import { Inflate } from '../../../codecs/inflate.ts'
import type { ByteSource } from '../../../source/byte-source.ts'
import type { Decoder } from '../../../source/decoded-source.ts'
import { isWhite } from '../lexer.ts'

const dictionaryFlag = 0x20
/** Line ends that belong to nobody, between `stream` and the data. */
const maxLeading = 4

export class Flate implements Decoder {
  readonly #source: ByteSource
  #start: number
  #inflate: Inflate
  #written = 0

  constructor(source: ByteSource) {
    this.#source = source
    this.#start = dataStart(source)
    this.#inflate = new Inflate(source, this.#start)
  }

  get consumed(): number {
    return this.#start + this.#inflate.consumed
  }

  get fault(): string | undefined {
    return this.#inflate.fault
  }

  read(out: Uint8Array): number {
    let count = this.#inflate.read(out)
    if (count === 0 && this.#written === 0 && this.#inflate.fault !== undefined && this.#start === 0) {
      // No zlib header and no deflate data either: a header that is damaged has two bytes nevertheless.
      this.#start = 2
      const again = new Inflate(this.#source, this.#start)
      count = again.read(out)
      if (count > 0) this.#inflate = again
    }
    this.#written += count
    return count
  }
}

function dataStart(source: ByteSource): number {
  const head = source.read(0, maxLeading + 2)
  for (let at = 0; at <= maxLeading && at + 1 < head.length; at++) {
    const method = head[at]!
    const flags = head[at + 1]!
    if ((method & 0x8f) === 8 && ((method << 8) | flags) % 31 === 0) {
      return at + ((flags & dictionaryFlag) === 0 ? 2 : 6)
    }
    if (!isWhite(method)) break
  }
  return 0
}
