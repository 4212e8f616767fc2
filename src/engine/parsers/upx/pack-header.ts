// The header that UPX leaves before what it packed into a PE file (UPX's source tree, src/packhead.cpp).

import { u32 } from '../../codecs/little-endian.ts'
import { adler32 } from '../../codecs/adler32.ts'

const mark = Buffer.from('UPX!')
const headerBytes = 32

export interface PackHeader {
  /** Behind the header. */
  readonly end: number
  readonly method: number
  readonly filter: number
  readonly filterMark: number
  readonly unpackedBytes: number
  readonly packedBytes: number
  /** Adler-32 of what was packed, after filtering. */
  readonly checksum: number
}

/** The first header in `bytes`, at most as far as it makes sense; undefined: none. */
export function findPackHeader(bytes: Uint8Array): PackHeader | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + 1)) {
    if (at + headerBytes > bytes.length) return undefined
    const [unpackedBytes, packedBytes] = [u32(bytes, at + 16), u32(bytes, at + 20)]
    const isPlausible = packedBytes > 0 && packedBytes <= unpackedBytes
    if (!isPlausible) continue
    return {
      end: at + headerBytes,
      method: bytes[at + 6]!,
      filter: bytes[at + 28]!,
      filterMark: bytes[at + 29]!,
      unpackedBytes,
      packedBytes,
      checksum: u32(bytes, at + 8),
    }
  }
  return undefined
}

export function isIntact(bytes: Uint8Array, header: PackHeader): boolean {
  return adler32(bytes) === header.checksum
}
