// One member of a gzip file (RFC 1952, 2.3): deflated data between a header and their CRC-32 and length.

import { crc32 } from 'node:zlib'

import type { Codec } from '../../codecs/codec.ts'
import { Inflate } from '../../codecs/inflate.ts'
import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const trailerBytes = 8

export class GzipMember implements Codec {
  readonly #source: ByteSource
  readonly #headerBytes: number
  readonly #dataStart: number
  readonly #inflate: Inflate
  #crc = 0
  #size = 0
  #trailerBytes = 0
  #isAtEnd = false
  #fault: string | undefined

  constructor(source: ByteSource, start: number, dataStart: number) {
    this.#source = source
    this.#headerBytes = dataStart - start
    this.#dataStart = dataStart
    this.#inflate = new Inflate(source, dataStart)
  }

  get consumed(): number {
    return this.#headerBytes + this.#inflate.consumed + this.#trailerBytes
  }

  get fault(): string | undefined {
    return this.#fault
  }

  read(out: Uint8Array): number {
    const count = this.#inflate.read(out)
    if (count > 0) {
      this.#crc = crc32(out.subarray(0, count), this.#crc)
      this.#size += count
    } else if (!this.#isAtEnd) {
      this.#isAtEnd = true
      this.#fault = this.#inflate.fault ?? this.#check()
    }
    return count
  }

  #check(): string | undefined {
    const trailer = this.#source.read(this.#dataStart + this.#inflate.consumed, trailerBytes)
    this.#trailerBytes = trailer.length
    if (trailer.length < trailerBytes) return 'the end of the file is missing'
    if (u32(trailer, 0) !== this.#crc) return 'the checksum (CRC-32) is wrong'
    return u32(trailer, 4) === this.#size % 2 ** 32 ? undefined : 'the length is wrong'
  }
}
