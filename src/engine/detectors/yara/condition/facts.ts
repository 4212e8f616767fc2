// What is known of an object before a condition is run, and what follows from it for the bytes of the object.

import { bytesOf } from './compile-comparison.ts'
import { readerOf } from './compile-arithmetic.ts'
import type { NodeOf } from './compiler.ts'

export interface Facts {
  /** Bounds of the object's size in bytes, both included. */
  readonly size: { readonly least: number; readonly most: number }
  /** The object begins with these bytes. */
  readonly head?: Uint8Array
  /** The object begins with none of these. */
  readonly headNot?: readonly Uint8Array[]
  /** No pattern of the rule matches at all. */
  readonly noPatterns?: boolean
  /** Whether a pattern, by its place in the rule, certainly does not match. */
  readonly patternsAbsent?: (pattern: number) => boolean
  /** Modules for which the object is of another kind: `is_pe` and its like are false, all other fields undefined. */
  readonly modulesAbsent?: readonly string[]
  /** Whether another rule matches, where that is known. */
  readonly rule?: (index: number) => boolean | undefined
}

export function isPatternAbsent(facts: Facts, pattern: number): boolean {
  return facts.noPatterns === true || facts.patternsAbsent?.(pattern) === true
}

/** The integer that a reader reads at a known offset, where the head has all of its bytes. */
export function readHead(node: NodeOf<'read'>, offset: number, { head }: Facts): number | undefined {
  if (head === undefined || offset < 0 || offset + node.bits / 8 > head.length) return undefined
  return readerOf(node)(head, offset)
}

/** Whether the object would begin with one of `headNot` if a reader read this value at this offset. */
export function isDenied(node: NodeOf<'read'>, offset: number, value: number, facts: Facts): boolean {
  const { head = new Uint8Array(), headNot } = facts
  if (headNot === undefined || !fits(node, value)) return false
  const read = bytesOf(node, value < 0 ? value + 2 ** node.bits : value)
  return headNot.some(
    (prefix) =>
      prefix.length > 0 && prefix.every((byte, at) => byte === (read[at - offset] ?? head[at] ?? 'unknown')),
  )
}

function fits({ bits, signed }: NodeOf<'read'>, value: number): boolean {
  const least = signed ? -(2 ** (bits - 1)) : 0
  return value >= least && value < least + 2 ** bits
}
