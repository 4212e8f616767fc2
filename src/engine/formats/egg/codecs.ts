// The methods of a block.

import { Azo } from '../../codecs/azo.ts'
import { Bzip2 } from '../../codecs/bzip2.ts'
import type { Codec } from '../../codecs/codec.ts'
import { Inflate } from '../../codecs/inflate.ts'
import { u32 } from '../../codecs/little-endian.ts'
import { lzmaPropsOf } from '../../codecs/lzma-core.ts'
import { Lzma } from '../../codecs/lzma.ts'
import type { Budget } from '../../limits.ts'
import { Stored } from '../../codecs/stored.ts'
import { brokenCodec } from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const method = { stored: 0, deflate: 1, bzip2: 2, azo: 3, lzma: 4 } as const
/** Four bytes that mean nothing, then the properties as in the LZMA SDK. */
const lzmaHeaderBytes = 9

export function isKnownMethod(number: number): boolean {
  return number <= method.lzma
}

export interface Packed {
  readonly method: number
  readonly start: number
  readonly end: number
  /** Unpacked bytes. */
  readonly size: number
}

/** `packed.method` is known. */
export function openCodec(input: ByteSource, packed: Packed, budget: Budget): Codec {
  const { start, end } = packed
  if (packed.method === method.deflate) return new Inflate(input, start, end)
  if (packed.method === method.bzip2) return new Bzip2(input, start, end)
  if (packed.method === method.azo) return new Azo(input, start, end, () => budget.checkTime())
  if (packed.method === method.lzma) return openLzma(input, packed)
  return new Stored(input, start, end)
}

function openLzma(input: ByteSource, { start, end, size }: Packed): Codec {
  const header = input.read(start, lzmaHeaderBytes)
  const props = lzmaPropsOf(header[4] ?? 255)
  if (header.length < lzmaHeaderBytes || props === undefined) return brokenCodec('the LZMA header is wrong')
  const options = { ...props, dictSize: u32(header, 5), unpackedSize: size }
  const lzma = new Lzma(input, start + lzmaHeaderBytes, end, options)
  return {
    get fault() {
      return lzma.fault
    },
    get isUnsupported() {
      return lzma.isUnsupported
    },
    get consumed() {
      return lzmaHeaderBytes + lzma.consumed
    },
    read: (out) => lzma.read(out),
  }
}
