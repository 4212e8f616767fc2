// What every decompressor owes, shown on what the real programs wrote (the golden samples).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, gunzipSync, zstdCompressSync } from 'node:zlib'

import { goldenSamples } from '../../../test/support/golden.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { type ByteSource, bytesSource } from '../source/byte-source.ts'
import { Bzip2 } from './bzip2.ts'
import type { Codec } from './codec.ts'
import { Compress } from './compress.ts'
import { Lz4 } from './lz4.ts'
import { LzipMember } from './lzip.ts'
import { Lzma } from './lzma.ts'
import { Xz } from './xz.ts'
import { ZlibStream } from './zlib-stream.ts'
import { Zstd } from './zstd.ts'

type Open = (source: ByteSource, at: number) => Codec

const opens: Readonly<Record<string, Open>> = {
  bzip2: (source, at) => new Bzip2(source, at),
  xz: (source, at) => new Xz(source, at),
  lzma: (source, at) => {
    const end = Number.POSITIVE_INFINITY
    const props = source.read(at, 1)[0] === 0x5d ? { lc: 3, lp: 0, pb: 2 } : { lc: 0, lp: 2, pb: 0 }
    return new Lzma(source, at + 13, end, { ...props, dictSize: 1 << 23 })
  },
  zstd: (source, at) => new Zstd(source, at),
  lz4: (source, at) => new Lz4(source, at),
  lzip: (source, at) => new LzipMember(source, at),
  compress: (source, at) => new Compress(source, at),
  zlib: (source, at) => new ZlibStream(source, at),
}
/** What all samples called "a tar archive" hold, by an independent decoder. */
const expected = gunzipSync(goldenSamples('gzip')[0]?.bytes ?? new Uint8Array(0))
/** They have no end mark, so nothing can be told from their end. */
const endless = new Set(['compress'])

function decode(codec: Codec, step: number): Buffer {
  const out = new Uint8Array(step)
  const parts: Uint8Array[] = []
  for (let count = codec.read(out); count > 0; count = codec.read(out)) parts.push(out.slice(0, count))
  return Buffer.concat(parts)
}

for (const [id, open] of Object.entries(opens)) {
  const tarballs = goldenSamples(id).filter(({ title }) => title.startsWith('a tar archive'))

  test(`${id}: what the program wrote is decoded, in one piece or in many`, () => {
    assert.ok(tarballs.length > 0)
    for (const { bytes, title } of tarballs) {
      for (const step of [1 << 20, 65_536, 1000, 7, 1]) {
        const codec = open(bytesSource(bytes), 0)
        assert.ok(decode(codec, step).equals(expected), `${title}, ${step} bytes at a time`)
        assert.equal(codec.fault, undefined, title)
        assert.equal(codec.read(new Uint8Array(10)), 0)
      }
    }
  })

  test(`${id}: says where its data end, wherever they begin`, () => {
    const [sample] = tarballs
    if (sample === undefined || endless.has(id)) return
    const framed = Buffer.concat([randomBytes(5, 1), sample.bytes, randomBytes(300, 2)])
    const codec = open(bytesSource(framed), 5)
    assert.ok(decode(codec, 5000).equals(expected))
    const header = id === 'lzma' ? 13 : 0
    assert.deepEqual([codec.consumed, codec.fault], [sample.bytes.length - header, undefined])
  })

  test(`${id}: data cut off anywhere are a fault, and what could be decoded is delivered`, () => {
    const [sample] = tarballs
    if (sample === undefined) return
    let most = 0
    for (let length = 0; length < sample.bytes.length; length += 37) {
      const codec = open(bytesSource(sample.bytes.subarray(0, length)), 0)
      const bytes = decode(codec, 4000)
      assert.ok(bytes.equals(expected.subarray(0, bytes.length)), `cut to ${length}`)
      if (!endless.has(id)) assert.ok(codec.fault !== undefined, `cut to ${length}`)
      assert.ok(codec.consumed <= length + 13)
      most = Math.max(most, bytes.length)
    }
    // Those decode a block as a whole.
    if (id !== 'bzip2' && id !== 'zstd') assert.ok(most > expected.length / 2)
  })

  test(`${id}: damaged bytes never throw, and a checksum finds them`, () => {
    const [sample] = tarballs
    if (sample === undefined) return
    let silent = 0
    for (let seed = 0; seed < 400; seed++) {
      const bytes = sample.bytes.slice()
      const [a = 0, b = 0, c = 0] = randomBytes(3, seed)
      bytes[(a * 256 + b) % bytes.length]! ^= c | 1
      const codec = open(bytesSource(bytes), 0)
      const decoded = decode(codec, 8192)
      assert.ok(decoded.length < 4 * expected.length)
      if (codec.fault === undefined && !decoded.equals(expected)) silent++
    }
    if (!endless.has(id) && id !== 'lzma') assert.equal(silent, 0)
  })

  test(`${id}: what the input throws passes through and is no fault of the data`, () => {
    const [sample] = tarballs
    if (sample === undefined) return
    const header = bytesSource(sample.bytes.subarray(0, 40))
    const limited = {
      size: sample.bytes.length,
      read(offset: number, length: number) {
        if (offset + length > 40) throw new RangeError('limit')
        return header.read(offset, length)
      },
    }
    let codec: Codec | undefined
    assert.throws(() => {
      codec = open(limited, 0)
      decode(codec, 1000)
    }, RangeError)
    assert.equal(codec?.fault, undefined)
  })
}

