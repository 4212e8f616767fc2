// A solid archive: the blocks of all files are one stream, in which a decoder goes on from block to block; the files
// are its parts by their sizes. The blocks, of which one may hold many files, tell the checksums.

import { crc32 } from 'node:zlib'

import type { Codec } from '../../codecs/codec.ts'
import type { Budget } from '../../limits.ts'
import type { Piece, ReportPiece } from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import { openCodec } from './codecs.ts'

export class SolidDecoder implements Decoder {
  readonly #input: ByteSource
  readonly #pieces: readonly Piece[]
  readonly #budget: Budget
  readonly #report: ReportPiece
  readonly #total: number
  readonly #end: number
  #codec: Codec | undefined
  #codecStart = 0
  #written = 0
  /** The piece whose checksum is being made. */
  #index = 0
  #crc = 0
  #left: number

  constructor(input: ByteSource, pieces: readonly Piece[], budget: Budget, report: ReportPiece) {
    this.#input = input
    this.#pieces = pieces
    this.#budget = budget
    this.#report = report
    this.#total = pieces.reduce((sum, { size }) => sum + size, 0)
    const last = pieces.at(-1)
    this.#end = last === undefined ? 0 : last.start + last.packed
    this.#left = pieces[0]?.size ?? 0
  }

  get consumed(): number {
    return this.#codecStart + (this.#codec?.consumed ?? 0)
  }

  read(out: Uint8Array): number {
    while (this.#written < this.#total) {
      this.#codec ??= this.#open()
      if (this.#codec === undefined) break
      const count = this.#codec.read(out.subarray(0, Math.min(out.length, this.#total - this.#written)))
      if (count > 0) {
        this.#check(out, count)
        return count
      }
      if (!this.#advance(this.#codec)) break
    }
    if (this.#written < this.#total) this.#report('damaged', 'the solid data end early')
    return 0
  }

  /** The decoder of the piece in which the input stands. */
  #open(): Codec | undefined {
    const at = this.#codecStart
    const piece = this.#pieces.find(({ start, packed }) => at >= start && at < start + packed)
    if (piece === undefined) return undefined
    // What is stored ends with its block; everything else may go on in the next one.
    const end = piece.method === 0 ? piece.start + piece.packed : this.#end
    const size = piece.method === 0 ? piece.size : this.#total - this.#written
    return openCodec(this.#input, { method: piece.method, start: at, end, size }, this.#budget)
  }

  /** A decoder ended: the next one begins where it stopped. */
  #advance(codec: Codec): boolean {
    this.#codec = undefined
    this.#codecStart += codec.consumed
    if (codec.fault === undefined) return codec.consumed > 0
    this.#report(codec.isUnsupported === true ? 'unsupported-method' : 'damaged', codec.fault)
    return false
  }

  #check(out: Uint8Array, count: number): void {
    this.#written += count
    let at = 0
    while (at < count && this.#index < this.#pieces.length) {
      const take = Math.min(count - at, this.#left)
      this.#crc = crc32(out.subarray(at, at + take), this.#crc)
      this.#left -= take
      at += take
      if (this.#left > 0) continue
      if (this.#crc !== this.#pieces[this.#index]?.crc)
        this.#report('damaged', 'the checksum (CRC-32) is wrong')
      this.#index++
      this.#crc = 0
      this.#left = this.#pieces[this.#index]?.size ?? 0
    }
  }
}
