// A member as its pieces give it, one after the other: each is packed by itself and tells the size and the CRC-32 of
// what it unpacks to. alz has one piece a member, egg may have many.

import { crc32 } from 'node:zlib'

import type { Codec } from '../../codecs/codec.ts'
import type { Decoder } from '../../source/decoded-source.ts'

export interface Piece {
  /** Where its packed bytes begin in the input, and how many they are. */
  readonly start: number
  readonly packed: number
  /** Bytes unpacked. */
  readonly size: number
  readonly crc: number
  readonly method: number
}

type OpenCodec = (piece: Piece) => Codec
export type ReportPiece = (code: 'damaged' | 'unsupported-method', message: string) => void

export class PiecesDecoder implements Decoder {
  readonly #pieces: readonly Piece[]
  readonly #open: OpenCodec
  readonly #report: ReportPiece
  #index = 0
  #codec: Codec | undefined
  #crc = 0
  #size = 0

  /** `report` is told each kind of damage, in the order of the bytes. */
  constructor(pieces: readonly Piece[], open: OpenCodec, report: ReportPiece) {
    this.#pieces = pieces
    this.#open = open
    this.#report = report
  }

  get consumed(): number {
    const piece = this.#pieces[Math.min(this.#index, this.#pieces.length - 1)]
    if (piece === undefined) return 0
    if (this.#index >= this.#pieces.length) return piece.start + piece.packed
    return piece.start + (this.#codec?.consumed ?? 0)
  }

  read(out: Uint8Array): number {
    for (;;) {
      const piece = this.#pieces[this.#index]
      if (piece === undefined) return 0
      this.#codec ??= this.#open(piece)
      // One byte more than the piece may have shows that it does not end where it should.
      const room = Math.min(out.length, piece.size - this.#size + 1)
      const count = room <= 0 ? 0 : this.#codec.read(out.subarray(0, room))
      if (count > 0) {
        this.#crc = crc32(out.subarray(0, count), this.#crc)
        this.#size += count
        return count
      }
      this.#finish(piece, this.#codec)
    }
  }

  #finish(piece: Piece, codec: Codec): void {
    const fault = codec.fault ?? this.#mismatch(piece)
    if (fault !== undefined)
      this.#report(codec.isUnsupported === true ? 'unsupported-method' : 'damaged', fault)
    this.#index++
    this.#codec = undefined
    this.#crc = 0
    this.#size = 0
  }

  #mismatch(piece: Piece): string | undefined {
    if (this.#size > piece.size) return `unpacks to more than its ${piece.size} bytes`
    if (this.#size < piece.size) return `unpacks to ${this.#size} bytes instead of ${piece.size}`
    return this.#crc === piece.crc ? undefined : 'the checksum (CRC-32) is wrong'
  }
}

/** Data that no codec can be made for. */
export function brokenCodec(fault: string): Codec {
  return { fault, consumed: 0, read: () => 0 }
}
