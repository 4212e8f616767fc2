// The value of a DATA object that is compressed: XZ (a stream), LZ4 (its length in 64 bits, and a block), Zstandard (a frame).

import { zstdDecompressSync } from 'node:zlib'

import type { Codec } from '../../engine/codecs/codec.ts'
import { History } from '../../engine/codecs/history.ts'
import { decodeLz4Block, maxExpansion } from '../../engine/codecs/lz4-block.ts'
import { Xz } from '../../engine/codecs/xz.ts'
import { Zstd } from '../../engine/codecs/zstd.ts'
import { bytesSource } from '../../engine/source/byte-source.ts'
import { u64 } from '../fields.ts'
import { compressed } from './layout.ts'

const stepBytes = 64 * 1024

export interface Decompressed {
  readonly bytes: Uint8Array
  /** What is wrong with it; then the bytes are those before the fault. */
  readonly fault?: string
}

/** `kind`: the flags of the object. At most `most` bytes. */
export function decompress(packed: Uint8Array, kind: number, most: number): Decompressed {
  if (kind === compressed.zstd) return zstd(packed, most)
  if (kind === compressed.lz4) return lz4(packed, most)
  if (kind === compressed.xz) return xz(packed, most)
  return { bytes: new Uint8Array(0), fault: 'it is compressed in a way that is not known here' }
}

function zstd(packed: Uint8Array, most: number): Decompressed {
  try {
    return { bytes: zstdDecompressSync(packed, { maxOutputLength: most }) }
  } catch {
    // Slower, but it gives what stands before the damage.
    return drained(new Zstd(bytesSource(packed), 0, packed.length), most)
  }
}

function lz4(packed: Uint8Array, most: number): Decompressed {
  if (packed.length < 9) return { bytes: new Uint8Array(0), fault: 'it ends early' }
  const told = u64(packed, 0)
  const size = Math.min(told, most, (packed.length - 8) * maxExpansion)
  const history = new History(size)
  history.makeRoom(size)
  const block = packed.subarray(8)
  const fault = decodeLz4Block(block, block.length, history, { first: 0, room: size })
  const bytes = history.buffer.subarray(0, history.at)
  if (told > most) return { bytes, fault: 'it is too long' }
  if (fault !== undefined) return { bytes, fault }
  return bytes.length === told ? { bytes } : { bytes, fault: 'it is not as long as it says' }
}

function xz(packed: Uint8Array, most: number): Decompressed {
  return drained(new Xz(bytesSource(packed), 0, packed.length), most)
}

function drained(codec: Codec, most: number): Decompressed {
  const parts: Uint8Array[] = []
  let total = 0
  for (;;) {
    const part = new Uint8Array(Math.min(stepBytes, most - total + 1))
    const count = codec.read(part)
    if (count === 0) break
    parts.push(part.subarray(0, count))
    total += count
    if (total > most) return { bytes: Buffer.concat(parts, most), fault: 'it is too long' }
  }
  const bytes = Buffer.concat(parts, total)
  return codec.fault === undefined ? { bytes } : { bytes, fault: codec.fault }
}
