// One file out of an unpacked chunk: the filter for calls undone, its digest checked at the end.

import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

import {
  callBlockBytes,
  CallFilter,
  callFilterVersion,
  type DigestName,
  type FileLocation,
} from '../../parsers/inno/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

export class FileDecoder implements Decoder {
  readonly #chunk: ByteSource
  readonly #file: FileLocation
  readonly #filter: CallFilter | undefined
  readonly #fault: (message: string) => void
  readonly #digest: Digest
  /** As much as the filter takes at a time. */
  readonly #block: Uint8Array
  #blockEnd = 0
  #blockAt = 0
  #done = 0
  #isAtEnd = false

  constructor(chunk: ByteSource, file: FileLocation, version: number, fault: (message: string) => void) {
    this.#chunk = chunk
    this.#file = file
    this.#filter = file.hasCallFilter ? new CallFilter(callFilterVersion(version)) : undefined
    this.#fault = fault
    this.#digest = new Digest(file.digest.algorithm)
    this.#block = new Uint8Array(Math.min(callBlockBytes, file.size))
  }

  get consumed(): number {
    return this.#done
  }

  read(out: Uint8Array): number {
    if (this.#blockAt === this.#blockEnd) this.#nextBlock()
    const part = this.#block.subarray(this.#blockAt, Math.min(this.#blockEnd, this.#blockAt + out.length))
    out.set(part)
    this.#blockAt += part.length
    if (part.length === 0) this.#end()
    return part.length
  }

  #nextBlock(): void {
    const { offset, size } = this.#file
    const wanted = Math.min(callBlockBytes, size - this.#done)
    const part = wanted > 0 ? this.#chunk.read(offset + this.#done, wanted) : this.#block.subarray(0, 0)
    this.#block.set(part)
    this.#blockAt = 0
    this.#blockEnd = part.length
    this.#done += part.length
    const block = this.#block.subarray(0, part.length)
    this.#filter?.apply(block)
    this.#digest.add(block)
  }

  #end(): void {
    if (this.#isAtEnd) return
    this.#isAtEnd = true
    if (this.#done < this.#file.size) this.#fault('the data end early')
    else if (!this.#digest.equals(this.#file.digest.value)) this.#fault('the checksum is wrong')
  }
}

/** Adler-32 is not checked: only installers from before 2003 have it. */
class Digest {
  readonly #algorithm: DigestName
  readonly #hash: ReturnType<typeof createHash> | undefined
  #sum = 0

  constructor(algorithm: DigestName) {
    this.#algorithm = algorithm
    this.#hash = algorithm === 'crc32' || algorithm === 'adler32' ? undefined : createHash(algorithm)
  }

  add(bytes: Uint8Array): void {
    if (this.#hash !== undefined) this.#hash.update(bytes)
    else if (this.#algorithm === 'crc32') this.#sum = crc32(bytes, this.#sum)
  }

  equals(expected: Uint8Array): boolean {
    if (this.#hash !== undefined) return this.#hash.digest().equals(expected)
    if (this.#algorithm === 'adler32') return true
    return Buffer.from(expected).readUInt32LE() === this.#sum
  }
}
