// A zlib stream (RFC 1950): two bytes, deflated data, Adler-32.

import type { ByteSource } from '../source/byte-source.ts'
import { adler32 } from './adler32.ts'
import type { Codec } from './codec.ts'
import { Inflate } from './inflate.ts'

const headerBytes = 2
const checksumBytes = 4

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
    const stored = view[0]! * 2 ** 24 + ((view[1]! << 16) | (view[2]! << 8) | view[3]!)
    return stored === this.#sum ? undefined : 'the checksum (Adler-32) is wrong'
  }
}
