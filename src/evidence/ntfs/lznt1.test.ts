import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { decompressLznt1 } from './lznt1.ts'

test('the published example', () => {
  // [MS-XCA] 3.3.
  const input =
    '38b08846232000204720410010a24701a045204400084501507900c04520052413880' +
    '5b4024a44ef0358028c091601484500be009e000401189000'
  const { bytes, isWhole } = decompressLznt1(Buffer.from(input, 'hex'), 142)
  assert.ok(isWhole)
  assert.equal(
    Buffer.from(bytes).toString('latin1'),
    'F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0',
  )
})

test('a match behind exactly sixteen bytes still has four bits of distance', () => {
  const parts = ['14b0', '00', '6162636465666768', '00', '696a6b6c6d6e6f70', '01', '0df0']
  const { bytes, isWhole } = decompressLznt1(Buffer.from(parts.join(''), 'hex'), 32)
  assert.ok(isWhole)
  assert.equal(Buffer.from(bytes).toString(), 'abcdefghijklmnopabcdefghijklmnop')
})

test('stored chunks, an early end, and what makes no sense', () => {
  const chunk = Buffer.concat([Buffer.from('ff3f', 'hex'), Buffer.alloc(4096, 'y')])
  const two = decompressLznt1(Buffer.concat([chunk, Buffer.alloc(2)]), 8192)
  assert.ok(two.isWhole)
  assert.equal(Buffer.from(two.bytes).toString(), 'y'.repeat(4096) + '\0'.repeat(4096))
  assert.equal(decompressLznt1(Buffer.from('ffbf00', 'hex'), 4096).isWhole, false)
  // A match before anything was there.
  assert.equal(decompressLznt1(Buffer.from('02b0010000', 'hex'), 4096).isWhole, false)
  assert.equal(decompressLznt1(Buffer.from('0210410000', 'hex'), 4096).isWhole, false)
})

test('any bytes are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
      assert.equal(decompressLznt1(input, 65_536).bytes.length, 65_536)
    }),
    { numRuns: 300 },
  )
})
