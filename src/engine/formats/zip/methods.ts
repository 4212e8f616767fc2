// How each compression method (APPNOTE 4.4.5) is undone.

import type { Codec } from '../../codecs/codec.ts'
import { Bzip2 } from '../../codecs/bzip2.ts'
import { Deflate64 } from '../../codecs/deflate64.ts'
import { Explode } from '../../codecs/explode.ts'
import { Inflate } from '../../codecs/inflate.ts'
import { u16, u32 } from '../../codecs/little-endian.ts'
import { Lzma } from '../../codecs/lzma.ts'
import { lzmaPropsOf } from '../../codecs/lzma-core.ts'
import { Ppmd } from '../../codecs/ppmd.ts'
import { Unreduce } from '../../codecs/unreduce.ts'
import { Unshrink } from '../../codecs/unshrink.ts'
import { Xz } from '../../codecs/xz.ts'
import { Zstd } from '../../codecs/zstd.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { methodDeflated } from './header.ts'
import type { Reading } from './readings.ts'

export interface Span {
  readonly start: number
  readonly end: number
}

type Opener = (input: ByteSource, span: Span) => Codec

/** 4.4.4: of LZMA, that an end mark follows; of imploding, the window's size. */
const flagFirst = 0x0002
/** Of imploding, that literals have a tree. */
const flagSecond = 0x0004
/** 5.8.8: version, size of the properties, the properties. */
const lzmaHeaderBytes = 9

/** Undefined: a method that is not supported. */
export function openerOf(reading: Reading): Opener | undefined {
  const unpackedSize = reading.size ?? Number.POSITIVE_INFINITY
  switch (reading.method) {
    case 1:
      return (input, { start, end }) => new Unshrink(input, start, end, unpackedSize)
    case 2:
    case 3:
    case 4:
    case 5:
      return (input, { start, end }) =>
        new Unreduce(input, start, end, { factor: reading.method - 1, unpackedSize })
    case 6:
      return (input, { start, end }) =>
        new Explode(input, start, end, {
          isLargeWindow: (reading.flags & flagFirst) !== 0,
          hasLiteralTree: (reading.flags & flagSecond) !== 0,
          unpackedSize,
        })
    case methodDeflated:
      return (input, { start, end }) => new Inflate(input, start, end)
    case 9:
      return (input, { start, end }) => new Deflate64(input, start, end)
    case 12:
      return (input, { start, end }) => new Bzip2(input, start, end)
    case 14:
      return (input, span) =>
        openLzma(input, span, (reading.flags & flagFirst) === 0 ? reading.size : undefined)
    case 20:
    case 93:
      return (input, { start, end }) => new Zstd(input, start, end)
    case 95:
      return (input, { start, end }) => new Xz(input, start, end)
    case 98:
      return (input, { start, end }) => new Ppmd(input, start, end, reading.size)
    default:
      return undefined
  }
}

function openLzma(input: ByteSource, { start, end }: Span, unpackedSize: number | undefined): Codec {
  const header = input.read(start, Math.min(lzmaHeaderBytes, end - start))
  const props = lzmaPropsOf(header[4] ?? 255)
  if (header.length < lzmaHeaderBytes || u16(header, 2) !== 5 || props === undefined) {
    return { read: () => 0, consumed: 0, fault: 'the LZMA header is wrong' }
  }
  return new Lzma(input, start + lzmaHeaderBytes, end, { ...props, dictSize: u32(header, 5), unpackedSize })
}
