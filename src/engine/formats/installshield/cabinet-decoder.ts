// The data of one file of a cabinet, from one or more volumes: obfuscation undone, then pieces of deflated data, each with its
// length before it.

import { createHash } from 'node:crypto'

import { Inflate } from '../../codecs/inflate.ts'
import { u16 } from '../../codecs/little-endian.ts'
import type { CabinetFile } from '../../parsers/installshield/index.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

/** A part of the packed data in one volume. */
export interface Extent {
  readonly source: ByteSource
  readonly offset: number
  readonly length: number
}

/** The packed data of a file, in order. */
export class PackedData {
  readonly #extents: readonly Extent[]
  readonly #isObfuscated: boolean
  #extent = 0
  #inExtent = 0
  #done = 0

  constructor(extents: readonly Extent[], isObfuscated: boolean) {
    this.#extents = extents
    this.#isObfuscated = isObfuscated
  }

  get done(): number {
    return this.#done
  }

  /** Fills `out` as far as there are data. */
  read(out: Uint8Array): number {
    let count = 0
    while (count < out.length) {
      const extent = this.#extents[this.#extent]
      if (extent === undefined) break
      const left = extent.length - this.#inExtent
      const part = extent.source.read(extent.offset + this.#inExtent, Math.min(out.length - count, left))
      out.set(part, count)
      count += part.length
      this.#inExtent += part.length
      if (part.length > 0 && this.#inExtent < extent.length) continue
      this.#extent++
      this.#inExtent = 0
    }
    if (this.#isObfuscated) reveal(out.subarray(0, count), this.#done)
    this.#done += count
    return count
  }
}

function reveal(bytes: Uint8Array, from: number): void {
  for (let at = 0; at < bytes.length; at++) {
    const mixed = (bytes[at] ?? 0) ^ 0xd5
    bytes[at] = ((mixed >> 2) | (mixed << 6)) - ((from + at) % 0x47)
  }
}

export class CabinetDecoder implements Decoder {
  readonly #file: CabinetFile
  readonly #data: PackedData
  readonly #fault: (message: string) => void
  #piece: Inflate | undefined
  readonly #md5 = createHash('md5')
  #written = 0
  #isAtEnd = false
  #isChecked = false

  constructor(file: CabinetFile, extents: readonly Extent[], fault: (message: string) => void) {
    this.#file = file
    this.#data = new PackedData(extents, file.isObfuscated)
    this.#fault = fault
  }

  get consumed(): number {
    return this.#data.done
  }

  read(out: Uint8Array): number {
    if (!this.#file.isCompressed) return this.#finish(out, this.#data.read(out))
    while (!this.#isAtEnd) {
      this.#piece ??= this.#nextPiece()
      const count = this.#piece?.read(out) ?? 0
      if (count > 0) return this.#finish(out, count)
      if (this.#piece?.fault !== undefined) this.#stop(this.#piece.fault)
      this.#isAtEnd ||= this.#piece === undefined
      this.#piece = undefined
    }
    return this.#finish(out, 0)
  }

  #nextPiece(): Inflate | undefined {
    const length = new Uint8Array(2)
    if (this.#data.done >= this.#file.packedBytes || this.#data.read(length) < 2) return undefined
    const piece = new Uint8Array(u16(length, 0))
    const count = this.#data.read(piece)
    if (count < piece.length) this.#stop('the data end early')
    return new Inflate(bytesSource(piece.subarray(0, count)), 0, count)
  }

  #stop(message: string): void {
    this.#fault(message)
    this.#isAtEnd = true
  }

  #finish(out: Uint8Array, count: number): number {
    this.#written += count
    if (count > 0) this.#md5.update(out.subarray(0, count))
    else if (!this.#isChecked) {
      this.#isChecked = true
      this.#check()
    }
    return count
  }

  #check(): void {
    const { size, md5 } = this.#file
    if (this.#written < size) this.#stop('the data end early')
    else if (md5?.some((byte) => byte !== 0) === true && !this.#md5.digest().equals(md5)) {
      this.#fault('the checksum (MD5) is wrong')
    }
  }
}
