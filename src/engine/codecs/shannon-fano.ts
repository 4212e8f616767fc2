// The trees of imploded data (APPNOTE 5.3.7): code lengths as runs, codes given from the longest on.

import type { BitReader } from './bit-reader.ts'

const longestCode = 16

export class ShannonFano {
  /** `length << 8 | symbol` by the next 16 bits as they lie in the stream. */
  readonly #table: Uint16Array

  constructor(table: Uint16Array) {
    this.#table = table
  }

  /** The next symbol, or -1: the input ends, or no code is so. */
  next(input: BitReader): number {
    input.need(longestCode)
    const entry = this.#table[input.hold & 0xffff]!
    const length = entry >> 8
    if (length === 0 || length > input.bits) return -1
    input.take(length)
    return entry & 0xff
  }
}

/** Undefined: there is no such tree of `count` symbols. */
export function readShannonFano(input: BitReader, count: number): ShannonFano | undefined {
  const lengths = readLengths(input, count)
  if (lengths === undefined) return undefined
  const table = new Uint16Array(1 << longestCode)
  let code = 0
  let step = 0
  let before = 0
  // The longest codes come first, among equals the last symbol; each is the one before plus one in its last place.
  const order = Array.from(lengths.keys()).toSorted((a, b) => lengths[b]! - lengths[a]! || b - a)
  for (const symbol of order) {
    const length = lengths[symbol]!
    code += step
    if (length !== before) {
      before = length
      step = 1 << (longestCode - length)
    }
    if (code > 0xffff) return undefined
    const reversed = reverse16(code)
    const entry = (length << 8) | symbol
    for (let at = reversed; at <= 0xffff; at += 1 << length) table[at] = entry
  }
  return new ShannonFano(table)
}

function readLengths(input: BitReader, count: number): Uint8Array | undefined {
  if (!input.need(8)) return undefined
  const runs = input.take(8) + 1
  const lengths = new Uint8Array(count)
  let at = 0
  for (let i = 0; i < runs; i++) {
    if (!input.need(8)) return undefined
    const byte = input.take(8)
    const repeat = (byte >> 4) + 1
    if (at + repeat > count) return undefined
    lengths.fill((byte & 15) + 1, at, at + repeat)
    at += repeat
  }
  return at === count ? lengths : undefined
}

function reverse16(value: number): number {
  let reversed = 0
  for (let bit = 0; bit < 16; bit++) reversed |= ((value >> bit) & 1) << (15 - bit)
  return reversed
}
