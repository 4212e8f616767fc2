// The range decoder of AZO, ESTsoft's own method of egg archives (azo.ts says where it is described): 32 bits wide,
// carries resolved bit by bit, bits from the most significant one on.

import type { InputBuffer } from './input-buffer.ts'

/** Chances of flags have 12 bits, those of the bits of symbols 10. */
const flagBits = 12
const symbolBits = 10
const highest = 0xffffffff
const whole = 0x100000000

export class AzoRange {
  readonly #input: InputBuffer
  #low = 0
  #up = highest
  #tag = 0
  /** Bits not used yet of the last byte taken. */
  #held = 0
  #heldBits = 0
  /** A number that no encoder writes. */
  isBroken = false

  constructor(input: InputBuffer) {
    this.#input = input
  }

  begin(): void {
    this.#low = 0
    this.#up = highest
    this.#held = 0
    this.#heldBits = 0
    this.#tag = 0
    for (let i = 0; i < 4; i++) this.#tag = ((this.#tag << 8) | this.#byte()) >>> 0
  }

  /** One flag; `chance` of 4096 is how likely it is 0. */
  flag(chance: number): number {
    return this.#bit(chance, flagBits)
  }

  /** One bit of a symbol; `chance` of 1024 is how likely it is 0. */
  symbolBit(chance: number): number {
    return this.#bit(chance, symbolBits)
  }

  /** A number of `bits` bits, all equally likely. */
  number(bits: number): number {
    if (bits === 0) return 0
    const step = Math.floor((this.#up - this.#low + 1) / 2 ** bits)
    const value = Math.floor((this.#tag - this.#low) / step)
    if (!(value >= 0 && value < 2 ** bits)) {
      this.isBroken = true
      return 0
    }
    this.#up = this.#low + step * (value + 1) - 1
    this.#low += step * value
    this.#rescale()
    return value
  }

  #bit(chance: number, bits: number): number {
    const range = this.#up - this.#low + 1
    const step = range === whole ? 2 ** (32 - bits) : range >>> bits
    const bound = step * chance
    const bit = this.#tag - this.#low >= bound ? 1 : 0
    if (bit === 1) this.#low += bound
    else this.#up = this.#low + bound - 1
    if (this.#up <= this.#low) this.isBroken = true
    else this.#rescale()
    return bit
  }

  #rescale(): void {
    const same = Math.clz32(this.#low ^ this.#up)
    if (same > 0) {
      this.#low = (this.#low << same) >>> 0
      this.#up = ((this.#up << same) | ((1 << same) - 1)) >>> 0
      this.#tag = ((this.#tag << same) | this.#take(same)) >>> 0
    }
    while ((this.#low & 0x40000000) !== 0 && (this.#up & 0x40000000) === 0) {
      this.#low = (this.#low & 0x3fffffff) << 1
      this.#up = ((this.#up << 1) | 0x80000001) >>> 0
      this.#tag = (((this.#tag << 1) | this.#take(1)) ^ 0x80000000) >>> 0
    }
  }

  /** Fewer than 32 bits. */
  #take(count: number): number {
    let value = 0
    let left = count
    while (left > 0) {
      if (this.#heldBits === 0) {
        this.#held = this.#byte()
        this.#heldBits = 8
      }
      const bits = Math.min(left, this.#heldBits)
      this.#heldBits -= bits
      value = (value << bits) | ((this.#held >>> this.#heldBits) & ((1 << bits) - 1))
      left -= bits
    }
    return value
  }

  /** Zeros follow behind the end: an encoder may leave out the last ones. */
  #byte(): number {
    const input = this.#input
    if (input.at >= input.limit) input.fill()
    return input.at < input.end ? input.bytes[input.at++]! : 0
  }
}
