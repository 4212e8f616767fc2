import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { contains, overlaps, parseNetwork, parseNetworks } from './networks.ts'

function textOf(text: string): string | undefined {
  return parseNetwork(text)?.text
}

test('an address has one form, a network the first of its addresses', () => {
  assert.equal(textOf('192.0.2.7'), '192.0.2.7')
  assert.equal(textOf(' 192.0.2.7/32 '), '192.0.2.7')
  assert.equal(textOf('192.0.2.7/24'), '192.0.2.0/24')
  assert.equal(textOf('0.0.0.0/0'), '0.0.0.0/0')
  assert.equal(textOf('2001:DB8:0:0::7'), '2001:db8::7')
  assert.equal(textOf('2001:db8:ffff::/32'), '2001:db8::/32')
  assert.equal(textOf('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(textOf('::ffff:c000:207'), '192.0.2.7')
  assert.equal(textOf('::ffff:192.0.2.7/120'), '192.0.2.0/24')
  assert.equal(parseNetwork('::/0')?.prefix, 0)
})

test('what is no address is none', () => {
  for (const text of [
    '',
    'host',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.7/33',
    '192.0.2.7/',
    '192.0.2.7/8/8',
    '::1/129',
    'fe80::1%eth0',
    '1.2.3.4; flush ruleset',
    '192.0.2.7/-1',
    '192.0.2.7/0x8',
  ]) {
    assert.equal(textOf(text), undefined, text)
  }
  assert.throws(() => parseNetworks(['10.0.0.1', 'x'], 'exempt_addresses'), /exempt_addresses: x is no/)
})

test('networks contain and overlap', () => {
  const of = (text: string): NonNullable<ReturnType<typeof parseNetwork>> => {
    const network = parseNetwork(text)
    assert.ok(network !== undefined)
    return network
  }
  assert.equal(contains(of('10.0.0.0/8'), of('10.255.255.255')), true)
  assert.equal(contains(of('10.0.0.0/8'), of('11.0.0.0')), false)
  assert.equal(contains(of('10.1.0.0/16'), of('10.0.0.0/8')), false)
  assert.equal(overlaps(of('10.1.0.0/16'), of('10.0.0.0/8')), true)
  assert.equal(overlaps(of('10.1.0.0/16'), of('10.2.0.0/16')), false)
  assert.equal(contains(of('::/0'), of('10.0.0.1')), false)
})

test('any text is read without a fault, and what is read stays what it is', () => {
  const text = fc.oneof(
    fc.string(),
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV6(), fc.nat(130)).map((pair) => pair.join('/')),
  )
  fc.assert(
    fc.property(text, (given) => {
      const read = parseNetwork(given)
      if (read === undefined) return
      assert.equal(textOf(read.text), read.text)
      assert.ok(read.first <= read.last)
    }),
  )
})
