// The adaptive models of AZO: flags with a memory of their last eight values, symbols as binary trees, and symbols
// predicted by two trees of which the luckier one is asked.

import type { AzoRange } from './azo-range.ts'

const evenFlag = 2048
const evenBit = 512
const flagShift = 6
const bitShift = 4

export class AzoFlag {
  readonly #chances = new Uint16Array(256)
  #last = 0

  reset(): void {
    this.#chances.fill(evenFlag)
    this.#last = 0
  }

  decode(range: AzoRange): number {
    const chance = this.#chances[this.#last]!
    const bit = range.flag(chance)
    this.#chances[this.#last] =
      bit === 0 ? chance + ((4096 - chance) >> flagShift) : chance - (chance >> flagShift)
    this.#last = ((this.#last << 1) | bit) & 0xff
    return bit
  }
}

export class AzoSymbol {
  readonly #chances: Uint16Array
  readonly #bits: number

  constructor(bits: number) {
    this.#bits = bits
    this.#chances = new Uint16Array(1 << bits)
  }

  reset(): void {
    this.#chances.fill(evenBit)
  }

  decode(range: AzoRange): number {
    const chances = this.#chances
    let node = 1
    for (let i = 0; i < this.#bits; i++) {
      const chance = chances[node]!
      const bit = range.symbolBit(chance)
      chances[node] = moved(chance, bit)
      node = (node << 1) | bit
    }
    return node - (1 << this.#bits)
  }
}

/** The last two values, most recent first. */
export class AzoRecent {
  readonly #isRecent = new AzoFlag()
  readonly #which = new AzoSymbol(1)
  readonly #first: number
  #newer = 0
  #older = 0

  /** `first` is the value before any was added; the one behind it is the next number. */
  constructor(first: number) {
    this.#first = first
  }

  reset(): void {
    this.#isRecent.reset()
    this.#which.reset()
    this.#newer = this.#first
    this.#older = this.#first + 1
  }

  /** One of the two, which becomes the most recent one; -1: another one follows. */
  decode(range: AzoRange): number {
    if (this.#isRecent.decode(range) === 0) return -1
    if (this.#which.decode(range) === 1) this.add(this.#older)
    return this.#newer
  }

  add(value: number): void {
    this.#older = this.#newer
    this.#newer = value
  }
}

/** Symbols in a context: one tree for each context, and one for each group of neighbouring contexts. */
export class AzoPredicted {
  readonly #bits: number
  readonly #groupShift: number
  readonly #fine: Uint16Array
  readonly #coarse: Uint16Array
  /** How much more often the fine tree was right. */
  readonly #luck: Int32Array

  constructor(contexts: number, bits: number, groupShift: number) {
    this.#bits = bits
    this.#groupShift = groupShift
    this.#fine = new Uint16Array(contexts << bits)
    this.#coarse = new Uint16Array((contexts >> groupShift) << bits)
    this.#luck = new Int32Array(contexts)
  }

  reset(): void {
    this.#fine.fill(evenBit)
    this.#coarse.fill(evenBit)
    this.#luck.fill(0)
  }

  decode(range: AzoRange, context: number): number {
    const fine = this.#fine
    const coarse = this.#coarse
    const fineAt = context << this.#bits
    const coarseAt = (context >> this.#groupShift) << this.#bits
    const isFine = this.#luck[context]! >= 0
    let fineScore = 1
    let coarseScore = 1
    let node = 1
    for (let i = 0; i < this.#bits; i++) {
      const oldFine = fine[fineAt + node]!
      const oldCoarse = coarse[coarseAt + node]!
      const bit = range.symbolBit(isFine ? oldFine : oldCoarse)
      const newFine = moved(oldFine, bit)
      const newCoarse = moved(oldCoarse, bit)
      fine[fineAt + node] = newFine
      coarse[coarseAt + node] = newCoarse
      // Products of chances, both scaled down together before they leave 32 bits.
      if (((fineScore | coarseScore) & 0xffc00000) !== 0) {
        fineScore >>>= 10
        coarseScore >>>= 10
      }
      fineScore *= bit === 0 ? newFine : 1024 - newFine
      coarseScore *= bit === 0 ? newCoarse : 1024 - newCoarse
      node = (node << 1) | bit
    }
    if (fineScore > coarseScore) this.#luck[context]!++
    else if (fineScore < coarseScore) this.#luck[context]!--
    return node - (1 << this.#bits)
  }
}

function moved(chance: number, bit: number): number {
  return bit === 0 ? chance + ((1024 - chance) >> bitShift) : chance - (chance >> bitShift)
}
