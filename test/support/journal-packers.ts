// How values of a journal are compressed, each in the plainest form that its format allows.

import { crc32, zstdCompressSync } from 'node:zlib'

import type { JournalPacker } from './journal-writer.ts'

const longestChunk = 65_536

export const zstdPacker: JournalPacker = {
  incompatible: 8,
  flag: 4,
  pack: (bytes) => zstdCompressSync(bytes),
}

/** One run: its first byte as a literal, a match with distance 1, and the last five bytes, which have to be literals. */
export const lz4Packer: JournalPacker = {
  incompatible: 2,
  flag: 2,
  pack: (bytes) => {
    const size = Buffer.alloc(8)
    size.writeBigUInt64LE(BigInt(bytes.length))
    const run = bytes.at(-6)
    const from = bytes.findLastIndex((byte, index) => index < bytes.length - 5 && byte !== run) + 1
    const match = bytes.length - 5 - from - 1
    if (match < 4 + 15) return Buffer.concat([size, literals(bytes, 0)])
    return Buffer.concat([
      size,
      literals(bytes.subarray(0, from + 1), 15),
      Buffer.from([1, 0, ...lengthOf(match - 4 - 15)]),
      literals(bytes.subarray(-5), 0),
    ])
  },
}

function literals(bytes: Uint8Array, match: number): Buffer {
  const { length } = bytes
  const head = length < 15 ? [(length << 4) | match] : [0xf0 | match, ...lengthOf(length - 15)]
  return Buffer.concat([Buffer.from(head), bytes])
}

function lengthOf(rest: number): number[] {
  return [...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255]
}

/** A stream of chunks that are stored. */
export const xzPacker: JournalPacker = {
  incompatible: 1,
  flag: 1,
  pack: (bytes) => {
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; at += longestChunk) {
      const chunk = bytes.subarray(at, at + longestChunk)
      chunks.push(Buffer.from([at === 0 ? 1 : 2, (chunk.length - 1) >> 8, (chunk.length - 1) & 255]))
      chunks.push(Buffer.from(chunk))
    }
    const packed = Buffer.concat([...chunks, Buffer.from([0])])
    const header = summed([2, 0, 0x21, 1, 0x16, 0, 0, 0])
    const index = summed(padded([0, 1, ...number(header.length + packed.length), ...number(bytes.length)]))
    const block = Buffer.concat([header, packed, Buffer.alloc((4 - (packed.length % 4)) % 4)])
    const flags = [0, 0]
    const back = Buffer.alloc(4)
    back.writeUInt32LE(index.length / 4 - 1)
    const tail = Buffer.from([...back, ...flags])
    return Buffer.concat([
      Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
      summed(flags),
      block,
      index,
      sumOf(tail),
      tail,
      Buffer.from('YZ'),
    ])
  },
}

function number(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...number(value >>> 7)]
}

function padded(bytes: readonly number[]): number[] {
  return [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)]
}

function summed(bytes: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from(bytes), sumOf(Buffer.from(bytes))])
}

function sumOf(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(bytes))
  return sum
}