test('what was decoded before the input threw is delivered first', () => {
  const data = randomBytes(400_000, 9)
  const source = bytesSource(new Uint8Array(zstdCompressSync(data)))
  const limited = {
    size: source.size,
    read(offset: number, length: number) {
      if (offset + length > 200_000) throw new RangeError('limit')
      return source.read(offset, length)
    },
  }
  const codec = new Zstd(limited, 0)
  const out = new Uint8Array(1 << 20)
  assert.equal(codec.read(out), 128 * 1024)
  assert.ok(codec.read(out) > 0)
  assert.throws(() => codec.read(out), RangeError)
  assert.equal(codec.fault, undefined)
})

const repetitive = Buffer.from(
  Array.from({ length: 30_000 }, (_, i) => `${i * 7919} and ${i % 13}\n`).join(''),
)
const inputs: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(65),
  zeros: new Uint8Array(400_000),
  'random bytes': randomBytes(300_000, 1),
  'few symbols': randomBytes(200_000, 2).map((byte) => byte & 3),
  text: repetitive,
  'text far apart': Buffer.concat([repetitive, randomBytes(200_000, 3), repetitive]),
}

test('zstd: every level of the reference encoder is decoded, with and without checksum', () => {
  for (const [kind, data] of Object.entries(inputs)) {
    for (const level of [-5, 1, 3, 9, 15, 19]) {
      const params = {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_checksumFlag]: level & 1,
        [constants.ZSTD_c_windowLog]: 17,
      }
      const codec = new Zstd(bytesSource(new Uint8Array(zstdCompressSync(data, { params }))), 0)
      assert.ok(decode(codec, 70_000).equals(data), `${kind}, level ${level}`)
      assert.equal(codec.fault, undefined)
    }
  }
})

test('zstd: a dictionary is unsupported, not damage', () => {
  const codec = new Zstd(bytesSource(Uint8Array.from(Buffer.from('28b52ffd2101000100006100', 'hex'))), 0)
  assert.equal(codec.read(new Uint8Array(10)), 0)
  assert.deepEqual([codec.isUnsupported, codec.fault], [true, 'packed with a dictionary, which is not there'])
})

test('a dictionary of 4 GB that nothing is written to costs no memory', () => {
  const before = process.memoryUsage().arrayBuffers
  const props = { lc: 3, lp: 0, pb: 2, dictSize: 0xffffffff }
  const header = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  const codecs = Array.from({ length: 50 }, () => new Lzma(bytesSource(header), 0, 10, props))
  for (const codec of codecs) codec.read(new Uint8Array(4))
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 << 20)
})
