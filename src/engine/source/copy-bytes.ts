// A part of a source as bytes of its own, which stay when other sources are read.

import type { Budget } from '../limits.ts'
import { type ByteSource, maxRead } from './byte-source.ts'

export interface Part {
  /** 0 when not told. */
  readonly from?: number
  /** Bytes at the most; the caller bounds them, they are not charged. */
  readonly most: number
}

/** The bytes from `from` on; fewer than `most` only where the source ends. A LimitReached of the budget passes. */
export function copyBytes(source: ByteSource, { from = 0, most }: Part, budget?: Budget): Buffer {
  const copies: Buffer[] = []
  let length = 0
  while (length < most) {
    budget?.checkTime()
    const view = source.read(from + length, Math.min(maxRead, most - length))
    if (view.length === 0) break
    // A view lasts until the next read.
    copies.push(Buffer.from(view))
    length += view.length
  }
  const [only] = copies
  return copies.length === 1 && only !== undefined ? only : Buffer.concat(copies, length)
}
