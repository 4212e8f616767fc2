// Finite State Entropy tables of Zstandard (RFC 8878, 4.1): how they are described and how they are decoded.

import type { ForwardBits } from './forward-bits.ts'

/** A table of `1 << log` states. */
export interface FseTable {
  log: number
  /** Of each state: bits to read for the next one in 0-7, where its range begins in 8-23, extra bits in 24-31. */
  readonly steps: Int32Array
  /** Of each state: what its symbol stands for, without the extra bits. */
  readonly values: Int32Array
}

export function newFseTable(maxLog: number): FseTable {
  return { log: 0, steps: new Int32Array(1 << maxLog), values: new Int32Array(1 << maxLog) }
}

/** What the symbols of an alphabet stand for. */
export interface FseAlphabet {
  readonly bases: Int32Array
  readonly extraBits: Uint8Array
  readonly maxLog: number
}

const maxSymbols = 256
const counts = new Int16Array(maxSymbols)
const nextStates = new Uint16Array(maxSymbols)
const spread = new Uint8Array(512)

/** 4.1.1. Fills the table; false: this is no distribution. */
export function readFseTable(input: ForwardBits, alphabet: FseAlphabet, table: FseTable): boolean {
  const log = input.take(4) + 5
  if (log > alphabet.maxLog) return false
  let remaining = (1 << log) + 1
  let symbol = 0
  while (remaining > 1 && symbol < alphabet.bases.length) {
    const width = 32 - Math.clz32(remaining)
    const threshold = (1 << width) - 1 - remaining
    let value = input.peek(width) & ((1 << (width - 1)) - 1)
    if (value < threshold) input.skip(width - 1)
    else {
      value = input.take(width)
      if (value >= 1 << (width - 1)) value -= threshold
    }
    const probability = value - 1
    counts[symbol++] = probability
    remaining -= probability < 0 ? 1 : probability
    if (probability !== 0) continue
    for (let repeat = 3; repeat === 3;) {
      repeat = input.take(2)
      for (let i = 0; i < repeat; i++) {
        if (symbol >= alphabet.bases.length) return false
        counts[symbol++] = 0
      }
      if (input.isOverrun) return false
    }
  }
  if (remaining !== 1 || input.isOverrun) return false
  input.alignToByte()
  build(alphabet, symbol, log, table)
  return true
}

export function buildFseTable(alphabet: FseAlphabet, distribution: readonly number[], log: number): FseTable {
  const table = newFseTable(log)
  for (const [symbol, count] of distribution.entries()) counts[symbol] = count
  build(alphabet, distribution.length, log, table)
  return table
}

/** One state for ever. */
export function setRleTable(alphabet: FseAlphabet, symbol: number, table: FseTable): void {
  table.log = 0
  table.steps[0] = alphabet.extraBits[symbol]! << 24
  table.values[0] = alphabet.bases[symbol]!
}

/** 4.1.2: symbols are spread over the states, those "less than one" stand at the end. */
function build({ bases, extraBits }: FseAlphabet, count: number, log: number, table: FseTable): void {
  const size = 1 << log
  const mask = size - 1
  const step = (size >> 1) + (size >> 3) + 3
  let high = mask
  for (let symbol = 0; symbol < count; symbol++) {
    if (counts[symbol] === -1) spread[high--] = symbol
    nextStates[symbol] = counts[symbol] === -1 ? 1 : counts[symbol]!
  }
  let at = 0
  for (let symbol = 0; symbol < count; symbol++) {
    for (let i = 0; i < counts[symbol]!; i++) {
      spread[at] = symbol
      do at = (at + step) & mask
      while (at > high)
    }
  }
  table.log = log
  for (let state = 0; state < size; state++) {
    const symbol = spread[state]!
    const next = nextStates[symbol]!++
    const bits = log - (31 - Math.clz32(next))
    table.steps[state] = bits | (((next << bits) - size) << 8) | (extraBits[symbol]! << 24)
    table.values[state] = bases[symbol]!
  }
}
