// Explode: what PKZIP 1.01 imploded (zip method 6; APPNOTE 5.3): literals and matches, coded with up to three
// Shannon-Fano trees.

import type { ByteSource } from '../source/byte-source.ts'
import { BitReader } from './bit-reader.ts'
import { History } from './history.ts'
import { InputCodec } from './input-codec.ts'
import { readShannonFano, type ShannonFano } from './shannon-fano.ts'

const largeWindow = 8192
const smallWindow = 4096
const stepBytes = 32 * 1024
const longestMatch = 3 + 63 + 255
const endsEarly = 'the imploded data end early'

export interface ExplodeOptions {
  /** General purpose bit 1: the window is 8 KiB. */
  readonly isLargeWindow: boolean
  /** General purpose bit 2: literals are coded as well. */
  readonly hasLiteralTree: boolean
  /** The data have no end mark. */
  readonly unpackedSize: number
}

export class Explode extends InputCodec<BitReader> {
  readonly #options: ExplodeOptions
  readonly #history: History
  readonly #lowBits: number
  #literals: ShannonFano | undefined
  #lengths: ShannonFano | undefined
  #distances: ShannonFano | undefined
  #written = 0

  constructor(input: ByteSource, start: number, end: number, options: ExplodeOptions) {
    super(new BitReader(input, start, end), start)
    this.#options = options
    this.#lowBits = options.isLargeWindow ? 7 : 6
    this.#history = new History(options.isLargeWindow ? largeWindow : smallWindow)
  }

  read(out: Uint8Array): number {
    const history = this.#history
    if (this.#lengths === undefined && !this.isDone) this.#readTrees()
    while (history.pending === 0 && !this.isDone && this.input.thrown === undefined) this.#decode()
    this.input.dropView()
    const count = history.take(out)
    if (count > 0) return count
    if (this.input.thrown !== undefined) throw this.input.thrown
    history.close()
    return 0
  }

  #readTrees(): void {
    if (this.#options.hasLiteralTree) {
      this.#literals = readShannonFano(this.input, 256)
      if (this.#literals === undefined) return this.stop('a Shannon-Fano tree is wrong')
    }
    this.#lengths = readShannonFano(this.input, 64)
    this.#distances = readShannonFano(this.input, 64)
    if (this.#lengths === undefined || this.#distances === undefined)
      this.stop('a Shannon-Fano tree is wrong')
  }

  #decode(): void {
    const history = this.#history
    const input = this.input
    const left = this.#options.unpackedSize - this.#written
    history.makeRoom(stepBytes + longestMatch)
    const from = history.at
    const end = from + Math.min(stepBytes, left)
    while (history.at < end) {
      if (!input.need(1)) return this.stop(endsEarly)
      if (input.take(1) === 0) this.#copyMatch(from + left)
      else this.#copyLiteral()
      if (this.isDone) return
    }
    this.#written += history.at - from
    this.isDone = this.#written >= this.#options.unpackedSize
  }

  #copyLiteral(): void {
    const history = this.#history
    let byte = -1
    if (this.#literals !== undefined) byte = this.#literals.next(this.input)
    else if (this.input.need(8)) byte = this.input.take(8)
    if (byte < 0) return this.stop(endsEarly)
    history.buffer[history.at++] = byte
  }

  #copyMatch(limit: number): void {
    const input = this.input
    const history = this.#history
    if (!input.need(this.#lowBits)) return this.stop(endsEarly)
    const low = input.take(this.#lowBits)
    const high = this.#distances?.next(input) ?? -1
    const code = this.#lengths?.next(input) ?? -1
    if (high < 0 || code < 0 || (code === 63 && !input.need(8))) return this.stop(endsEarly)
    // 5.3.7: with a literal tree a match is worth it from three bytes on.
    const length = code + (this.#literals === undefined ? 2 : 3) + (code === 63 ? input.take(8) : 0)
    const distance = ((high << this.#lowBits) | low) + 1
    const out = history.buffer
    let to = history.at
    // Before the beginning there are zeros.
    for (const stop = Math.min(limit, to + length); to < stop; to++)
      out[to] = distance > to ? 0 : out[to - distance]!
    history.at = to
  }
}
