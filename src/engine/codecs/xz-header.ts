// The headers of the XZ file format 1.2.0: what a block says of itself.

import { crc32 } from 'node:zlib'

import { startsWith } from '../source/starts-with.ts'
import { branchFilter, type BranchFilterName } from './bcj.ts'
import type { Codec } from './codec.ts'
import { BranchFiltered, DeltaFiltered } from './filtered.ts'
import { u32 } from './little-endian.ts'
import { lzma2DictionarySize } from './lzma2.ts'

export const xzHeaderBytes = 12
const xzMagic = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)
const filterDelta = 3
const filterLzma2 = 0x21
const branchFilters: Readonly<Record<number, BranchFilterName>> = {
  4: 'x86',
  5: 'powerpc',
  6: 'ia64',
  7: 'arm',
  8: 'armthumb',
  9: 'sparc',
  10: 'arm64',
  11: 'riscv',
}

export function isXzMagic(bytes: Uint8Array, at: number): boolean {
  return startsWith(bytes, xzMagic, at)
}

/** The check's id (2.1.1.2) or what is wrong with the stream header. */
export function xzCheckOf(header: Uint8Array): number | string {
  if (!isXzMagic(header, 0)) return 'the xz header is missing'
  if (crc32(header.subarray(6, 8)) !== u32(header, 8)) return 'the checksum of the xz header is wrong'
  if (header[6] !== 0 || header[7]! > 15) return 'the xz header has unknown flags'
  return header[7]!
}

export interface XzFilter {
  wrap(inner: Codec): Codec
}

export interface XzBlockHeader {
  readonly packed: number | undefined
  readonly size: number | undefined
  readonly dictSize: number
  /** In the order in which they are put around the decoder. */
  readonly filters: readonly XzFilter[]
}

export interface XzRefusal {
  readonly fault: string
  readonly isUnsupported: boolean
}

function refusal(fault: string, isUnsupported = false): XzRefusal {
  return { fault, isUnsupported }
}

/** A number of up to 63 bits, seven a byte (1.2); past 2^53 it is not exact, but larger than any file. */
export class XzNumbers {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** -1: none. */
  next(): number {
    let value = 0
    for (let weight = 1, i = 0; i < 9; i++, weight *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) return -1
      value += (byte & 0x7f) * weight
      if (byte < 0x80) return byte === 0 && i > 0 ? -1 : value
    }
    return -1
  }
}

/** 3.1, all of it, from its size byte to its CRC. */
export function parseXzBlockHeader(header: Uint8Array): XzBlockHeader | XzRefusal {
  const end = header.length - 4
  if (crc32(header.subarray(0, end)) !== u32(header, end))
    return refusal('the checksum of a block header is wrong')
  const flags = header[1]!
  if ((flags & 0x3c) !== 0) return refusal('a block header has unknown flags', true)
  const numbers = new XzNumbers(header.subarray(0, end), 2)
  const packed = (flags & 0x40) === 0 ? undefined : numbers.next()
  const size = (flags & 0x80) === 0 ? undefined : numbers.next()
  if (packed === -1 || size === -1) return refusal('a block header has a wrong number')
  const filters: XzFilter[] = []
  for (let left = flags & 3; left >= 0; left--) {
    const id = numbers.next()
    const length = numbers.next()
    const at = numbers.at
    if (id < 0 || length < 0 || length > end - at) return refusal('a block header has a wrong filter')
    const props = header.subarray(at, at + length)
    numbers.at = at + length
    if (left > 0) {
      const filter = filterOf(id, props)
      if (filter === undefined)
        return refusal(`packed with the xz filter ${id}, which is not supported`, true)
      filters.unshift(filter)
      continue
    }
    const dictSize = id === filterLzma2 && length === 1 ? lzma2DictionarySize(props[0]!) : undefined
    if (dictSize === undefined)
      return refusal(`packed with the xz filter ${id}, which is not supported`, true)
    return { packed, size, dictSize, filters }
  }
  return refusal('a block header has no filter')
}

function filterOf(id: number, props: Uint8Array): XzFilter | undefined {
  if (id === filterDelta && props.length === 1) {
    return { wrap: (inner) => new DeltaFiltered(inner, props[0]! + 1) }
  }
  const name = branchFilters[id]
  if (name === undefined || (props.length !== 0 && props.length !== 4)) return undefined
  const start = props.length === 4 ? u32(props, 0) : 0
  return { wrap: (inner) => new BranchFiltered(inner, branchFilter(name), start) }
}
