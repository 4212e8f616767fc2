import assert from 'node:assert/strict'
import { isIPv6, SocketAddress } from 'node:net'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { addressBytes, ipv4Text, ipv6Text } from './inet.ts'

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

test('IPv6 addresses are written as RFC 5952 says', () => {
  const cases: readonly [hex: string, text: string][] = [
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000001', '2001:db8::1'],
    // One zero group is not shortened, of two equal runs the first is.
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['fe80000000000000000000000000abcd', 'fe80::abcd'],
    ['00010000000000000000000000000000', '1::'],
    ['00000000000000000000ffff0a000001', '10.0.0.1'],
    ['00000000000000000000000000000102', '::102'],
  ]
  for (const [hex, text] of cases) assert.equal(ipv6Text(bytesOf(hex), 0), text)
})

test('text of an address and its bytes are one', () => {
  assert.deepEqual(addressBytes('192.0.2.255'), new Uint8Array([192, 0, 2, 255]))
  assert.equal(
    Buffer.from(addressBytes('2001:db8::1:2') ?? []).toString('hex'),
    '20010db8000000000000000000010002',
  )
  assert.equal(
    Buffer.from(addressBytes('fe80::1%eth0') ?? []).toString('hex'),
    'fe800000000000000000000000000001',
  )
  assert.equal(
    Buffer.from(addressBytes('::ffff:1.2.3.4') ?? []).toString('hex'),
    '00000000000000000000ffff01020304',
  )
  for (const none of [
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    '1..2.3',
    '1.2.3.4.',
    '1.2.3.0400',
    '1.2.3.a',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    'g::1',
    '1:2:3:4:5:6:7:8:9',
  ])
    assert.equal(addressBytes(none), undefined, none)
  assert.equal(addressBytes('::1'.padEnd(5000, '1')), undefined)
})

test('any address survives the way to text and back, and Node agrees', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      // Many zeros, so that there is something to shorten.
      const sparse = bytes.map((byte) => (byte < 160 ? 0 : byte))
      const text = ipv6Text(sparse, 0)
      const back = addressBytes(text)
      if (back?.length === 4) return assert.equal(ipv4Text(sparse, 12), text)
      assert.deepEqual(back, sparse)
      assert.ok(isIPv6(text))
      // Node prints compatible addresses (::a.b.c.d) another way.
      if (!text.startsWith('::'))
        assert.equal(new SocketAddress({ family: 'ipv6', address: text }).address, text)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void addressBytes(text)))
})
