// LZNT1, the compression of NTFS files ([MS-XCA] 2.5): chunks of 4 KiB, pairs of distance and length whose sizes change within a chunk.

import { u16 } from '../fields.ts'

const chunkBytes = 4096
const shortestMatch = 3

/** At most `size` bytes; the rest is zeros. `isWhole` is false where the input makes no sense. */
export function decompressLznt1(input: Uint8Array, size: number): { bytes: Uint8Array; isWhole: boolean } {
  const bytes = new Uint8Array(size)
  let at = 0
  for (let to = 0; to < size; to += chunkBytes) {
    const head = u16(input, at)
    // A zero, or nothing more, ends the unit early.
    if (at + 2 > input.length || head === 0) return { bytes, isWhole: true }
    const end = at + 3 + (head & 0xfff)
    if (end > input.length || (head & 0x7000) !== 0x3000) return { bytes, isWhole: false }
    const chunk = bytes.subarray(to, to + chunkBytes)
    if ((head & 0x8000) === 0) chunk.set(input.subarray(at + 2, Math.min(end, at + 2 + chunk.length)))
    else if (!inflateChunk(input.subarray(at + 2, end), chunk)) return { bytes, isWhole: false }
    at = end
  }
  return { bytes, isWhole: true }
}

function inflateChunk(input: Uint8Array, output: Uint8Array): boolean {
  let at = 0
  let to = 0
  // The further on in the chunk, the more bits the distance has and the fewer the length.
  let lengthBits = 12
  let nextGrowth = 16
  while (at < input.length && to < output.length) {
    const flags = input[at++] ?? 0
    for (let bit = 0; bit < 8 && at < input.length && to < output.length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        output[to++] = input[at++] ?? 0
        continue
      }
      while (to > nextGrowth) {
        lengthBits -= 1
        nextGrowth *= 2
      }
      const pair = u16(input, at)
      at += 2
      const distance = (pair >> lengthBits) + 1
      if (distance > to || at > input.length) return false
      const last = Math.min(output.length, to + (pair & ((1 << lengthBits) - 1)) + shortestMatch)
      for (; to < last; to++) output[to] = output[to - distance] ?? 0
    }
  }
  return true
}
