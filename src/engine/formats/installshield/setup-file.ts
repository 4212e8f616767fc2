// A file of a setup program whose data are hidden: half bytes swapped, combined with the file's name, from the beginning of
// the name again after each 1,024 bytes; what comes out is a zlib stream, or the file.

import { isZlibHeader, ZlibStream } from '../../codecs/zlib-stream.ts'
import type { SetupFile } from '../../parsers/installshield/index.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'

const blockBytes = 1024
const mask = [0xec, 0xca, 0x79, 0xf8] as const

/** The file's bytes; `fault` is told of damage while they are read. */
export function openSetupFile(
  source: ByteSource,
  { offset, length, key }: SetupFile,
  budget: Budget,
  fault: (message: string) => void,
): ByteSource {
  if (key === undefined || key.length === 0) return sliceSource(source, offset, length)
  const place = { offset, length: Math.min(length, source.size - offset) }
  const plain = new DecodedSource(() => new Revealed(source, place, key), budget, length)
  if (!isZlibHeader(plain.read(0, 2))) return plain
  return new DecodedSource(() => new Unpacked(plain, fault), budget, length * 3, plain)
}

class Revealed implements Decoder {
  readonly #source: ByteSource
  readonly #place: { readonly offset: number; readonly length: number }
  readonly #key: Uint8Array
  #done = 0

  constructor(
    source: ByteSource,
    place: { readonly offset: number; readonly length: number },
    key: Uint8Array,
  ) {
    this.#source = source
    this.#place = place
    this.#key = key
  }

  get consumed(): number {
    return this.#done
  }

  read(out: Uint8Array): number {
    const { offset, length } = this.#place
    const part = this.#source.read(offset + this.#done, Math.min(out.length, length - this.#done))
    const key = this.#key
    for (let at = 0; at < part.length; at++) {
      const byte = part[at] ?? 0
      const index = ((this.#done + at) % blockBytes) % key.length
      out[at] = ((byte << 4) | (byte >> 4)) ^ (key[index] ?? 0) ^ (mask[index & 3] ?? 0)
    }
    this.#done += part.length
    return part.length
  }
}

class Unpacked implements Decoder {
  readonly #stream: ZlibStream
  readonly #fault: (message: string) => void

  constructor(source: ByteSource, fault: (message: string) => void) {
    this.#stream = new ZlibStream(source, 0)
    this.#fault = fault
  }

  get consumed(): number {
    return this.#stream.consumed
  }

  read(out: Uint8Array): number {
    const count = this.#stream.read(out)
    if (count === 0 && this.#stream.fault !== undefined) this.#fault(this.#stream.fault)
    return count
  }
}
