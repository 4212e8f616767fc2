import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../../test/support/random.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import { decryptEa05, decryptEa06 } from './ciphers.ts'
import { scriptOfTokens } from './tokens.ts'
import { unpackAutoIt } from './unpack.ts'

const budget = (): Budget => new Budget(defaultLimits)

test('EA05 uses the Mersenne Twister: its first numbers for the seed 5489 are known', () => {
  const bytes = new Uint8Array(4)
  decryptEa05(bytes, 5489)
  const published = [3499211612, 581869302, 3890346734, 3586334585]
  assert.deepEqual(
    Array.from(bytes),
    published.map((number) => (number >>> 1) & 255),
  )
})

test('both ciphers undo themselves, also beyond the first 624 numbers', () => {
  for (const cipher of [decryptEa05, decryptEa06]) {
    const bytes = randomBytes(2000, 3)
    const copy = bytes.slice()
    cipher(copy, 0x12345)
    assert.notDeepEqual(copy, bytes)
    cipher(copy, 0x12345)
    assert.deepEqual(copy, bytes)
  }
})

test('a match reaches back 32,767 bytes at most and not before the beginning', () => {
  // EA06: bit 0, a distance of 15 bits, two bits of length.
  const packed = Buffer.concat([
    Buffer.from('EA06'),
    Buffer.of(0, 0, 0, 9),
    Buffer.of(0x00, 0x05, 0x00, 0x00),
  ])
  assert.deepEqual(unpackAutoIt(packed, 'EA06', 100, budget())?.isDamaged, true)
  assert.equal(unpackAutoIt(packed, 'EA05', 100, budget()), undefined)
})

test('a size that lies costs nothing', () => {
  const packed = Buffer.concat([Buffer.from('EA05'), Buffer.of(0xff, 0xff, 0xff, 0xff), Buffer.alloc(10)])
  const { bytes, isDamaged } = unpackAutoIt(packed, 'EA05', 1 << 30, budget()) ?? assert.fail()
  assert.equal(isDamaged, true)
  assert.ok(bytes.length < 20)
})

const name = (kind: number, text: string): Buffer => {
  const bytes = Buffer.alloc(5 + text.length * 2)
  bytes.writeUInt8(kind)
  bytes.writeUInt32LE(text.length, 1)
  for (const [index, character] of Array.from(text).entries()) {
    bytes.writeUInt16LE(character.charCodeAt(0) ^ text.length, 5 + index * 2)
  }
  return bytes
}

test('tokens become statements', () => {
  const tokens = [
    Buffer.of(2, 0, 0, 0),
    name(0x33, 'A'),
    Buffer.of(0x41, 5, 0xff, 0xff, 0xff, 0xff, 0x49, 0x10, 1, 0, 0, 0, 1, 0, 0, 0, 0x7f),
    Buffer.of(0, 4, 0, 0, 0),
    name(0x36, 'say "no"'),
    Buffer.of(1, 0, 0, 0, 0, 0x7f),
  ]
  const { text, isDamaged } = scriptOfTokens(Buffer.concat(tokens))
  assert.equal(text, '$A = -1 + 4294967297\nIf "say ""no""" Abs\n')
  assert.equal(isDamaged, false)
})

test('a script with fewer lines than it says, or an unknown token, is damaged', () => {
  assert.deepEqual(scriptOfTokens(Buffer.of(9, 0, 0, 0, 0x40, 0x7f)), { text: ',\n', isDamaged: true })
  assert.deepEqual(scriptOfTokens(Buffer.of(1, 0, 0, 0, 0x40, 0x6f, 0x7f)), { text: ',\n', isDamaged: true })
  assert.equal(scriptOfTokens(Buffer.of(0xff, 0xff, 0xff, 0xff)).isDamaged, true)
})
