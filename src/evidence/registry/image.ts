// The bytes of a hive and its cells. Offsets in a hive count from the beginning of its bins; a cell begins with its size, which is
// negative while the cell is in use.

import type { Notes } from '../note.ts'
import { binsStart } from './base-block.ts'

/** No cell. */
const nil = 0xff_ff_ff_ff

/** Two-letter signatures of cells, as the number that their bytes are. */
export const signatures = {
  nk: 0x6b_6e,
  vk: 0x6b_76,
  sk: 0x6b_73,
  lf: 0x66_6c,
  lh: 0x68_6c,
  li: 0x69_6c,
  ri: 0x69_72,
  db: 0x62_64,
} as const

/** How often a hive may be read in full, and what any hive may cost. */
const readAgain = 16
const readAnyway = 256 * 1024 * 1024

export class HiveImage {
  readonly bytes: Buffer
  readonly view: DataView
  readonly minorVersion: number
  readonly notes: Notes
  /** Bytes before a cell's data: its size, and until version 1.1 also the offset of the cell before it. */
  readonly headerBytes: number
  #bytesLeft: number

  constructor(bytes: Buffer, minorVersion: number, notes: Notes) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.minorVersion = minorVersion
    this.notes = notes
    this.headerBytes = minorVersion < 2 ? 8 : 4
    this.#bytesLeft = readAgain * bytes.length + readAnyway
  }

  /**
   * Charges the bytes of a name or of data to what this hive may cost in all: cells that lie in each other, or a million values
   * with the same data, would make a small hive endless. How many of them may be read: all, or with a note none.
   */
  take(length: number): number {
    if (this.#bytesLeft >= length) {
      this.#bytesLeft -= length
      return length
    }
    if (this.#bytesLeft > 0)
      this.notes.add('the hive’s cells lie in each other; names and data are read no further')
    this.#bytesLeft = 0
    return 0
  }

  /** Position in `bytes` of the data of the cell at `offset`; -1 where there is none. */
  dataAt(offset: number): number {
    const position = binsStart + offset
    if (offset === nil || offset % 8 !== 0 || position + this.headerBytes + 2 > this.bytes.length) return -1
    return position + this.headerBytes
  }

  /** Bytes of data of the cell whose data begin at `position`, as far as the hive goes. */
  roomAt(position: number): number {
    const size = Math.abs(this.view.getInt32(position - this.headerBytes, true))
    return Math.max(0, Math.min(size - this.headerBytes, this.bytes.length - position))
  }

  isFree(position: number): boolean {
    return this.view.getInt32(position - this.headerBytes, true) > 0
  }

  /** Position of the data of a cell with this signature and at least so many bytes; -1, with a note, where it is not that. */
  cell(offset: number, signature: keyof typeof signatures, leastBytes: number): number {
    const position = this.dataAt(offset)
    if (position === -1) {
      this.notes.add(`a cell (${signature}) lies outside of the hive`, binsStart + offset)
      return -1
    }
    if (this.view.getUint16(position, true) !== signatures[signature] || this.roomAt(position) < leastBytes) {
      this.notes.add(`a cell should be ${signature} and is not`, binsStart + offset)
      return -1
    }
    return position
  }

  static isNil(offset: number): boolean {
    return offset === nil
  }
}
