// A tree as a row of items: fixed bytes laid open as far as they go, everything of variable length left as it is.

import type { Tree } from '../regex/tree.ts'
import { count } from '../regex/byte-set.ts'
import { type Element, elementOf, exactly } from './element.ts'

export type Item =
  | Element
  | { readonly kind: 'tree'; readonly tree: Exclude<Tree, { kind: 'bytes' | 'class' | 'concat' }> }

/** Copies of a repeated run that are laid open. */
const maxCopies = 64

export function itemsOf(tree: Tree): Item[] {
  switch (tree.kind) {
    case 'bytes':
      return Array.from(tree.bytes, (byte) => exactly(byte))
    case 'class':
      return [elementOf(tree.set)]
    case 'concat':
      return tree.items.flatMap((item) => (item.kind === 'class' ? elementOf(item.set) : itemsOf(item)))
    case 'repeat':
      return repeatItems(tree)
    case 'either':
    case 'assert':
      return [{ kind: 'tree', tree }]
  }
}

function repeatItems(tree: Extract<Tree, { kind: 'repeat' }>): Item[] {
  const { item, least, most } = tree
  if (most === 0) return []
  if (least === 0) return [{ kind: 'tree', tree }]
  const once = itemsOf(item)
  if (once.length * least > maxCopies || once.some(({ kind }) => kind !== 'element')) {
    return [{ kind: 'tree', tree }]
  }
  const copies = Array.from({ length: least }, () => once).flat()
  if (most === least) return copies
  return [...copies, { kind: 'tree', tree: { ...tree, least: 0, most: most - least } }]
}

/** The items as a tree again; undefined for none. */
export function treeOf(items: readonly Item[]): Tree | undefined {
  if (items.length === 0) return undefined
  const trees = items.map((item) => (item.kind === 'tree' ? item.tree : elementTree(item)))
  return trees.length === 1 ? trees[0] : { kind: 'concat', items: trees }
}

function elementTree({ value, mask, set }: Element): Tree {
  if (set !== undefined) return { kind: 'class', set }
  if (mask === 0xff) return { kind: 'bytes', bytes: Uint8Array.of(value) }
  const bytes = new Uint32Array(8)
  for (let byte = 0; byte < 256; byte++) if ((byte & mask) === value) bytes[byte >> 5]! |= 1 << (byte & 31)
  return { kind: 'class', set: bytes }
}

/** The ways a row can be read when one choice in it (an alternative, an optional part) is taken apart. */
export function branchesOf(tree: Item): (readonly Item[])[] | undefined {
  if (tree.kind !== 'tree') return undefined
  if (tree.tree.kind === 'either') return tree.tree.items.map((item) => itemsOf(item))
  if (tree.tree.kind === 'repeat' && tree.tree.least === 0 && tree.tree.most === 1) {
    return [[], itemsOf(tree.tree.item)]
  }
  if (tree.tree.kind === 'repeat' && tree.tree.least >= 1) {
    const { item, least, most } = tree.tree
    const rest: Item[] =
      most === 1 ? [] : [{ kind: 'tree', tree: { ...tree.tree, least: least - 1, most: most - 1 } }]
    return [[...itemsOf(item), ...rest]]
  }
  return undefined
}

/** Whether this is a stretch of any bytes, and how long it may be. */
export function gapOf(item: Item): { least: number; most: number } | undefined {
  if (item.kind !== 'tree' || item.tree.kind !== 'repeat' || item.tree.item.kind !== 'class') return undefined
  if (count(item.tree.item.set) !== 256) return undefined
  return { least: item.tree.least, most: item.tree.most }
}
