import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { actorOf, createTrustedProxies, isAddressList, normalAddress } from './address.ts'
import { createWeblog, type WeblogOptions } from './index.ts'

test('an address has one form however it is written', () => {
  const forms: readonly [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['[::ffff:10.1.2.3]:80', '10.1.2.3'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
    ['::1', '::1'],
    ['host.example', 'host.example'],
    ['a:b:c', 'a:b:c'],
    ['', ''],
  ]
  for (const [given, expected] of forms) assert.equal(normalAddress(given), expected, given)
})

test('normalising twice changes nothing, and no text makes it throw', () => {
  const pieces = fc.constantFrom(
    '2001',
    ':',
    '::',
    'ffff',
    '.',
    '192',
    '[',
    ']',
    '%',
    '0',
    'g',
    ',',
    ' ',
    '"',
    'for=',
  )
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 24 }).map((list) => list.join('')),
    fc.ipV6(),
    fc.ipV4(),
  )
  const proxies = createTrustedProxies(['10.0.0.0/8', '::1'])
  fc.assert(
    fc.property(text, text, (one, other) => {
      const once = normalAddress(one)
      assert.equal(normalAddress(once), once)
      assert.ok(actorOf(once).length < 100 + once.length)
      assert.equal(typeof proxies.clientOf(once, other), 'string')
      isAddressList(one)
    }),
    { numRuns: 300 },
  )
})

