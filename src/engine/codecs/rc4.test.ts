import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Rc4 } from './rc4.ts'

test('RC4 gives the key streams of RFC 6229', () => {
  for (const [key, stream] of [
    ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8'],
    ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97'],
  ] as const) {
    const bytes = new Uint8Array(16)
    new Rc4(Buffer.from(key, 'hex')).apply(bytes)
    assert.equal(Buffer.from(bytes).toString('hex'), stream)
  }
})

test('bytes one by one are those of whole pieces, also in pieces and from one array to another', () => {
  const key = Buffer.from('Secret')
  const plain = Buffer.from('Attack at dawn')
  const out = new Uint8Array(20)
  const cipher = new Rc4(key)
  cipher.apply(plain.subarray(0, 5), out)
  cipher.apply(plain.subarray(5), out.subarray(5))
  assert.equal(Buffer.from(out).toString('hex'), `45a01f645fc35b383552544b9bf5${'0'.repeat(12)}`)
  const single = new Rc4(key)
  assert.deepEqual(
    plain.map((byte) => byte ^ single.next()),
    Buffer.from(out.subarray(0, plain.length)),
  )
})

test('an empty key mixes nothing and is no endless loop', () => {
  const bytes = Uint8Array.of(7, 7)
  new Rc4(new Uint8Array(0)).apply(bytes)
  // The state is the identity: 1 and 3 are swapped with themselves or behind what is read.
  assert.deepEqual([...bytes], [7 ^ 2, 7 ^ 5])
})
