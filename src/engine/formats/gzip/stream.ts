// The content of a gzip file as gunzip gives it: all its members (RFC 1952, 2.2), one after the other.

import { crc32 } from 'node:zlib'

import { Inflate } from '../../codecs/inflate.ts'
import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import { readGzipHeader } from './header.ts'

const trailerBytes = 8

/** What was learned on the way; the same in every run of the decoder. */
export interface Findings {
  /** Behind the last member's trailer; undefined until the end was reached. */
  end: number | undefined
  fault(message: string): void
}

export class GzipStream implements Decoder {
  readonly #source: ByteSource
  readonly #findings: Findings
  #at = 0
  #inflate: Inflate | undefined
  #dataStart = 0
  #crc = 0
  #size = 0
  #isAtEnd = false

  constructor(source: ByteSource, findings: Findings) {
    this.#source = source
    this.#findings = findings
  }

  get consumed(): number {
    return this.#at + (this.#inflate?.consumed ?? 0)
  }

  read(out: Uint8Array): number {
    while (!this.#isAtEnd) {
      if (this.#inflate === undefined && !this.#beginMember()) break
      const count = this.#inflate?.read(out) ?? 0
      if (count > 0) {
        this.#crc = crc32(out.subarray(0, count), this.#crc)
        this.#size += count
        return count
      }
      this.#endMember()
    }
    return 0
  }

  #beginMember(): boolean {
    const header = readGzipHeader(this.#source, this.#at)
    if (header === undefined) {
      this.#stop()
      return false
    }
    this.#dataStart = header.dataStart
    this.#inflate = new Inflate(this.#source, header.dataStart)
    this.#crc = 0
    this.#size = 0
    return true
  }

  #endMember(): void {
    const inflate = this.#inflate
    if (inflate === undefined) return
    const end = this.#dataStart + inflate.consumed
    this.#inflate = undefined
    if (inflate.fault !== undefined) {
      this.#findings.fault(inflate.fault)
      this.#at = end
      this.#stop()
      return
    }
    const trailer = this.#source.read(end, trailerBytes)
    if (trailer.length < trailerBytes) this.#findings.fault('the end of the file is missing')
    else if (u32(trailer, 0) !== this.#crc) this.#findings.fault('the checksum (CRC-32) is wrong')
    else if (u32(trailer, 4) !== this.#size % 2 ** 32) this.#findings.fault('the length is wrong')
    this.#at = end + trailer.length
  }

  #stop(): void {
    this.#isAtEnd = true
    this.#findings.end = this.#at
  }
}
