// Sets of byte values. Those that are given out are not changed afterwards; only a set just made here may be added to.

import type { ByteSet } from './tree.ts'

export function emptySet(): ByteSet {
  return new Uint32Array(8)
}

export function fullSet(): ByteSet {
  return new Uint32Array(8).fill(0xffff_ffff)
}

export function setOf(...bytes: readonly number[]): ByteSet {
  const set = emptySet()
  for (const byte of bytes) add(set, byte)
  return set
}

/** The bytes from `least` to `most`, both included. */
export function rangeSet(least: number, most: number): ByteSet {
  const set = emptySet()
  addRange(set, least, most)
  return set
}

export function add(set: ByteSet, byte: number): void {
  set[byte >> 5]! |= 1 << (byte & 31)
}

export function addRange(set: ByteSet, least: number, most: number): void {
  for (let byte = least; byte <= most; byte++) add(set, byte)
}

export function has(set: ByteSet, byte: number): boolean {
  return ((set[byte >> 5]! >>> (byte & 31)) & 1) !== 0
}

export function union(left: ByteSet, right: ByteSet): ByteSet {
  return left.map((word, index) => word | right[index]!)
}

export function intersection(left: ByteSet, right: ByteSet): ByteSet {
  return left.map((word, index) => word & right[index]!)
}

export function complement(set: ByteSet): ByteSet {
  return set.map((word) => ~word)
}

/** The set and, for each ASCII letter in it, the same letter in the other case. */
export function foldSet(set: ByteSet): ByteSet {
  const folded = set.slice()
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    if (has(set, upper)) add(folded, upper + 32)
    if (has(set, upper + 32)) add(folded, upper)
  }
  return folded
}

/** How many bytes are in it, 0–256. */
export function count(set: ByteSet): number {
  let total = 0
  for (const word of set) {
    // Sums of bits in pairs, in fours, in eights; the product adds the eights up.
    let sums = word - ((word >>> 1) & 0x5555_5555)
    sums = (sums & 0x3333_3333) + ((sums >>> 2) & 0x3333_3333)
    sums = (sums + (sums >>> 4)) & 0x0f0f_0f0f
    total += Math.imul(sums, 0x0101_0101) >>> 24
  }
  return total
}

/** The bytes in it, rising. */
export function bytesOf(set: ByteSet): number[] {
  const bytes: number[] = []
  for (let byte = 0; byte < 256; byte++) if (has(set, byte)) bytes.push(byte)
  return bytes
}
