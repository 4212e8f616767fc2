// A quick look before a program runs: behind a short jump, the byte that comes next must be somewhere in its reach.
// Patterns with jumps around common bytes have thousands of candidates a megabyte, and nearly all end here.

import { count } from '../regex/byte-set.ts'
import type { Tree } from '../regex/tree.ts'
import { type Element, elementOf, exactly } from './element.ts'

/** Jumps up to this length are looked through. */
const maxReach = 64

/**
 * Least and most distance, value and mask of the byte, eight bits each; 0 where there is no such byte. A distance of 0 is
 * the byte next to the run.
 */
export function gateOf(tree: Tree | undefined, side: 'before' | 'after'): number {
  if (tree?.kind !== 'concat') return 0
  const items = side === 'after' ? tree.items : tree.items.toReversed()
  const [gap, next] = items
  if (gap?.kind !== 'repeat' || gap.item.kind !== 'class' || count(gap.item.set) !== 256) return 0
  const byte = next === undefined ? undefined : edgeOf(next, side)
  if (byte === undefined || byte.mask === 0 || gap.most > maxReach) return 0
  return gap.least | (gap.most << 8) | (byte.value << 16) | (byte.mask << 24)
}

/** The byte of this part that is next to the jump. */
function edgeOf(tree: Tree, side: 'before' | 'after'): Element | undefined {
  if (tree.kind === 'class') return elementOf(tree.set)
  if (tree.kind !== 'bytes') return undefined
  const byte = tree.bytes.at(side === 'after' ? 0 : -1)
  return byte === undefined ? undefined : exactly(byte)
}
