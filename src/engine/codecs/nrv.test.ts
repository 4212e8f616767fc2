import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../test/support/random.ts'
import { decodeNrv, type NrvCode } from './nrv.ts'

type Unit = 1 | 2 | 4
type Token = { readonly literal: number } | { readonly offset: number; readonly length: number }

/** Lays units of control bits and single bytes out as the decoder takes them. */
class Stream {
  readonly bytes: number[] = []
  readonly #unitBytes: Unit
  #unitAt = 0
  #left = 0

  constructor(unitBytes: Unit) {
    this.#unitBytes = unitBytes
  }

  bit(value: number): void {
    if (this.#left === 0) {
      this.#unitAt = this.bytes.length
      for (let index = 0; index < this.#unitBytes; index++) this.bytes.push(0)
      this.#left = this.#unitBytes * 8
    }
    this.#left--
    const at = this.#unitAt + (this.#left >> 3)
    this.bytes[at] = (this.bytes[at] ?? 0) | (value << (this.#left & 7))
  }

  /** The bits behind the leading one, each followed by one that says whether it is the last. */
  prefixed(value: number): void {
    const digits = value.toString(2).slice(1)
    for (const [index, digit] of Array.from(digits).entries()) {
      this.bit(Number(digit))
      this.bit(index === digits.length - 1 ? 1 : 0)
    }
  }
}

function encode2b(tokens: readonly Token[], unit: Unit): Uint8Array {
  const stream = new Stream(unit)
  let last = 1
  for (const token of tokens) {
    if ('literal' in token) {
      stream.bit(1)
      stream.bytes.push(token.literal)
      continue
    }
    stream.bit(0)
    if (token.offset === last) stream.prefixed(2)
    else {
      stream.prefixed(((token.offset - 1) >> 8) + 3)
      stream.bytes.push((token.offset - 1) & 255)
    }
    last = token.offset
    const length = token.length - 1 - (token.offset > 0xd00 ? 1 : 0)
    if (length <= 3) {
      stream.bit(length >> 1)
      stream.bit(length & 1)
    } else {
      stream.bit(0)
      stream.bit(0)
      stream.prefixed(length - 2)
    }
  }
  stream.bit(0)
  stream.prefixed(0x1000002)
  stream.bytes.push(0xff)
  return Uint8Array.from(stream.bytes)
}

function expected(tokens: readonly Token[]): number[] {
  const out: number[] = []
  for (const token of tokens) {
    if ('literal' in token) out.push(token.literal)
    else for (let index = 0; index < token.length; index++) out.push(out[out.length - token.offset] ?? 0)
  }
  return out
}

function randomTokens(seed: number): Token[] {
  const random = randomBytes(3000, seed)
  const tokens: Token[] = []
  let size = 0
  for (let at = 0; at + 4 < random.length; at += 4) {
    const [kind = 0, a = 0, b = 0, c = 0] = random.subarray(at, at + 4)
    const offset = 1 + ((a * 256 + b) % Math.max(1, Math.min(size, 0xf00)))
    if (size < 3 || kind < 100) tokens.push({ literal: a })
    else tokens.push({ offset, length: 3 + (c % 60) })
    size = expected(tokens.slice(-1)).length + size
  }
  return tokens
}

test('NRV2B gives back what was packed, with units of one, two and four bytes', () => {
  for (const unitBytes of [1, 2, 4] as const) {
    for (let seed = 1; seed <= 5; seed++) {
      const tokens = randomTokens(seed)
      const packed = encode2b(tokens, unitBytes)
      const result = decodeNrv(packed, { code: 'nrv2b', unitBytes, maxBytes: 1 << 20 })
      assert.equal(result.fault, undefined)
      assert.equal(result.consumed, packed.length)
      assert.deepEqual(Array.from(result.bytes), expected(tokens))
    }
  }
})

test('the digits of NRV2D and NRV2E lead to the same offset and length', () => {
  // Two literals, a match of offset 2 and length 4, the end mark; the coded offset holds the length's low bit.
  for (const [code, tail] of [
    ['nrv2d', [1]],
    ['nrv2e', [0, 1]],
  ] as const) {
    const stream = new Stream(1)
    for (const literal of [0x61, 0x62]) {
      stream.bit(1)
      stream.bytes.push(literal)
    }
    stream.bit(0)
    // 3 in its shortest form: a new offset below 256.
    stream.bit(1)
    stream.bit(1)
    const isShort = code === 'nrv2d'
    stream.bytes.push((1 << 1) | (isShort ? 0 : 1))
    for (const bit of tail) stream.bit(bit)
    const { bytes } = decodeNrv(Uint8Array.from(stream.bytes), { code, unitBytes: 1, maxBytes: 100 })
    // NRV2D: 2 * 1 + 1, plus one; NRV2E: 3 + the bit, plus one.
    const length = isShort ? 4 : 5
    assert.equal(Buffer.from(bytes).toString('latin1', 0, 2 + length), 'abababa'.slice(0, 2 + length), code)
  }
})

test('data that end early, and offsets before the beginning, are faults', () => {
  const tokens = randomTokens(9)
  const packed = encode2b(tokens, 1)
  for (const length of [0, 1, 7, packed.length >> 1, packed.length - 1]) {
    const { fault } = decodeNrv(packed.subarray(0, length), {
      code: 'nrv2b',
      unitBytes: 1,
      maxBytes: 1 << 20,
    })
    assert.notEqual(fault, undefined, `${length}`)
  }
  const bad = encode2b([{ literal: 1 }, { offset: 9, length: 3 }], 4)
  assert.match(
    decodeNrv(bad, { code: 'nrv2b', unitBytes: 4, maxBytes: 100 }).fault ?? '',
    /before the beginning/,
  )
})

test('no more than the limit is made, and what was made is told of', () => {
  const tokens: Token[] = [{ literal: 65 }, { offset: 1, length: 300_000 }]
  const packed = encode2b(tokens, 1)
  const seen: number[] = []
  const options = { code: 'nrv2b', unitBytes: 1, progress: (decoded: number) => seen.push(decoded) } as const
  assert.equal(decodeNrv(packed, { ...options, maxBytes: 300_001 }).bytes.length, 300_001)
  assert.deepEqual(seen, [300_001])
  assert.match(decodeNrv(packed, { ...options, maxBytes: 300_000 }).fault ?? '', /more than/)
})

test('any bytes end, with every code', () => {
  for (const code of ['nrv2b', 'nrv2d', 'nrv2e'] satisfies NrvCode[]) {
    for (let seed = 1; seed < 40; seed++) {
      for (const unitBytes of [1, 2, 4] as const) {
        const { bytes } = decodeNrv(randomBytes(500, seed), { code, unitBytes, maxBytes: 1 << 16 })
        assert.ok(bytes.length <= 1 << 16)
      }
    }
  }
  for (const filler of [0, 0xff]) {
    decodeNrv(new Uint8Array(5000).fill(filler), { code: 'nrv2e', unitBytes: 4, maxBytes: 1000 })
  }
})
