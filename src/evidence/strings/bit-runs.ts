// Runs of ones in a bitmap with a bit for each byte: text is found 32 bytes at a time.

import type { Runs } from './runs.ts'

/** Longer shifts would push runs of the next word out; what is longer is measured. */
const longestFilter = 16

/** `count` words of bits; runs of at least `least` ones. */
export function findBits(words: Int32Array, count: number, least: number, runs: Runs): void {
  const steps = filterSteps(Math.min(least, longestFilter))
  /** Where the run begins that reached the end of the last word, or -1. */
  let open = -1
  for (let index = 0; index < count; index++) {
    let word = words[index] ?? 0
    const base = 32 * index
    if (open >= 0) {
      if (word === -1) continue
      const ones = trailingZeros(~word)
      if (base + ones - open >= least) runs.add(open, base + ones)
      open = -1
      word = ones === 0 ? word : word & (-1 << ones)
    }
    if (word === 0) continue
    if (word < 0) {
      const start = 32 - Math.clz32(~word)
      open = base + start
      if (start === 0) continue
      word &= 2 ** start - 1
    }
    // What is left are the places where at least as many ones follow.
    let starts = word
    for (const step of steps) starts &= starts >>> step
    while (starts !== 0) {
      const start = trailingZeros(starts)
      const end = start + trailingZeros(~(word >>> start))
      if (end - start >= least) runs.add(base + start, base + end)
      starts = end > 31 ? 0 : starts & (-1 << end)
    }
  }
  if (open >= 0 && 32 * count - open >= least) runs.add(open, 32 * count)
}

/** Shifts whose ands leave only places with so many ones. */
function filterSteps(ones: number): number[] {
  const steps: number[] = []
  for (let have = 1; have < ones;) {
    const step = Math.min(have, ones - have)
    steps.push(step)
    have += step
  }
  return steps
}

/** 32 for 0. */
function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word)
}

export interface Masks {
  readonly printable: Int32Array
  readonly zero: Int32Array
}

/**
 * The bytes that belong to UTF-16 of which one byte of each character is zero. Neighbours in a run are two bytes apart and no byte
 * is both, so a run of these bits is a run of characters of one parity.
 */
export function wideBits(
  { printable, zero }: Masks,
  count: number,
  { into, isBigEndian }: { into: Int32Array; isBigEndian: boolean },
): void {
  const [first, second] = isBigEndian ? [zero, printable] : [printable, zero]
  let carry = 0
  for (let index = 0; index < count; index++) {
    const next = index + 1 < count ? (second[index + 1] ?? 0) : 0
    const begins = (first[index] ?? 0) & (((second[index] ?? 0) >>> 1) | (next << 31))
    into[index] = begins | (begins << 1) | carry
    carry = begins >>> 31
  }
}
