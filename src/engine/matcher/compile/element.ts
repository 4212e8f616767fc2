// One position of a fixed run of bytes: which bytes may stand there.

import { bytesOf, count } from '../regex/byte-set.ts'
import type { ByteSet } from '../regex/tree.ts'
import { costOf } from './byte-costs.ts'

/** A byte `b` may stand here when `(b & mask) === value`, and `set`, where there is one, has it. */
export interface Element {
  readonly kind: 'element'
  readonly value: number
  readonly mask: number
  /** Only where mask and value do not say it all. */
  readonly set?: ByteSet
  /** How many different folded bytes (bit 0x20 set) may stand here. */
  readonly spellings: number
  /** How rare they are together, in quarters of a bit. */
  readonly cost: number
}

/** Elements without a set, by value and mask; made when first needed. */
const known: (Element | undefined)[] = []

function element(value: number, mask: number): Element {
  return (known[(value << 8) | mask] ??= measured({ value, mask }))
}

export function exactly(byte: number): Element {
  return element(byte, 0xff)
}

/** Upper or lower case, where the byte is a letter. */
export function eitherCase(byte: number): Element {
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x7a ? element(byte & 0xdf, 0xdf) : exactly(byte)
}

/** Parsers hand out one set for all wildcards that are written alike. */
const ofSets = new WeakMap<ByteSet, Element>()

export function elementOf(set: ByteSet): Element {
  const made = ofSets.get(set)
  if (made !== undefined) return made
  const found = elementFor(set)
  ofSets.set(set, found)
  return found
}

function elementFor(set: ByteSet): Element {
  const size = count(set)
  if (size === 256) return element(0, 0)
  let always = 0xff
  let ever = 0
  const members = bytesOf(set)
  for (const byte of members) {
    always &= byte
    ever |= byte
  }
  const mask = ~(always ^ ever) & 0xff
  // A mask with k open bits stands for 2^k bytes.
  if (size === 1 << openBits(mask)) return element(always & mask, mask)
  return measured({ value: always & mask, mask, set })
}

/** The bytes that may stand here, with bit 0x20 set; each once. */
export function foldedBytes({ value, mask, set }: Pick<Element, 'value' | 'mask' | 'set'>): number[] {
  const folded = new Set<number>()
  if (set !== undefined) for (const byte of bytesOf(set)) folded.add(byte | 0x20)
  else for (let byte = 0; byte < 256; byte++) if ((byte & mask) === value) folded.add(byte | 0x20)
  return [...folded]
}

function measured(bare: Pick<Element, 'value' | 'mask' | 'set'>): Element {
  const bytes = foldedBytes(bare)
  // As common as all its bytes together.
  let share = 0
  for (const byte of bytes) share += 2 ** (-costOf(byte) / 4)
  const cost = bytes.length > 128 || share >= 1 ? 0 : -4 * Math.log2(share)
  return { kind: 'element', ...bare, spellings: bytes.length, cost }
}

function openBits(mask: number): number {
  let bits = 0
  for (let open = ~mask & 0xff; open !== 0; open &= open - 1) bits++
  return bits
}
