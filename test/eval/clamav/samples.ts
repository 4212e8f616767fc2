// Files made from the signatures' own bytes: whole, almost, shifted, repeated, at the end, with other gaps.

import { parseTree } from './trees.ts'
import type { Random } from './random.ts'

/** Bytes that a hexadecimal signature matches, or nearly. Built from its text alone. */
export function sampleOf(body: string, random: Random): Buffer {
  return Buffer.concat(parseTree(body).map((item) => item(random)))
}

export function noiseOf(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.byte()))
}

/** Variants of one sample with bytes around it. */
export function variantsOf(sample: Buffer, random: Random): Buffer[] {
  const flipped = Buffer.from(sample)
  const at = random.below(Math.max(1, sample.length))
  flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(5))
  const cut = random.below(sample.length + 1)
  return [
    sample,
    flipped,
    sample.subarray(0, cut),
    Buffer.concat([sample.subarray(0, cut), noiseOf(1, random), sample.subarray(cut)]),
    Buffer.concat([sample, sample]),
    Buffer.concat([sample, noiseOf(random.below(12), random), sample, noiseOf(3, random), sample]),
  ]
}
