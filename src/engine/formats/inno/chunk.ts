// A chunk of an Inno Setup installer: one or more files, packed together. The method is told by how the packed data begin:
// the headers name it, but in a place that moves with every version.

import { createHash } from 'node:crypto'

import { Bzip2 } from '../../codecs/bzip2.ts'
import type { Codec } from '../../codecs/codec.ts'
import { u32 } from '../../codecs/little-endian.ts'
import { Lzma } from '../../codecs/lzma.ts'
import { lzmaPropsOf } from '../../codecs/lzma-core.ts'
import { Lzma2 } from '../../codecs/lzma2.ts'
import { RangeDecoder } from '../../codecs/range-decoder.ts'
import { Rc4 } from '../../codecs/rc4.ts'
import { isZlibHeader, ZlibStream } from '../../codecs/zlib-stream.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { layered } from '../../source/layered.ts'

const mark = 0x1a626c7a
const markBytes = 4
const saltBytes = 8
/** Of the cipher's output. */
const discardedBytes = 1000
const propsBytes = 5
const largestLzma2Dictionary = 40

export interface ChunkPlace {
  readonly offset: number
  readonly packedBytes: number
  /** At least so much is in it. */
  readonly unpackedBytes: number
  readonly isPacked: boolean
}

/** What a chunk holds, or why it cannot be read. */
export type Chunk =
  | { readonly source: ByteSource; readonly fault: () => string | undefined }
  | 'missing'
  | 'unknown method'

export function openChunk(source: ByteSource, place: ChunkPlace, budget: Budget): Chunk {
  if (u32(source.read(place.offset, markBytes), 0) !== mark) return 'missing'
  return openPacked(source, { ...place, offset: place.offset + markBytes }, budget)
}

function openPacked(source: ByteSource, place: ChunkPlace, budget: Budget): Chunk {
  const { offset, packedBytes, unpackedBytes, isPacked } = place
  if (!isPacked) return { source: sliceSource(source, offset, packedBytes), fault: () => undefined }
  const end = offset + packedBytes
  const head = source.read(offset, 8).slice()
  let codec: Codec | undefined
  const open = (make: () => Codec): Chunk => ({
    source: new DecodedSource(() => (codec = make()), budget, unpackedBytes),
    fault: () => codec?.fault,
  })
  if (isZlibHeader(head)) return open(() => new ZlibStream(source, offset, end))
  if (u32(head, 0) << 8 === 0x685a4200) return open(() => new Bzip2(source, offset, end))
  const props = lzmaPropsOf(head[0] ?? 255)
  if (props !== undefined && isDictionarySize(u32(head, 1)) && head[propsBytes] === 0) {
    const options = { ...props, dictSize: u32(head, 1), unpackedSize: unpackedBytes }
    return open(() => new Lzma(source, offset + propsBytes, end, options))
  }
  const exponent = head[0] ?? 255
  if (exponent > largestLzma2Dictionary || !beginsLzma2(head[1] ?? 255)) return 'unknown method'
  const dictSize = (2 | (exponent & 1)) * 2 ** ((exponent >> 1) + 11)
  return open(() => new Lzma2(source, offset + 1, end, dictSize))
}

/** Inno Setup's are powers of two, or one and a half of them. */
function isDictionarySize(bytes: number): boolean {
  return bytes >= 4096 && (bytes & 0xfff) === 0
}

/** The first piece is stored, or packed with everything set anew. */
function beginsLzma2(control: number): boolean {
  return control === 1 || control >= 0xe0
}

/** The same with the cipher undone; undefined: another password. */
export function openEncryptedChunk(
  source: ByteSource,
  place: ChunkPlace,
  password: { readonly bytes: Uint8Array; readonly algorithm: 'md5' | 'sha1' },
  budget: Budget,
): Chunk | undefined {
  const start = place.offset + markBytes
  if (u32(source.read(place.offset, markBytes), 0) !== mark) return 'missing'
  const salt = source.read(start, saltBytes).slice()
  const key = createHash(password.algorithm).update(salt).update(password.bytes).digest()
  const range = { from: start + saltBytes, to: start + saltBytes + place.packedBytes }
  const plain = new DecodedSource(() => new Decryption(source, range, key), budget, place.packedBytes)
  const chunk = openPacked(plain, { ...place, offset: 0 }, budget)
  if (typeof chunk === 'string') {
    plain.release()
    return chunk === 'unknown method' ? undefined : chunk
  }
  return { ...chunk, source: layered(chunk.source, plain) }
}

class Decryption extends RangeDecoder {
  readonly #cipher: Rc4

  constructor(source: ByteSource, range: { readonly from: number; readonly to: number }, key: Uint8Array) {
    super(source, range.from, range.to)
    this.#cipher = new Rc4(key)
    this.#cipher.apply(new Uint8Array(discardedBytes))
  }

  read(out: Uint8Array): number {
    const view = this.view(out.length)
    this.#cipher.apply(view, out)
    this.at += view.length
    return view.length
  }
}
