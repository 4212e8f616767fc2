// The LZ77 of ACE 1.0 and 2.0: blocks of symbols, each block with codes of its own.

import type { AceBits } from './ace-bits.ts'
import { readAceCode } from './ace-huffman.ts'
import type { History } from './history.ts'

const codeBits = 11
const firstDistance = 260
const longestDistanceBits = 22
const modeSymbol = firstDistance + longestDistanceBits + 1
const mainSymbols = modeSymbol + 1
const lengthSymbols = 255
const blockSizeBits = 15
/** Distances up to these are for matches of at least 2 and 3 bytes, longer ones of at least 4. */
const farthestOfTwo = 255
const farthestOfThree = 8191

export class AceLz77 {
  readonly #bits: AceBits
  readonly #history: History
  readonly #main = new Uint16Array(1 << codeBits)
  readonly #lengths = new Uint16Array(1 << codeBits)
  /** The last four distances, the most recent first. */
  readonly #recent = new Int32Array(4)
  #left = 0
  /** Of a match that did not fit. */
  #matchLeft = 0
  #matchDistance = 0
  fault: string | undefined
  /** A symbol that changes the mode was met; its bits follow. */
  isModeNext = false

  constructor(bits: AceBits, history: History) {
    this.#bits = bits
    this.#history = history
  }

  /** Writes up to `count` bytes to the history, which has room for them; fewer at a change of mode and at faults. */
  decode(count: number): number {
    const history = this.#history
    const { buffer } = history
    const start = history.at
    const end = start + count
    let at = this.#copy(start, end)
    while (at < end && !this.isModeNext && this.fault === undefined) {
      if (this.#left === 0 && !this.#beginBlock()) break
      this.#left--
      const entry = this.#main[this.#bits.peek(codeBits)]!
      this.#bits.skip(entry & 15)
      const symbol = entry >>> 4
      if (symbol < 256) buffer[at++] = symbol
      else if (symbol === modeSymbol) this.isModeNext = true
      else {
        this.#readMatch(symbol)
        at = this.#copy(at, end)
      }
      if (this.#bits.isOverrun) this.fault = 'the ACE data end early'
    }
    history.at = at
    return at - start
  }

  #beginBlock(): boolean {
    const bits = this.#bits
    const isCode =
      readAceCode(bits, codeBits, mainSymbols, this.#main) &&
      readAceCode(bits, codeBits, lengthSymbols, this.#lengths)
    this.#left = bits.take(blockSizeBits)
    if (bits.isOverrun) this.fault = 'the ACE data end early'
    else if (!isCode) this.fault = 'a code of the ACE data is not a code'
    else if (this.#left === 0) this.fault = 'a block of the ACE data is empty'
    return this.fault === undefined
  }

  #readMatch(symbol: number): void {
    const recent = this.#recent
    const index = symbol - 256
    let distance: number
    let shortest: number
    if (symbol < firstDistance) {
      distance = recent[index]!
      recent.copyWithin(1, 0, index)
      shortest = index > 1 ? 3 : 2
    } else {
      distance = this.#bits.takeNumber(symbol - firstDistance)
      recent.copyWithin(1, 0, 3)
      shortest = 4
      if (distance <= farthestOfTwo) shortest = 2
      else if (distance <= farthestOfThree) shortest = 3
    }
    recent[0] = distance
    const entry = this.#lengths[this.#bits.peek(codeBits)]!
    this.#bits.skip(entry & 15)
    this.#matchLeft = (entry >>> 4) + shortest
    this.#matchDistance = distance + 1
  }

  /** What fits of the current match. Before the beginning there are zeros. */
  #copy(from: number, end: number): number {
    const { buffer } = this.#history
    const stop = Math.min(end, from + this.#matchLeft)
    const distance = this.#matchDistance
    this.#matchLeft -= stop - from
    let at = from
    for (; at < stop && at < distance; at++) buffer[at] = 0
    for (; at < stop; at++) buffer[at] = buffer[at - distance]!
    return at
  }
}
