// Marvin32, the checksum that Windows 8.1 and later put on each entry of a transaction log, with the seed that the registry uses
// (M. Suhanov's specification of the log; the function itself is in .NET's string hashing too).

import { u32 } from '../fields.ts'

const seedLow = 0x7a_4e_55_c5
const seedHigh = 0x82_ef_4d_88 | 0

/** Of `[from, to)`; the two halves of the 64 bits as unsigned numbers. */
export function marvin32(bytes: Uint8Array, from: number, to: number): { low: number; high: number } {
  let low = seedLow
  let high = seedHigh
  const mix = (word: number): void => {
    low = (low + word) | 0
    high ^= low
    low = (rotated(low, 20) + high) | 0
    high = rotated(high, 9) ^ low
    low = (rotated(low, 27) + high) | 0
    high = rotated(high, 19)
  }
  let at = from
  for (; at + 4 <= to; at += 4) mix(u32(bytes, at))
  // What is left over, and a one behind it.
  let last = 0x80
  for (let rest = to - 1; rest >= at; rest -= 1) last = (last << 8) | (bytes[rest] ?? 0)
  mix(last)
  mix(0)
  return { low: low >>> 0, high: high >>> 0 }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