test('an IPv6 client acts as its /64, others as themselves', () => {
  assert.equal(actorOf('2001:db8:1:2::1'), '2001:db8:1:2::/64')
  assert.equal(actorOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(actorOf('2001:db8::1'), '2001:db8::/64')
  assert.equal(actorOf('2001:db8::2'), '2001:db8::/64')
  assert.equal(actorOf('2001:db8:0:5::1'), '2001:db8:0:5::/64')
  assert.equal(actorOf('::1'), '::1')
  assert.equal(actorOf('192.0.2.1'), '192.0.2.1')
})

test('behind trusted proxies the client is the last address that is none of them', () => {
  const { clientOf } = createTrustedProxies(['10.0.0.0/8', '2001:db8:f::/48', '192.0.2.10'])
  // What the visitor wrote itself stands on the left.
  assert.equal(clientOf('10.0.0.1', '1.1.1.1, 203.0.113.9, 10.9.9.9'), '203.0.113.9')
  assert.equal(clientOf('10.0.0.1', '203.0.113.9, ::ffff:10.9.9.9'), '203.0.113.9')
  assert.equal(clientOf('2001:db8:f::7', '203.0.113.9:5123, 192.0.2.10'), '203.0.113.9')
  assert.equal(clientOf('10.0.0.1', 'for=203.0.113.9;proto=https, for="[2001:db8:f::1]:44"'), '203.0.113.9')
  // All are proxies: the farthest one asked.
  assert.equal(clientOf('10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.3')
  // Nothing before what is no address is known.
  assert.equal(clientOf('10.0.0.1', '203.0.113.9, unknown, 10.0.0.2'), '10.0.0.2')
  assert.equal(clientOf('10.0.0.1', ''), '10.0.0.1')
})

test('a header that no trusted proxy sent is not believed', () => {
  const { clientOf } = createTrustedProxies(['10.0.0.0/8'])
  assert.equal(clientOf('198.51.100.4', '127.0.0.1'), '198.51.100.4')
  assert.equal(clientOf('host.example', '127.0.0.1'), 'host.example')
  for (const wrong of ['10.0.0.0/33', 'x', '10.0.0.0/8/8', '::/129', '10.0.0.0/-1', '']) {
    assert.throws(() => createTrustedProxies([wrong]), /neither an address nor a network/, wrong)
  }
})

function clientIn(line: string, options: WeblogOptions): string | undefined {
  const result = createWeblog(options).line(line)
  return result.kind === 'request' ? result.request.client : undefined
}

test('the header is read where each format has it', () => {
  const trustedProxies = ['10.0.0.0/8']
  const time = '[22/Nov/2026:08:00:05 +0000]'
  const list = '6.6.6.6, 203.0.113.9'
  const lines: readonly [string, WeblogOptions][] = [
    [`10.0.0.1 - - ${time} "GET / HTTP/1.1" 200 5 "-" "curl/8" "${list}"`, {}],
    [`10.0.0.1 ${time} ${list}|GET / HTTP/1.1|200`, { format: '%h %t %{X-Forwarded-For}i|%r|%>s' }],
    [
      `10.0.0.1 ${time} "GET / HTTP/1.1" 200 "${list}"`,
      { format: '$remote_addr [$time_local] "$request" $status "$http_x_forwarded_for"' },
    ],
    [
      `{"remote_addr":"10.0.0.1","http_x_forwarded_for":"${list}","request":"GET / HTTP/1.1","status":200}`,
      {},
    ],
    [
      `{"ts":1,"request":{"remote_ip":"10.0.0.1","method":"GET","uri":"/","headers":{"X-Forwarded-For":["6.6.6.6","203.0.113.9"]}},"status":200}`,
      {},
    ],
    [
      `{"ClientHost":"10.0.0.1","RequestMethod":"GET","RequestPath":"/","DownstreamStatus":200,"request_X-Forwarded-For":"${list}"}`,
      {},
    ],
  ]
  for (const [line, options] of lines) {
    assert.equal(clientIn(line, { ...options, trustedProxies }), '203.0.113.9', line)
    assert.equal(clientIn(line, options), '10.0.0.1', line)
    assert.equal(
      clientIn(line.replace('10.0.0.1', '8.8.8.8'), { ...options, trustedProxies }),
      '8.8.8.8',
      line,
    )
  }
})

test('of several headers the list of hops counts, and other fields behind the agent are none', () => {
  const time = '[22/Nov/2026:08:00:05 +0000]'
  const format = '%h %t "%{X-Real-IP}i" "%{X-Forwarded-For}i" "%{CF-Connecting-IP}i" "%r" %>s'
  const line = `10.0.0.1 ${time} "10.0.0.7" "6.6.6.6, 203.0.113.9" "1.1.1.1" "GET / HTTP/1.1" 200`
  assert.equal(clientIn(line, { format, trustedProxies: ['10.0.0.0/8'] }), '203.0.113.9')
  for (const field of ['0.002', 'gzip', '-', '10', 'a.example', '1.2.3.4 x']) {
    const result = createWeblog().line(`10.0.0.1 - - ${time} "GET / HTTP/1.1" 200 5 "-" "curl/8" "${field}"`)
    assert.ok(result.kind === 'request' && !('forwarded' in result.request), field)
  }
})

test('IIS and HAProxy name the header by a field and by its shape', () => {
  const trustedProxies = ['10.0.0.0/8']
  const iis = createWeblog({ trustedProxies })
  iis.line('#Fields: date time c-ip cs-method cs-uri-stem sc-status X-Forwarded-For')
  const row = iis.line('2026-11-22 08:00:05 10.0.0.1 GET /a 200 6.6.6.6,+203.0.113.9')
  assert.equal(row.kind === 'request' ? row.request.client : '', '203.0.113.9')
  const haproxy =
    '10.0.0.1:33317 [22/Nov/2026:08:00:05.000] in static/srv1 1/0/3/6/10 200 27 - - ---- 1/1/1/1/0 0/0 {x.example|203.0.113.9} "GET /a HTTP/1.1"'
  assert.equal(clientIn(haproxy, { trustedProxies }), '203.0.113.9')
})

test('a log that has nothing but the header is read by what the nearest proxy saw', () => {
  const format = '%{X-Forwarded-For}i %t "%r" %>s'
  const line = '6.6.6.6, 203.0.113.9, 10.0.0.2 [22/Nov/2026:08:00:05 +0000] "GET / HTTP/1.1" 200'
  const quoted = { format: '"%{X-Forwarded-For}i" %t "%r" %>s' }
  const text = line.replace('10.0.0.2', '10.0.0.2"').replace(/^/, '"')
  assert.equal(clientIn(text, quoted), '10.0.0.2')
  assert.equal(clientIn(text, { ...quoted, trustedProxies: ['10.0.0.0/8'] }), '203.0.113.9')
  assert.equal(
    clientIn('203.0.113.9 [22/Nov/2026:08:00:05 +0000] "GET / HTTP/1.1" 200', { format }),
    '203.0.113.9',
  )
})
