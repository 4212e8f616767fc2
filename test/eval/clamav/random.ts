// A generator of random numbers that gives the same ones for the same seed, so that a difference can be looked at again.

/** What signatures are made of, hexadecimal: few, so that matches overlap and almost happen. */
const everyLetter = ['61', '62', '63', '41', '42', '20', '00', '0a', '2d', 'ff', '7a', '31']
/** The same without what no text has. */
export const textLetters = everyLetter.filter((letter) => letter !== '00' && letter !== 'ff')

export class Random {
  readonly letters: readonly string[]
  #state: number

  constructor(seed: number, letters: readonly string[] = everyLetter) {
    this.letters = letters
    this.#state = (seed * 2_654_435_761 + 1) >>> 0
  }

  /** One of the letters, as a byte. */
  byte(): number {
    return Number.parseInt(this.pick(this.letters), 16)
  }

  /** From 0 to `limit` - 1. Mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit)
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }
}
