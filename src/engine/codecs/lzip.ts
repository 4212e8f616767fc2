// One member of lzip (draft-diaz-lzip-09): LZMA with fixed properties and an end marker, its CRC-32 and sizes behind it.

import { crc32 } from 'node:zlib'

import type { ByteSource } from '../source/byte-source.ts'
import type { Codec } from './codec.ts'
import { u32, u64 } from './little-endian.ts'
import { Lzma } from './lzma.ts'

const headerBytes = 6
const trailerBytes = 20

/** `LZIP`, version 1 and a dictionary size that exists. */
export function isLzipMagic(bytes: Uint8Array, at: number): boolean {
  return (
    u32(bytes, at) === 0x50495a4c && bytes[at + 4] === 1 && dictionaryOf(bytes[at + 5] ?? 0) !== undefined
  )
}

/** A power of two less some sixteenths of it. */
function dictionaryOf(byte: number): number | undefined {
  const base = 2 ** (byte & 0x1f)
  const size = base - (base / 16) * (byte >> 5)
  return size >= 4096 && size <= 2 ** 29 ? size : undefined
}

export class LzipMember implements Codec {
  readonly #source: ByteSource
  readonly #start: number
  readonly #lzma: Lzma
  #crc = 0
  #size = 0
  #trailerBytes = 0
  #isAtEnd = false
  #fault: string | undefined

  /** The header at `start` has been seen. */
  constructor(source: ByteSource, start: number) {
    this.#source = source
    this.#start = start
    const dictSize = dictionaryOf(source.read(start, headerBytes)[5] ?? 0) ?? 0
    const end = Number.POSITIVE_INFINITY
    this.#lzma = new Lzma(source, start + headerBytes, end, { lc: 3, lp: 0, pb: 2, dictSize })
  }

  get consumed(): number {
    return headerBytes + this.#lzma.consumed + this.#trailerBytes
  }

  get fault(): string | undefined {
    return this.#fault
  }

  get isUnsupported(): boolean {
    return this.#lzma.isUnsupported
  }

  read(out: Uint8Array): number {
    const count = this.#lzma.read(out)
    if (count > 0) {
      this.#crc = crc32(out.subarray(0, count), this.#crc)
      this.#size += count
    } else if (!this.#isAtEnd) {
      this.#isAtEnd = true
      this.#fault = this.#lzma.fault ?? this.#check()
    }
    return count
  }

  #check(): string | undefined {
    const trailer = this.#source.read(this.#start + headerBytes + this.#lzma.consumed, trailerBytes)
    this.#trailerBytes = trailer.length
    if (trailer.length < trailerBytes) return 'the end of the file is missing'
    if (u32(trailer, 0) !== this.#crc) return 'the checksum (CRC-32) is wrong'
    if (u64(trailer, 4) !== this.#size) return 'the length is wrong'
    return u64(trailer, 12) === this.consumed ? undefined : 'the length of the member is wrong'
  }
}
