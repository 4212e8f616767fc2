// How large the program of a tree becomes, known before anything is built, and which repeats it counts rather than
// writes out.

import { setOf } from './byte-set.ts'
import type { ByteSet, Tree } from './tree.ts'

type Repeat = Extract<Tree, { kind: 'repeat' }>

/** Instructions of one program; more is refused. */
export const maxSize = 30_000

/** A counted item may have this many bytes. */
const maxLanes = 32

/** Written out, a repeat of fewer bytes is faster than counted. */
const minCounted = 12

/** What a counter remembers before its least count is reached, bytes. */
const maxPending = 1 << 20

/**
 * The sets of the item's bytes, if a counter runs the repeat: the item must be a fixed row of bytes and the repeat long
 * enough. Undefined: the repeat is written out.
 */
export function countedSets(repeat: Repeat): readonly ByteSet[] | undefined {
  const { item, least, most } = repeat
  const copies = most === Infinity ? least : most
  if (copies <= 1) return undefined
  const sets = rowOf(item, maxLanes)
  if (sets === undefined || sets.length === 0) return undefined
  if (copies * sets.length < minCounted || least * sets.length > maxPending) return undefined
  return sets
}

/** The sets of a tree that matches a fixed row of at most `room` bytes and asserts nothing. */
function rowOf(tree: Tree, room: number): ByteSet[] | undefined {
  switch (tree.kind) {
    case 'bytes':
      return tree.bytes.length <= room ? Array.from(tree.bytes, (byte) => setOf(byte)) : undefined
    case 'class':
      return room > 0 ? [tree.set] : undefined
    case 'concat':
      return rowOfAll(tree.items, room)
    case 'repeat':
      if (tree.least !== tree.most || tree.least > room) return undefined
      return rowOfAll(Array<Tree>(tree.least).fill(tree.item), room)
    case 'either':
    case 'assert':
      return undefined
  }
}

function rowOfAll(items: readonly Tree[], room: number): ByteSet[] | undefined {
  const row: ByteSet[] = []
  for (const item of items) {
    const part = rowOf(item, room - row.length)
    if (part === undefined) return undefined
    row.push(...part)
  }
  return row
}

/** Instructions of the tree's program, roughly; may be Infinity. */
export function sizeOf(tree: Tree): number {
  switch (tree.kind) {
    case 'bytes':
      return tree.bytes.length
    case 'class':
    case 'assert':
      return 1
    case 'concat':
      return tree.items.reduce((sum, item) => sum + sizeOf(item), 0)
    case 'either':
      return tree.items.reduce((sum, item) => sum + sizeOf(item) + 2, 0)
    case 'repeat': {
      const sets = countedSets(tree)
      if (sets !== undefined) return 10 + sets.length
      const copies = tree.most === Infinity ? Math.max(1, tree.least) : tree.most
      return copies * (sizeOf(tree.item) + 1) + 1
    }
  }
}
