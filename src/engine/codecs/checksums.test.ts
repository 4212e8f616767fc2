import assert from 'node:assert/strict'
import { test } from 'node:test'

import { randomBytes } from '../../../test/support/random.ts'
import { bzip2Crc } from './bzip2-crc.ts'
import { Crc64 } from './crc64.ts'
import { XxHash32 } from './xx-hash-32.ts'
import { XxHash64 } from './xx-hash-64.ts'

const digits = Buffer.from('123456789')

function xx64(bytes: Uint8Array, step = bytes.length): string {
  const hash = new XxHash64()
  for (let at = 0; at < bytes.length; at += step)
    hash.update(bytes.subarray(at), Math.min(step, bytes.length - at))
  return hash.low.toString(16)
}

function xx32(bytes: Uint8Array, step = bytes.length): string {
  const hash = new XxHash32()
  for (let at = 0; at < bytes.length; at += step) hash.update(bytes.subarray(at, at + step))
  return hash.digest().toString(16)
}

test('the checksums have the check values of their catalogues and specifications', () => {
  assert.equal(bzip2Crc(digits, 9, 0), 0xfc891918)
  const crc = new Crc64()
  crc.update(digits)
  assert.equal(Buffer.from(crc.digest()).readBigUInt64LE(), 0x995dc9bbdf1939fan)
  assert.deepEqual([xx32(Buffer.alloc(0)), xx32(Buffer.from('abc'))], ['2cc5d05', '32d153ff'])
  // The low halves of EF46DB3751D8E999 and 44BC2CF5AD770999.
  assert.deepEqual([xx64(Buffer.alloc(0)), xx64(Buffer.from('abc'))], ['51d8e999', 'ad770999'])
})

test('a checksum made in pieces is that of the whole', () => {
  const bytes = randomBytes(1000, 1)
  for (const step of [1, 7, 16, 31, 33, 999]) {
    assert.equal(xx32(bytes, step), xx32(bytes))
    assert.equal(xx64(bytes, step), xx64(bytes))
    let crc = 0
    for (let at = 0; at < 1000; at += step) {
      const part = bytes.subarray(at, at + step)
      crc = bzip2Crc(part, part.length, crc)
    }
    assert.equal(crc, bzip2Crc(bytes, 1000, 0))
  }
})
