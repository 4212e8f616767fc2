// Compressed values of ESE: the first byte tells how (compression.cxx of the engine's published sources).

import { u16 } from '../fields.ts'
import { decompressXpress } from './xpress.ts'

const scheme = { ascii: 1, utf16: 2, xpress: 3 }

/** Undefined: a way that is not known (XPRESS 9 and 10). */
export function decompress(input: Uint8Array): Uint8Array | undefined {
  const [head = 0] = input
  switch (head >> 3) {
    case scheme.ascii:
      return sevenBits(input, 1)
    case scheme.utf16:
      return sevenBits(input, 2)
    case scheme.xpress:
      return decompressXpress(input.subarray(3), u16(input, 1))
    default:
      return undefined
  }
}

/** Seven bits for each character, the lowest first; the head tells how many bits of the last byte are used. */
function sevenBits(input: Uint8Array, bytesEach: number): Uint8Array {
  const bits = Math.max(0, 8 * (input.length - 2) + ((input[0] ?? 0) & 7) + 1)
  const output = new Uint8Array(Math.floor(bits / 7) * bytesEach)
  let held = 0
  let count = 0
  let at = 1
  for (let to = 0; to < output.length; to += bytesEach) {
    if (count < 7) {
      held |= (input[at++] ?? 0) << count
      count += 8
    }
    output[to] = held & 0x7f
    held >>= 7
    count -= 7
  }
  return output
}
