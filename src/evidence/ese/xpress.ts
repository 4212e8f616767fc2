// Plain LZ77 as ESE compresses long values ([MS-XCA] 2.3 and 2.4, "LZ77").

import { u16, u32 } from '../fields.ts'

/** At most `size` bytes; fewer where the input is damaged. */
export function decompressXpress(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  let at = 0
  let to = 0
  let flags = 0
  let left = 0
  /** Where the other half of a byte with two lengths is. */
  let half = -1
  while (to < size && at < input.length) {
    if (left === 0) {
      flags = u32(input, at)
      at += 4
      left = 32
      continue
    }
    left -= 1
    if (((flags >>> left) & 1) === 0) {
      output[to++] = input[at++] ?? 0
      continue
    }
    const match = u16(input, at)
    at += 2
    let length = match & 7
    if (length === 7) {
      if (half < 0) {
        half = at
        length = (input[at++] ?? 0) & 15
      } else {
        length = (input[half] ?? 0) >> 4
        half = -1
      }
      if (length === 15) {
        length = input[at++] ?? 0
        if (length === 255) {
          length = u16(input, at)
          at += 2
          if (length === 0) {
            length = u32(input, at)
            at += 4
          }
          if (length < 22) break
          length -= 22
        }
        length += 15
      }
      length += 7
    }
    const distance = (match >> 3) + 1
    if (distance > to) break
    const end = Math.min(size, to + length + 3)
    for (let from = to - distance; to < end; from++, to++) output[to] = output[from] ?? 0
  }
  return output.subarray(0, to)
}
