// Digests are those of the RFCs and FIPS 180-4 for these texts; what is undefined is so in YARA-X.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits, LimitReached } from '../../../../limits.ts'
import type { ModuleContext } from '../module.ts'
import { hashModule } from './index.ts'

function contextOf(bytes: Uint8Array, budget = new Budget(defaultLimits)): ModuleContext {
  return { bytes, budget, log: () => undefined }
}

function call(name: string, args: readonly unknown[], context: ModuleContext): unknown {
  const fn = hashModule.type.fields[name]
  assert.ok(typeof fn === 'object' && fn.kind === 'function')
  const overload = fn.overloads.find((one) => one.args.length === args.length)
  assert.ok(overload !== undefined)
  return overload.call(hashModule.open(context), args, context)
}

const abc = contextOf(Buffer.from('xabcx'))
const expected = {
  md5: '900150983cd24fb0d6963f7d28e17f72',
  sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  crc32: 0x352441c2,
  checksum32: 294,
} as const

for (const [name, digest] of Object.entries(expected)) {
  test(`${name} of a text, of a range, and of a range again`, () => {
    assert.equal(call(name, ['abc'], abc), digest)
    assert.equal(call(name, [1, 3], abc), digest)
    assert.equal(call(name, [1, 3], abc), digest)
    assert.notEqual(call(name, [0, 3], abc), digest)
  })
}

test('a range has to lie inside the object; an empty one at its end does', () => {
  assert.equal(call('md5', [5, 0], abc), 'd41d8cd98f00b204e9800998ecf8427e')
  for (const range of [
    [0, 6],
    [6, 0],
    [5, 1],
    [-1, 2],
    [1, -1],
    [0, 2n ** 63n - 1n],
    [2n ** 60n, 1],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ]) {
    for (const name of Object.keys(expected)) assert.equal(call(name, range, abc), undefined)
  }
})

test('what is remembered of one object is not told of another', () => {
  const other = contextOf(Buffer.from('yxyxy'))
  call('md5', [0, 5], abc)
  assert.equal(call('md5', [0, 5], other), createHash('md5').update('yxyxy').digest('hex'))
})

test('a great object is digested in parts, and the clock is looked at', () => {
  const bytes = Buffer.alloc(1_000_003, 'abcdefg')
  const context = contextOf(bytes)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  assert.equal(call('checksum32', [0, bytes.length], context), sum)
  assert.equal(call('sha1', [0, bytes.length], context), createHash('sha1').update(bytes).digest('hex'))
  const usedUp = contextOf(bytes, new Budget({ ...defaultLimits, maxMs: 0 }))
  for (const name of Object.keys(expected)) {
    assert.throws(() => call(name, [0, bytes.length], usedUp), LimitReached)
  }
})

test('a checksum is kept to 32 bits', () => {
  const bytes = new Uint8Array(17_000_000).fill(255)
  assert.equal(call('checksum32', [0, bytes.length], contextOf(bytes)), (17_000_000 * 255) % 2 ** 32)
})

test('every range of every object is digested or undefined', () => {
  const anyInt = fc.oneof(
    fc.integer({ min: -3, max: 20 }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), anyInt, anyInt, (bytes, offset, size) => {
      const digest = call('md5', [offset, size], contextOf(bytes))
      const isInside = offset >= 0 && size >= 0 && Number(offset) + Number(size) <= bytes.length
      const part = bytes.subarray(Number(offset), Number(offset) + Number(size))
      assert.equal(digest, isInside ? createHash('md5').update(part).digest('hex') : undefined)
    }),
  )
})
