// The predictors of FlateDecode and LZWDecode (ISO 32000-2, 7.4.4.4): PNG's and TIFF's, row by row.

import type { ByteSource } from '../../../source/byte-source.ts'
import type { Decoder } from '../../../source/decoded-source.ts'

export interface PredictorShape {
  readonly predictor: number
  readonly colors: number
  readonly bitsPerComponent: number
  readonly columns: number
}

const tiff = 2
const firstPng = 10
/** Longer rows do not occur, and memory is given for what is there, not for what is claimed. */
const maxRowBytes = 1024 * 1024

/** Bytes of one row; undefined where the shape makes no sense or nothing was predicted. */
export function predictedRowBytes(shape: PredictorShape): number | undefined {
  const { predictor, colors, bitsPerComponent, columns } = shape
  if (predictor !== tiff && predictor < firstPng) return undefined
  const bits = colors * bitsPerComponent * columns
  const isSound = colors >= 1 && bitsPerComponent >= 1 && bitsPerComponent <= 16 && columns >= 1
  return isSound && bits <= maxRowBytes * 8 ? Math.ceil(bits / 8) : undefined
}

export class Predictor implements Decoder {
  readonly #source: ByteSource
  readonly #shape: PredictorShape
  readonly #isPng: boolean
  readonly #pixelBytes: number
  #row: Uint8Array
  #above: Uint8Array
  #rowFrom = 0
  #rowTo = 0
  #at = 0

  constructor(source: ByteSource, shape: PredictorShape, rowBytes: number) {
    this.#source = source
    this.#shape = shape
    this.#isPng = shape.predictor >= firstPng
    this.#pixelBytes = Math.max(1, (shape.colors * shape.bitsPerComponent) >> 3)
    this.#row = new Uint8Array(rowBytes)
    this.#above = new Uint8Array(rowBytes)
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    let to = 0
    while (to < out.length) {
      if (this.#rowFrom === this.#rowTo && !this.#nextRow()) break
      const count = Math.min(out.length - to, this.#rowTo - this.#rowFrom)
      out.set(this.#row.subarray(this.#rowFrom, this.#rowFrom + count), to)
      this.#rowFrom += count
      to += count
    }
    return to
  }

  #nextRow(): boolean {
    const kind = this.#isPng ? this.#rowKind() : 0
    if (kind < 0) return false
    const old = this.#above
    this.#above = this.#row
    this.#row = old
    let length = 0
    while (length < this.#row.length) {
      const view = this.#source.read(this.#at, Math.min(this.#row.length - length, 64 * 1024))
      if (view.length === 0) break
      this.#row.set(view, length)
      length += view.length
      this.#at += view.length
    }
    this.#rowFrom = 0
    this.#rowTo = length
    if (this.#isPng) undoPng(kind, this.#row.subarray(0, length), this.#above, this.#pixelBytes)
    else undoTiff(this.#row.subarray(0, length), this.#shape)
    return length > 0
  }

  #rowKind(): number {
    const kind = this.#source.read(this.#at, 1)[0] ?? -1
    if (kind >= 0) this.#at++
    return kind
  }
}

function undoPng(kind: number, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  switch (kind) {
    case 1:
      for (let i = pixelBytes; i < row.length; i++) row[i]! += row[i - pixelBytes]!
      return
    case 2:
      for (let i = 0; i < row.length; i++) row[i]! += above[i]!
      return
    case 3:
      for (let i = 0; i < row.length; i++) {
        const left = i < pixelBytes ? 0 : row[i - pixelBytes]!
        row[i]! += (left + above[i]!) >> 1
      }
      return
    case 4:
      for (let i = 0; i < row.length; i++) {
        const left = i < pixelBytes ? 0 : row[i - pixelBytes]!
        const aboveLeft = i < pixelBytes ? 0 : above[i - pixelBytes]!
        row[i]! += paeth(left, above[i]!, aboveLeft)
      }
      break
    default:
  }
}

function paeth(left: number, above: number, aboveLeft: number): number {
  const estimate = left + above - aboveLeft
  const toLeft = Math.abs(estimate - left)
  const toAbove = Math.abs(estimate - above)
  const toAboveLeft = Math.abs(estimate - aboveLeft)
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left
  return toAbove <= toAboveLeft ? above : aboveLeft
}

/** TIFF 6.0, section 14: each component is the difference to the same of the pixel before. */
function undoTiff(row: Uint8Array, { colors, bitsPerComponent }: PredictorShape): void {
  if (bitsPerComponent === 8) {
    for (let i = colors; i < row.length; i++) row[i]! += row[i - colors]!
  } else if (bitsPerComponent === 16) {
    for (let i = colors * 2; i + 1 < row.length; i += 2) {
      const before = (row[i - colors * 2]! << 8) | row[i - colors * 2 + 1]!
      const sum = ((row[i]! << 8) | row[i + 1]!) + before
      row[i] = sum >> 8
      row[i + 1] = sum
    }
  } else undoTiffBits(row, colors, bitsPerComponent)
}

function undoTiffBits(row: Uint8Array, colors: number, bits: number): void {
  const mask = (1 << bits) - 1
  const before = new Uint8Array(colors)
  const components = Math.floor((row.length * 8) / bits)
  for (let i = 0; i < components; i++) {
    const bit = i * bits
    const shift = 8 - bits - (bit & 7)
    // Components of other widths than 1, 2 and 4 bits would cross a byte; there are none.
    if (shift < 0) return
    const byte = row[bit >> 3]!
    const value = ((byte >> shift) + before[i % colors]!) & mask
    row[bit >> 3] = (byte & ~(mask << shift)) | (value << shift)
    before[i % colors] = value
  }
}
