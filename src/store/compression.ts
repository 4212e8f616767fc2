// Compression of what is stored (zstd, RFC 8878), fast rather than small; little of it is kept as it is.

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Making a compressor costs more than so few bytes are worth: most of them are joined and compressed later. */
const leastBytes = 4096
const stored = 0
const compressed = 1
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** The first byte says how the rest is kept. */
export function compress(data: Buffer): Buffer {
  return data.length < leastBytes
    ? Buffer.concat([Uint8Array.of(stored), data])
    : Buffer.concat([Uint8Array.of(compressed), zstdCompressSync(data, options)])
}

/** Throws RangeError, or what zlib throws, when it is damaged or gives more than `maxBytes`. */
export function decompress(data: Uint8Array, maxBytes: number): Buffer {
  const rest = data.subarray(1)
  if (data[0] === stored) return Buffer.from(rest.buffer, rest.byteOffset, rest.length)
  if (data[0] !== compressed) throw new RangeError('this was not compressed here')
  return zstdDecompressSync(rest, { maxOutputLength: maxBytes })
}
