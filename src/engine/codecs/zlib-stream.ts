// A zlib stream (RFC 1950): two bytes, deflated data, Adler-32.

import type { ByteSource } from '../source/byte-source.ts'
import { adler32 } from './adler32.ts'
import { u16Be, u32Be } from './big-endian.ts'
import type { Codec } from './codec.ts'
import { Inflate } from './inflate.ts'

const headerBytes = 2
const checksumBytes = 4

/** CMF and FLG: deflate, and a multiple of 31 (2.2). */
export function isZlibHeader(bytes: Uint8Array): boolean {
  return (bytes[0]! & 15) === 8 && u16Be(bytes, 0) % 31 === 0
}

export class ZlibStream implements Codec {
  readonly #source: ByteSource
  readonly #start: number
  readonly #end: number
  readonly #inflate: Inflate
  #sum = 1
  #trailerBytes = 0
  #isAtEnd = false
  #fault: string | undefined

  /** Decodes the stream whose header stands at `start`, never past `end`. */
  constructor(source: ByteSource, start: number, end = Number.POSITIVE_INFINITY) {
    this.#source = source
    this.#start = start
    this.#end = end
    this.#inflate = new Inflate(source, start + headerBytes, end)
  }

  get consumed(): number {
    return headerBytes + this.#inflate.consumed + this.#trailerBytes
  }

  get fault(): string | undefined {
    return this.#fault
  }

  read(out: Uint8Array): number {
    const count = this.#inflate.read(out)
    if (count > 0) this.#sum = adler32(out.subarray(0, count), this.#sum)
    else if (!this.#isAtEnd) {
      this.#isAtEnd = true
      this.#fault = this.#inflate.fault ?? this.#check()
    }
    return count
  }

  #check(): string | undefined {
    const at = this.#start + headerBytes + this.#inflate.consumed
    const view = this.#source.read(at, Math.max(0, Math.min(checksumBytes, this.#end - at)))
    this.#trailerBytes = view.length
    if (view.length < checksumBytes) return 'the end of the zlib data is missing'
    return u32Be(view, 0) === this.#sum ? undefined : 'the checksum (Adler-32) is wrong'
  }
}
