// The compression of VBA source ([MS-OVBA] 2.4.1): chunks of 4,096 bytes, each of tokens that copy from the same chunk.

import { u16 } from '../../codecs/little-endian.ts'

export interface Decompressed {
  readonly bytes: Uint8Array
  /** Behind the last chunk. */
  readonly end: number
  /** The data ended or made no sense before its chunks were complete; `bytes` is what came before. */
  readonly isDamaged: boolean
}

const chunkBytes = 4096
const containerMark = 1

/** Undefined: no container begins at `start`. Stops at `maxBytes` of output. */
export function decompressVba(input: Uint8Array, start: number, maxBytes: number): Decompressed | undefined {
  if (input[start] !== containerMark || !isChunk(input, start + 1)) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  let at = start + 1
  let isDamaged = false
  while (isChunk(input, at) && size < maxBytes) {
    const header = u16(input, at)
    const wanted = at + (header & 0xfff) + 3
    const end = Math.min(wanted, input.length)
    const isPacked = (header & 0x8000) !== 0
    const chunk = isPacked
      ? unpackChunk(input, at + 2, end)
      : { bytes: input.subarray(at + 2, end), isDamaged: false }
    chunks.push(chunk.bytes)
    size += chunk.bytes.length
    isDamaged ||= chunk.isDamaged || wanted > end
    at = end
    if (isDamaged) break
  }
  const bytes = new Uint8Array(Buffer.concat(chunks, size)).subarray(0, maxBytes)
  return { bytes, end: at, isDamaged }
}

/** Three bits of every chunk's header are 011. */
function isChunk(input: Uint8Array, at: number): boolean {
  return at + 2 < input.length && (input[at + 1]! & 0x70) === 0x30
}

const scratch = new Uint8Array(chunkBytes)

function unpackChunk(
  input: Uint8Array,
  from: number,
  end: number,
): { bytes: Uint8Array; isDamaged: boolean } {
  let size = 0
  let at = from
  while (at < end) {
    const flags = input[at++]!
    for (let bit = 0; bit < 8 && at < end; bit++) {
      if (size === chunkBytes) return { bytes: scratch.slice(), isDamaged: true }
      if (((flags >> bit) & 1) === 0) {
        scratch[size++] = input[at++]!
        continue
      }
      if (at + 2 > end) return { bytes: scratch.slice(0, size), isDamaged: true }
      const token = u16(input, at)
      at += 2
      const offsetBits = Math.max(4, 32 - Math.clz32(size - 1))
      const lengthBits = 16 - offsetBits
      const distance = (token >> lengthBits) + 1
      if (distance > size) return { bytes: scratch.slice(0, size), isDamaged: true }
      const length = Math.min((token & ((1 << lengthBits) - 1)) + 3, chunkBytes - size)
      for (let left = length; left > 0; left--, size++) scratch[size] = scratch[size - distance]!
    }
  }
  return { bytes: scratch.slice(0, size), isDamaged: false }
}
