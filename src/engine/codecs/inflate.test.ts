import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

import { randomBytes } from '../../../test/support/random.ts'
import { bytesSource } from '../source/byte-source.ts'
import { Inflate } from './inflate.ts'

const text = Buffer.from(Array.from({ length: 9000 }, (_, i) => `line ${i * 7919} of the text\n`).join(''))
const inputs: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(65),
  text,
  zeros: new Uint8Array(300_000),
  'random bytes': randomBytes(200_000, 1),
  'few symbols': randomBytes(100_000, 2).map((byte) => byte & 3),
  'text far apart': Buffer.concat([text.subarray(0, 3000), randomBytes(29_000, 3), text.subarray(0, 3000)]),
}
const settings = {
  ...Object.fromEntries(Array.from({ length: 10 }, (_, level) => [`level ${level}`, { level }])),
  'fixed codes': { strategy: constants.Z_FIXED },
  'Huffman only': { strategy: constants.Z_HUFFMAN_ONLY },
  'run lengths': { strategy: constants.Z_RLE },
  'small window': { windowBits: 9 },
}

function inflateAll(encoded: Uint8Array, step: number, offset = 0, end?: number) {
  const inflate = new Inflate(bytesSource(encoded), offset, end)
  const out = new Uint8Array(step)
  const parts: Uint8Array[] = []
  for (let count = inflate.read(out); count > 0; count = inflate.read(out)) parts.push(out.slice(0, count))
  return { bytes: Buffer.concat(parts), inflate }
}

/** What zlib decodes before it meets the damage or the end. */
function zlibPrefix(encoded: Uint8Array): Buffer {
  return inflateRawSync(encoded, { finishFlush: constants.Z_SYNC_FLUSH })
}

for (const [kind, data] of Object.entries(inputs)) {
  test(`inflate gives back ${kind} from every setting of zlib, in one piece or in many`, () => {
    for (const [setting, options] of Object.entries(settings)) {
      const encoded = deflateRawSync(data, options)
      const framed = Buffer.concat([randomBytes(3, 4), encoded, randomBytes(9, 5)])
      for (const step of [1 << 20, 65_536, 32_768, 1000, 259, 258, 7]) {
        if (step < 100 && data.length > 110_000) continue
        const { bytes, inflate } = inflateAll(framed, step, 3)
        assert.ok(bytes.equals(data), `${setting}, ${step} bytes at a time`)
        assert.equal(inflate.fault, undefined)
        assert.ok(inflate.isComplete)
        assert.equal(inflate.consumed, encoded.length, `${setting}: the exact end`)
      }
    }
  })
}

test('inflate cut off at any byte delivers exactly what zlib can still decode', () => {
  for (const options of [{ level: 9 }, { level: 0 }, { strategy: constants.Z_FIXED }]) {
    const encoded = deflateRawSync(text.subarray(0, 5000), options)
    for (let length = 0; length < encoded.length; length++) {
      const { bytes, inflate } = inflateAll(encoded.subarray(0, length), 1 << 16)
      assert.ok(inflate.fault !== undefined, `cut to ${length}`)
      assert.ok(bytes.equals(zlibPrefix(encoded.subarray(0, length))), `cut to ${length}`)
    }
  }
})

test('inflate never reads past its end', () => {
  const encoded = deflateRawSync(text.subarray(0, 5000))
  const { inflate } = inflateAll(encoded, 1 << 16, 0, encoded.length - 1)
  assert.equal(inflate.fault, 'the deflate data ends early')
  assert.ok(inflate.consumed <= encoded.length - 1)
})

test('inflate agrees with zlib about what is damaged in mutated data', () => {
  let damaged = 0
  for (let seed = 0; seed < 3000; seed++) {
    const encoded = Buffer.from(deflateRawSync(text.subarray(0, 300 + (seed % 900)), { level: seed % 10 }))
    const noise = randomBytes(6, seed)
    const at = ((noise[0]! << 8) | noise[1]!) % encoded.length
    encoded[at]! ^= 1 << (noise[2]! & 7)
    if ((seed & 1) === 0) encoded[noise[3]! % Math.min(40, encoded.length)] = noise[4]!
    let expected: Buffer | undefined
    try {
      expected = inflateRawSync(encoded)
    } catch {
      damaged++
    }
    const { bytes, inflate } = inflateAll(encoded, 100 + (seed % 5000))
    assert.equal(inflate.isComplete, expected !== undefined, `seed ${seed}: ${inflate.fault}`)
    if (expected !== undefined) assert.ok(bytes.equals(expected), `seed ${seed}`)
  }
  assert.ok(damaged > 500, 'the mutations do damage')
})

test('a distance before the beginning is damage, not memory of another decoder', () => {
  inflateAll(deflateRawSync(Buffer.alloc(200_000, 'secret')), 1000)
  // Fixed codes: 'a', then length 3 at distance 4 (RFC 1951, 3.2.6), which is one byte too far.
  const bits = ['1', '10', '10010001', '0000001', '00011', '0000000'].join('')
  const encoded = Buffer.alloc(8)
  for (let i = 0; i < bits.length; i++) if (bits[i] === '1') encoded[i >> 3]! |= 1 << (i & 7)
  const { bytes, inflate } = inflateAll(encoded, 2)
  assert.equal(bytes.toString(), 'a')
  assert.equal(inflate.fault, 'a distance points before the beginning')
})

test('what the input throws passes through, after everything decoded before it', () => {
  const encoded = deflateRawSync(randomBytes(400_000, 9))
  const source = bytesSource(encoded)
  const limited = {
    size: encoded.length,
    read(offset: number, length: number) {
      if (offset > 200_000) throw new RangeError('limit')
      return source.read(offset, length)
    },
  }
  const inflate = new Inflate(limited, 0)
  const out = new Uint8Array(1 << 20)
  assert.ok(inflate.read(out) > 190_000)
  assert.throws(() => inflate.read(out), RangeError)
  assert.equal(inflate.fault, undefined)
})
