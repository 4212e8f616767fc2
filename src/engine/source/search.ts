// Finding bytes in a source, chunk by chunk.

import type { Budget } from '../limits.ts'
import { type ByteSource, maxRead } from './byte-source.ts'

/** The offset of the first `pattern` that starts in `[from, to)`, or -1. */
export function indexOfBytes(
  source: ByteSource,
  pattern: Uint8Array,
  range: { from: number; to: number },
  budget?: Budget,
): number {
  for (let at = range.from; at < range.to;) {
    budget?.checkTime()
    const view = source.read(at, Math.min(maxRead, range.to - at + pattern.length - 1))
    if (view.length < pattern.length) return -1
    const found = Buffer.from(view.buffer, view.byteOffset, view.length).indexOf(pattern)
    if (found >= 0) return at + found
    at += view.length - pattern.length + 1
  }
  return -1
}

/** The same source; every read looks at the clock, for decoders that use much input without giving output. */
export function timedSource(source: ByteSource, budget: Budget): ByteSource {
  return {
    get size() {
      return source.size
    },
    read(offset, length) {
      budget.checkTime()
      return source.read(offset, length)
    },
  }
}
