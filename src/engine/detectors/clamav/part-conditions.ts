// What must stand around a part of a signature: marks of words, lines and boundaries, and anchored single bytes.

import { boundaryLeft, boundaryRight, type Mark, nonAlphanumeric } from './database/index.ts'
import type { StoredAnchor, StoredPart } from './layout.ts'

type Sides = Pick<StoredPart, 'left' | 'right' | 'before' | 'after'>

/** `wide`: each character of the signature has two bytes. */
export function conditionsHold(
  { left, right, before, after }: Sides,
  bytes: Uint8Array,
  { start, end, wide }: { readonly start: number; readonly end: number; readonly wide: boolean },
): boolean {
  if (left !== undefined && markToLeft(left, bytes, start, wide) === left.negated) return false
  if (right !== undefined && markToRight(right, bytes, end, wide) === right.negated) return false
  if (before !== undefined && !anchorBefore(before, bytes, start)) return false
  return after === undefined || anchorAfter(after, bytes, end)
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

function markToLeft({ kind }: Mark, bytes: Uint8Array, start: number, wide: boolean): boolean {
  if (start === 0) return true
  const neighbour = bytes[start - 1]!
  switch (kind) {
    case 'boundary':
      return has(boundaryLeft, neighbour)
    case 'line':
      return neighbour === lineFeed
    case 'word':
      if (!wide) return has(nonAlphanumeric, neighbour)
      return start === 1 || neighbour !== 0 || has(nonAlphanumeric, bytes[start - 2]!)
  }
}

function markToRight({ kind }: Mark, bytes: Uint8Array, end: number, wide: boolean): boolean {
  if (end === bytes.length) return true
  const neighbour = bytes[end]!
  switch (kind) {
    case 'boundary':
      return has(boundaryRight, neighbour)
    case 'line':
      return neighbour === lineFeed || (neighbour === carriageReturn && bytes[end + 1] === lineFeed)
    case 'word':
      if (has(nonAlphanumeric, neighbour)) return true
      return wide && end + 1 < bytes.length && bytes[end + 1] !== 0
  }
}

function anchorBefore({ set, distance }: StoredAnchor, bytes: Uint8Array, start: number): boolean {
  for (let away = distance.least; away <= distance.most; away++) {
    const at = start - 1 - away
    if (at < 0) return false
    if (has(set, bytes[at]!)) return true
  }
  return false
}

function anchorAfter({ set, distance }: StoredAnchor, bytes: Uint8Array, end: number): boolean {
  for (let away = distance.least; away <= distance.most; away++) {
    const at = end + away
    if (at >= bytes.length) return false
    if (has(set, bytes[at]!)) return true
  }
  return false
}

function has(set: ArrayLike<number>, byte: number): boolean {
  return ((set[byte >> 5]! >>> (byte & 31)) & 1) === 1
}
