// Trees made of trees: simpler, wide, without case, reversed; and the lengths of what they match.

import { bytesOf, count, foldSet, setOf, union } from './byte-set.ts'
import type { ByteSet, Tree } from './tree.ts'

/** Applies `change` to every leaf that matches bytes and keeps the rest. */
function mapLeaves(tree: Tree, change: (leaf: Extract<Tree, { kind: 'bytes' | 'class' }>) => Tree): Tree {
  switch (tree.kind) {
    case 'bytes':
    case 'class':
      return change(tree)
    case 'concat':
    case 'either':
      return { kind: tree.kind, items: tree.items.map((item) => mapLeaves(item, change)) }
    case 'repeat':
      return { ...tree, item: mapLeaves(tree.item, change) }
    case 'assert':
      return tree
  }
}

/** Each byte followed by a zero, as UTF-16 holds ASCII. */
export function widen(tree: Tree): Tree {
  const wide = mapLeaves(tree, (leaf) => {
    if (leaf.kind === 'class') return { kind: 'concat', items: [leaf, zero] }
    const bytes = new Uint8Array(leaf.bytes.length * 2)
    for (const [index, byte] of leaf.bytes.entries()) bytes[index * 2] = byte
    return { kind: 'bytes', bytes }
  })
  return simplify(wide)
}

const zero: Tree = { kind: 'bytes', bytes: Uint8Array.of(0) }

/** Matches ASCII letters in both cases. */
export function foldCase(tree: Tree): Tree {
  const folded = mapLeaves(tree, (leaf) => {
    if (leaf.kind === 'class') return { kind: 'class', set: foldSet(leaf.set) }
    const items = Array.from(leaf.bytes, (byte): Tree => ({ kind: 'class', set: foldSet(setOf(byte)) }))
    return { kind: 'concat', items }
  })
  return simplify(folded)
}

/** Matches every text of `tree` written backwards; assertions stay where they are between the bytes. */
export function reverse(tree: Tree): Tree {
  switch (tree.kind) {
    case 'bytes':
      return { kind: 'bytes', bytes: tree.bytes.toReversed() }
    case 'concat':
      return { kind: 'concat', items: tree.items.map(reverse).toReversed() }
    case 'either':
      return { kind: 'either', items: tree.items.map(reverse) }
    case 'repeat':
      return { ...tree, item: reverse(tree.item) }
    case 'class':
    case 'assert':
      return tree
  }
}

/** Bytes of the shortest match; Infinity if nothing can match. */
export function minLength(tree: Tree): number {
  switch (tree.kind) {
    case 'bytes':
      return tree.bytes.length
    case 'class':
      return count(tree.set) === 0 ? Infinity : 1
    case 'concat':
      return tree.items.reduce((sum, item) => sum + minLength(item), 0)
    case 'either':
      return tree.items.reduce((least, item) => Math.min(least, minLength(item)), Infinity)
    case 'repeat':
      return tree.least === 0 ? 0 : tree.least * minLength(tree.item)
    case 'assert':
      return 0
  }
}

/** Bytes of the longest match; may be Infinity. */
export function maxLength(tree: Tree): number {
  switch (tree.kind) {
    case 'bytes':
      return tree.bytes.length
    case 'class':
      return 1
    case 'concat':
      return tree.items.reduce((sum, item) => sum + maxLength(item), 0)
    case 'either':
      return tree.items.reduce((most, item) => Math.max(most, maxLength(item)), 0)
    case 'repeat':
      return tree.most === 0 ? 0 : timesLength(tree.most, maxLength(tree.item))
    case 'assert':
      return 0
  }
}

function timesLength(times: number, length: number): number {
  return length === 0 ? 0 : times * length
}

/**
 * The same language with fewer nodes: neighbouring bytes are one node, a concat holds no concat, a class of one byte is
 * a byte, alternatives of single bytes are a class, and what is repeated once is not repeated.
 */
export function simplify(tree: Tree): Tree {
  switch (tree.kind) {
    case 'class':
      return simplifyClass(tree)
    case 'concat':
      return simplifyConcat(tree.items)
    case 'either':
      return simplifyEither(tree.items)
    case 'repeat':
      return simplifyRepeat(tree)
    case 'bytes':
    case 'assert':
      return tree
  }
}

const empty: Tree = { kind: 'concat', items: [] }

function simplifyClass(tree: Extract<Tree, { kind: 'class' }>): Tree {
  if (count(tree.set) !== 1) return tree
  return { kind: 'bytes', bytes: Uint8Array.from(bytesOf(tree.set)) }
}

function simplifyConcat(parts: readonly Tree[]): Tree {
  const items: Tree[] = []
  let run: Uint8Array[] = []
  const flush = (): void => {
    if (run.length > 0) items.push({ kind: 'bytes', bytes: run.length === 1 ? run[0]! : joined(run) })
    run = []
  }
  const place = (item: Tree): void => {
    if (item.kind === 'bytes') run.push(item.bytes)
    else {
      flush()
      items.push(item)
    }
  }
  for (const part of parts) {
    const item = simplify(part)
    if (item.kind !== 'concat') place(item)
    else for (const inner of item.items) place(inner)
  }
  flush()
  return items.length === 1 ? items[0]! : { kind: 'concat', items }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function simplifyEither(parts: readonly Tree[]): Tree {
  const items: Tree[] = []
  let single: ByteSet | undefined
  for (const part of parts) {
    const simple = simplify(part)
    for (const item of simple.kind === 'either' ? simple.items : [simple]) {
      const set = singleByte(item)
      if (set === undefined) items.push(item)
      else single = single === undefined ? set : union(single, set)
    }
  }
  if (single !== undefined) items.unshift(simplify({ kind: 'class', set: single }))
  return items.length === 1 ? items[0]! : { kind: 'either', items }
}

/** The bytes that the tree matches, if it matches single bytes and nothing else. */
function singleByte(tree: Tree): ByteSet | undefined {
  if (tree.kind === 'class') return tree.set
  return tree.kind === 'bytes' && tree.bytes.length === 1 ? setOf(tree.bytes[0]!) : undefined
}

function simplifyRepeat(tree: Extract<Tree, { kind: 'repeat' }>): Tree {
  const item = simplify(tree.item)
  if (tree.most === 0) return empty
  // What matches no byte is an assertion: once is as good as often, and never is always possible.
  if (maxLength(item) === 0) return tree.least === 0 ? empty : item
  if (tree.least === 1 && tree.most === 1) return item
  return { ...tree, item }
}
