import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { bytesOfName, foldCase, nameOfBytes, partsOf } from './tree-path.ts'

test('no path leads out of the tree', () => {
  assert.deepEqual(partsOf('/a//b/./c/'), ['a', 'b', 'c'])
  assert.deepEqual(partsOf('/'), [])
  assert.equal(partsOf('/a/../../b'), undefined)
  assert.equal(partsOf('/a\0b'), undefined)
  assert.equal(partsOf('/a'.repeat(2000)), undefined)
})

test('names that Windows takes for one fold to one', () => {
  assert.equal(foldCase('Größe Éé ﬁ 한글'), 'GRÖßE ÉÉ ﬁ 한글')
  assert.equal(foldCase('abc'), 'ABC')
})

test('bytes that are no UTF-8 stand as \\xNN and come back', () => {
  assert.equal(nameOfBytes(Buffer.from('a\xff\xed\x95\x9c\xe9', 'latin1')), String.raw`a\xff한\xe9`)
  assert.equal(nameOfBytes(Buffer.from('plain 한')), 'plain 한')
  assert.equal(bytesOfName('plain \\x41'), undefined)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const name = nameOfBytes(bytes)
      const back = bytesOfName(name) ?? Buffer.from(name)
      if (!Buffer.from(bytes).includes('\\')) assert.ok(back.equals(bytes))
    }),
  )
})
