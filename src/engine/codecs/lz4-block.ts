// One block of LZ4 (LZ4 block format, 2022): literals and matches with lengths in half bytes.

import type { History } from './history.ts'

/** A match is no longer than 255 for each of its bytes, and some. */
export const maxExpansion = 255
const shortestMatch = 4

/**
 * Decodes `bytes[0, end)` to the history, where `room` bytes have been made free; matches reach back to `first`. The
 * result is what is wrong with it.
 */
export function decodeLz4Block(
  bytes: Uint8Array,
  end: number,
  history: History,
  limits: { first: number; room: number },
): string | undefined {
  const out = history.buffer
  const { first } = limits
  const stop = history.at + limits.room
  let at = 0
  let to = history.at
  let fault: string | undefined
  while (at < end) {
    const token = bytes[at++]!
    let length = token >> 4
    if (length === 15) {
      let more = 255
      while (more === 255 && at < end) {
        more = bytes[at++]!
        length += more
      }
    }
    if (length > end - at || length > stop - to) {
      fault = 'an LZ4 block has wrong literals'
      length = Math.min(length, end - at, stop - to)
    }
    if (length > 32) {
      out.set(bytes.subarray(at, at + length), to)
      to += length
      at += length
    } else for (; length > 0; length--) out[to++] = bytes[at++]!
    // The last sequence has no match.
    if (fault !== undefined || at === end) break
    if (end - at < 2) {
      fault = 'an LZ4 block ends inside a match'
      break
    }
    const distance = bytes[at]! | (bytes[at + 1]! << 8)
    at += 2
    length = token & 15
    if (length === 15) {
      let more = 255
      while (more === 255 && at < end) {
        more = bytes[at++]!
        length += more
      }
    }
    length += shortestMatch
    if (distance === 0 || distance > to - first || length > stop - to) {
      fault = 'an LZ4 block has a wrong match'
      break
    }
    if (length > 48 && distance >= length) {
      out.copyWithin(to, to - distance, to - distance + length)
      to += length
    } else for (let from = to - distance; length > 0; length--) out[to++] = out[from++]!
  }
  history.at = to
  return fault
}
