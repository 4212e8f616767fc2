import assert from 'node:assert/strict'
import { BlockList, isIPv4 } from 'node:net'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { addressBytes, addressTest, isInNetwork, parseNetwork } from './network.ts'

test('addresses are in the networks in which Node says they are', () => {
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6())
  fc.assert(
    fc.property(addresses, addresses, fc.nat({ max: 128 }), (network, address, most) => {
      const bits = isIPv4(network) ? most % 33 : most
      const list = new BlockList()
      list.addSubnet(network, bits, isIPv4(network) ? 'ipv4' : 'ipv6')
      const parsed = parseNetwork(`${network}/${bits}`)
      assert.ok(parsed !== undefined)
      for (const each of [address, network]) {
        // Node takes an IPv4 address for one of the IPv6 network ::ffff:0:0/96 also the other way round.
        if (isIPv4(each) !== isIPv4(network)) continue
        const bytes = addressBytes(each)
        assert.ok(bytes !== undefined, each)
        assert.equal(
          isInNetwork(bytes, parsed),
          list.check(each, isIPv4(each) ? 'ipv4' : 'ipv6'),
          `${each} in ${network}/${bits}`,
        )
      }
    }),
    { numRuns: 500 },
  )
})

test('an IPv4 address within an IPv6 one is in the network of the first', () => {
  const network = parseNetwork('10.0.0.0/8')
  assert.ok(network !== undefined)
  assert.equal(isInNetwork(addressBytes('::ffff:10.1.2.3') ?? [], network), true)
  assert.equal(isInNetwork(addressBytes('::fffe:10.1.2.3') ?? [], network), false)
  assert.deepEqual(addressBytes('fe80::1%eth0'), addressBytes('fe80::1'))
})

test('what is no network is none', () => {
  for (const text of [
    '',
    '/',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'x/8',
    '1.2.3.4/',
  ]) {
    assert.equal(parseNetwork(text), undefined, text)
  }
})

test('a list holds its addresses and the networks of it, in every way of writing', () => {
  const isListed = addressTest(['192.0.2.1', ' 10.0.0.0/8', '2001:db8::/32'])
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '10.255.0.1', '2001:0db8::5%eth0'])
    assert.ok(isListed(address), address)
  for (const address of ['192.0.2.2', '11.0.0.1', '2001:db9::1', 'name', ''])
    assert.ok(!isListed(address), address)
  assert.ok(!addressTest([])('192.0.2.1'))
  assert.throws(() => addressTest(['10.0.0.0/33']), { code: 'usage' })
})
