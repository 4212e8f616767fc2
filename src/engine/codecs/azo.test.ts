import assert from 'node:assert/strict'
import { test } from 'node:test'

import { azoOf, type AzoOptions } from '../../../test/support/azo-writer.ts'
import { randomBytes } from '../../../test/support/random.ts'
import { bytesSource } from '../source/byte-source.ts'
import { Azo } from './azo.ts'

function decode(packed: Uint8Array, step = 1000): { bytes: Buffer; azo: Azo } {
  const azo = new Azo(bytesSource(packed), 0, packed.length, () => {})
  const parts: Buffer[] = []
  const out = new Uint8Array(step)
  for (let count = azo.read(out); count > 0; count = azo.read(out))
    parts.push(Buffer.from(out.subarray(0, count)))
  return { bytes: Buffer.concat(parts), azo }
}

const text = Buffer.from(
  Array.from(
    { length: 300 },
    (_, i) => `line ${i * 7919} of ${i % 13} texts, which repeat themselves. `,
  ).join(''),
)

function program(): Buffer {
  const bytes = Buffer.from(text)
  for (let at = 3; at + 5 < bytes.length; at += 41) {
    bytes[at] = at % 2 === 0 ? 0xe8 : 0xe9
    bytes.writeInt32LE(at % 3 === 0 ? -at : 5000 - at, at + 1)
  }
  return bytes
}

const cases: Record<string, [Buffer, AzoOptions]> = {
  'literals only': [text.subarray(0, 3000), { matches: false }],
  matches: [text, {}],
  'several blocks': [text, { blockBytes: 5000 }],
  'the x86 filter': [program(), { filter: true, blockBytes: 4099 }],
  'bytes that do not compress': [Buffer.from(randomBytes(3000, 5)), {}],
  'one byte again and again': [Buffer.alloc(100_000, 'a'), {}],
  nothing: [Buffer.alloc(0), {}],
}

for (const [title, [plain, options]] of Object.entries(cases)) {
  test(`decodes ${title}`, () => {
    const packed = azoOf(plain, options)
    for (const step of [1, 777, 100_000]) {
      const { bytes, azo } = decode(packed, step)
      assert.equal(azo.fault, undefined)
      assert.ok(bytes.equals(plain))
      assert.equal(azo.consumed, packed.length)
    }
  })
}

test('the calls of a program are absolute in the packed data, so the filter matters', () => {
  const packed = azoOf(program(), { filter: true })
  packed[1] = 0
  assert.ok(!decode(packed).bytes.equals(program()))
})

test('data that end early keep what was decoded', () => {
  const packed = azoOf(text, { blockBytes: 4000 })
  for (let length = 0; length < packed.length; length += 97) {
    const { bytes, azo } = decode(packed.subarray(0, length))
    assert.notEqual(azo.fault, undefined, `${length} bytes`)
    assert.ok(bytes.length <= text.length)
  }
  const { bytes } = decode(packed.subarray(0, -20))
  assert.ok(bytes.subarray(0, 12_000).equals(text.subarray(0, 12_000)))
})

test('wrong lengths, another version and huge blocks are faults, not memory', () => {
  const wrongCheck = azoOf(text)
  wrongCheck[13]! ^= 1
  assert.match(decode(wrongCheck).azo.fault ?? '', /wrong lengths/)
  const other = azoOf(text)
  other[0] = 0x30
  assert.ok(decode(other).azo.isUnsupported)
  const huge = Buffer.from('3100fffffff00000000000000000', 'hex')
  huge.writeUInt32BE(0x00000100, 6)
  huge.writeUInt32BE((0xfffffff0 ^ 0x100) >>> 0, 10)
  assert.ok(decode(huge).azo.isUnsupported)
})

test('damaged data end with a fault or a result, and soon', () => {
  const packed = azoOf(text, { blockBytes: 6000 })
  for (let seed = 0; seed < 200; seed++) {
    const broken = Buffer.from(packed)
    const at = 14 + ((seed * 7919) % (packed.length - 14))
    broken[at]! ^= 1 + (seed % 255)
    assert.ok(decode(broken).bytes.length <= text.length + 6000)
  }
})
