// LZMA alone (lzma-file-format.txt of XZ Utils): 13 bytes of header and one raw stream. It has no magic, so the header
// has to be plausible in every field and the first data have to decode.

import { u32, u64 } from '../../codecs/little-endian.ts'
import { Lzma } from '../../codecs/lzma.ts'
import { lzmaPropsOf } from '../../codecs/lzma-core.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

const headerBytes = 13
/** The range coder's first five bytes. */
const fewestBytes = headerBytes + 5
const smallestDictionary = 4096
const largestDictionary = 1.5 * 2 ** 30
const unknownSize = 2 ** 64
/** What XZ Utils takes for a mistake. */
const largestSize = 2 ** 38
/** Bytes that a cut-off beginning must give to be taken for LZMA. */
const fewestDecoded = 16

export const lzma: Format = {
  id: 'lzma',
  kind: 'stream',

  matches: ({ head }) => isHeader(head) && decodes(head),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, { '.tlz': '.tar', '.lzma': '' }),
      open: (source, at) => (at === 0 ? openLzma(source) : undefined),
    })
  },
}

function isHeader(head: Uint8Array): boolean {
  if (head.length < fewestBytes || head[headerBytes] !== 0) return false
  const dictSize = u32(head, 1)
  if (dictSize < smallestDictionary || !isDictionarySize(dictSize)) return false
  const size = u64(head, 5)
  return lzmaPropsOf(head[0] ?? 255) !== undefined && (size >= unknownSize || size < largestSize)
}

/** Encoders write a power of two, or half more than one. */
function isDictionarySize(size: number): boolean {
  if (size === 0xffffffff) return true
  const top = 2 ** (31 - Math.clz32(size))
  return size <= largestDictionary && (size === top || size === top * 1.5)
}

function openLzma(source: ByteSource): LzmaAlone | undefined {
  const header = source.read(0, headerBytes)
  const props = lzmaPropsOf(header[0] ?? 255)
  if (header.length < headerBytes || props === undefined) return undefined
  const size = u64(header, 5)
  const unpackedSize = size >= unknownSize ? undefined : size
  return new LzmaAlone(source, { ...props, dictSize: u32(header, 1), unpackedSize })
}

/** The stream behind its header. */
class LzmaAlone extends Lzma {
  constructor(source: ByteSource, options: ConstructorParameters<typeof Lzma>[3]) {
    super(source, headerBytes, Number.POSITIVE_INFINITY, options)
  }

  override get consumed(): number {
    return headerBytes + super.consumed
  }
}

const trial = new Uint8Array(4096)

function decodes(head: Uint8Array): boolean {
  const codec = openLzma(bytesSource(head))
  if (codec === undefined) return false
  let decoded = 0
  for (let count = codec.read(trial); count > 0; count = codec.read(trial)) {
    decoded += count
    if (decoded >= trial.length) return true
  }
  if (codec.fault === undefined) return true
  return decoded >= fewestDecoded && codec.consumed >= head.length
}
