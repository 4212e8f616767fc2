// The choice of atoms. An atom is two to four neighbouring bytes of a pattern that the first pass looks for; the
// rarer it is, the fewer candidates have to be verified.

import { pairCostOf } from './byte-costs.ts'
import { type Element, foldedBytes } from './element.ts'

/** Where in a fixed run the atom lies, and how good it is. */
export interface AtomPlace {
  readonly at: number
  /** 2 to 4. */
  readonly size: number
  /** Quarters of a bit of rarity, the number of its spellings taken off. */
  readonly score: number
}

/** Spellings of one atom that the tables take, by its size: one of three bytes fills 128 bits of the bitmap for each. */
const maxSpellings = [0, 0, 8, 8, 128]
/** From here on an atom is good enough that no other shape of the pattern is tried. */
export const goodScore = 80

/** The best place; undefined when no neighbouring bytes are known well enough, or only ones that are everywhere. */
export function bestAtom(run: readonly Element[]): AtomPlace | undefined {
  const best = bestPlace(run)
  return best !== undefined && best.score >= leastScore ? best : undefined
}

function bestPlace(run: readonly Element[]): AtomPlace | undefined {
  let best: AtomPlace | undefined
  for (let size = 4; size >= 2; size--) {
    for (let at = 0; at + size <= run.length; at++) {
      const score = scoreOf(run, at, size)
      if (score !== undefined && (best === undefined || score > best.score)) best = { at, size, score }
    }
    // A shorter one is looked at only for want of a longer one: it costs the first pass more.
    if (best !== undefined && best.score >= shortPenalty) return best
  }
  return best
}

/** Commoner than one place in 64: following it up everywhere costs more than searching when it is asked about. */
const leastScore = 24

/** Below this a window of four is no better than a shorter one elsewhere in the run. */
const shortPenalty = 44

function scoreOf(run: readonly Element[], at: number, size: number): number | undefined {
  let spellings = 1
  let score = 0
  for (let i = at; i < at + size; i++) {
    const position = run[i]!
    spellings *= position.spellings
    if (spellings > maxSpellings[size]!) return undefined
    score += position.cost
    if (i > at) score += togetherWith(run[i - 1]!, position)
  }
  // A run of one byte (zeros, spaces, padding) is common however rare the byte.
  if (size > 1 && sameThroughout(run, at, size)) score >>= 1
  return score
}

/** What two exact bytes are rarer, or less rare, together than by themselves. */
function togetherWith(left: Element, right: Element): number {
  if (left.mask !== 0xff || right.mask !== 0xff) return 0
  return pairCostOf(left.value, right.value) - left.cost - right.cost
}

function sameThroughout(run: readonly Element[], at: number, size: number): boolean {
  const first = run[at]!
  for (let i = at + 1; i < at + size; i++) {
    const other = run[i]!
    if (other.value !== first.value || other.mask !== first.mask) return false
  }
  return true
}

/** Every folded spelling of the atom, as little-endian numbers. */
export function spellingsOf(run: readonly Element[], { at, size }: AtomPlace): number[] {
  let spellings = [0]
  for (let i = 0; i < size; i++) {
    const bytes = foldedBytes(run[at + i]!)
    spellings = spellings.flatMap((spelling) => bytes.map((byte) => (spelling | (byte << (8 * i))) >>> 0))
  }
  return spellings
}

/** The same for every key of an xor pattern; each spelling once. */
export function xorSpellingsOf(
  run: readonly Element[],
  { at, size }: AtomPlace,
  { least, most }: { least: number; most: number },
): number[] {
  const spellings = new Set<number>()
  for (let key = least; key <= most; key++) {
    let spelling = 0
    for (let i = 0; i < size; i++) spelling |= ((run[at + i]!.value ^ key) | 0x20) << (8 * i)
    spellings.add(spelling >>> 0)
  }
  return [...spellings]
}
