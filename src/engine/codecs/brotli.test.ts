import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'

import { randomBytes } from '../../../test/support/random.ts'
import { bytesSource } from '../source/byte-source.ts'
import { Brotli } from './brotli.ts'

const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${i * 7919}\n`).join(''))
const packed = brotliCompressSync(text, { params: { 1: 5 } })

function decode(bytes: Uint8Array, start = 0) {
  const brotli = new Brotli(bytesSource(bytes), start)
  const out = new Uint8Array(50_000)
  const parts: Uint8Array[] = []
  for (let count = brotli.read(out); count > 0; count = brotli.read(out)) parts.push(out.slice(0, count))
  return { bytes: Buffer.concat(parts), brotli }
}

test('a stream between other bytes is decoded to its exact end', () => {
  const { bytes, brotli } = decode(Buffer.concat([randomBytes(7, 1), packed, randomBytes(70, 2)]), 7)
  assert.ok(bytes.equals(text))
  assert.deepEqual([brotli.fault, brotli.consumed], [undefined, packed.length])
})

test('a cut-off stream is damage, and its beginning is delivered', () => {
  const { bytes, brotli } = decode(packed.subarray(0, packed.length >> 1))
  assert.equal(brotli.fault, 'the brotli data are damaged')
  assert.ok(bytes.length > text.length / 4 && bytes.equals(text.subarray(0, bytes.length)))
})

test('bytes that are no stream are damage and give nothing that is kept', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { brotli } = decode(Buffer.concat([Buffer.of(0x91), randomBytes(300, seed)]))
    assert.equal(brotli.fault, 'the brotli data are damaged')
  }
})

test('a stream that unpacks to more than 32 MiB is unsupported, and its beginning is delivered', () => {
  const { bytes, brotli } = decode(brotliCompressSync(Buffer.alloc(40 << 20), { params: { 1: 1 } }))
  assert.equal(brotli.isUnsupported, true)
  assert.ok(bytes.length <= 32 << 20)
})
