import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Lea } from './lea.ts'

// The examples of KS X 3246, annex A.
const key = '0f1e2d3c4b5a69788796a5b4c3d2e1f0f0e1d2c3b4a5968778695a4b3c2d1e0f'
const vectors = [
  [16, '101112131415161718191a1b1c1d1e1f', '9fc84e3528c6c6185532c7a704648bfd'],
  [32, '303132333435363738393a3b3c3d3e3f', 'd651aff647b189c13a8900ca27f9e197'],
] as const

for (const [keyBytes, plain, secret] of vectors) {
  test(`encrypts as the standard's example with a key of ${keyBytes * 8} bits, each block by itself`, () => {
    const lea = new Lea(Buffer.from(key, 'hex').subarray(0, keyBytes))
    const blocks = Buffer.from(plain.repeat(3), 'hex')
    lea.encrypt(blocks)
    assert.equal(blocks.toString('hex'), secret.repeat(3))
  })
}
