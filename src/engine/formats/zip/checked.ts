// The bytes of a member together with the check of its CRC-32 and size, which is made as they pass by.

import { crc32 } from 'node:zlib'

import type { Codec } from '../../codecs/codec.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import type { MemberFault } from '../format.ts'
import type { Reading } from './readings.ts'

/** `damaged`, if no code is given. */
export type Report = (message: string, code?: MemberFault) => void

export class UnpackedMember implements Decoder {
  readonly #codec: Codec
  readonly #reading: Reading
  readonly #report: Report
  #crc = 0
  #size = 0
  #isAtEnd = false

  constructor(codec: Codec, reading: Reading, report: Report) {
    this.#codec = codec
    this.#reading = reading
    this.#report = report
  }

  get consumed(): number {
    return this.#codec.consumed
  }

  read(out: Uint8Array): number {
    const count = this.#codec.read(out)
    if (count > 0) {
      this.#crc = crc32(out.subarray(0, count), this.#crc)
      this.#size += count
    } else if (!this.#isAtEnd) {
      this.#isAtEnd = true
      this.#check()
    }
    return count
  }

  #check(): void {
    const { size, crc } = this.#reading
    const { fault } = this.#codec
    if (fault !== undefined)
      this.#report(fault, this.#codec.isUnsupported === true ? 'unsupported-method' : 'damaged')
    else if (size !== undefined && this.#size !== size) {
      this.#report(`unpacks to ${this.#size} bytes instead of ${size}`)
    } else if (crc !== undefined && this.#crc !== crc) this.#report('the checksum (CRC-32) is wrong')
  }
}

/** Stored bytes. They are checked when somebody has read them from the beginning to the end. */
export class StoredMember implements ByteSource {
  readonly size: number
  readonly #parent: ByteSource
  readonly #start: number
  readonly #expected: number
  readonly #report: Report
  #crc = 0
  #checkedTo = 0

  constructor(parent: ByteSource, span: { start: number; size: number }, crc: number, report: Report) {
    this.#parent = parent
    this.#start = span.start
    this.size = span.size
    this.#expected = crc
    this.#report = report
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0) || offset >= this.size) return new Uint8Array(0)
    const view = this.#parent.read(this.#start + offset, Math.min(length, this.size - offset))
    if (offset <= this.#checkedTo && this.#checkedTo < offset + view.length) {
      this.#crc = crc32(view.subarray(this.#checkedTo - offset), this.#crc)
      this.#checkedTo = offset + view.length
      if (this.#checkedTo === this.size && this.#crc !== this.#expected) {
        this.#report('the checksum (CRC-32) is wrong')
      }
    }
    return view
  }
}
