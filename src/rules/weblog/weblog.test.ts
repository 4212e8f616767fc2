import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { findingsIn, lineOf } from '../../../test/support/web-log-line.ts'
import type { AttackFinding, Part, PartDetector } from './detector.ts'
import { createWeblog, type Weblog, type WeblogOptions } from './index.ts'

/** A detector of one word, which says what it was asked. */
function wordDetector(asked: string[] = []): PartDetector {
  return {
    id: 'word',
    places: ['path', 'query'],
    detect(value: string, part: Part): AttackFinding | undefined {
      asked.push(`${part.place} ${part.name}=${value}`)
      if (!value.includes('EVIL')) return undefined
      const confidence = value.includes('weak') ? 30 : 90
      return {
        class: 'sqli',
        detector: 'word',
        why: 'The word.',
        confidence,
        techniques: ['T1190'],
        cwe: 'CWE-89',
      }
    },
  }
}

function weblogOf(options: WeblogOptions = {}): Weblog {
  return createWeblog({ detectors: [wordDetector()], ...options })
}

test('a finding names its place, its parameter and the decoded value', () => {
  const result = weblogOf().line(lineOf({ target: '/a?x=1&y=%2545VIL' }))
  assert.equal(result.kind, 'request')
  assert.deepEqual(findingsIn(result), ['sqli query y possible'])
  assert.equal(result.findings[0]?.value, 'EVIL')
  assert.equal(result.incident?.actor, '192.0.2.7')
})

test('the answer tells how an attack likely ended', () => {
  const weblog = weblogOf()
  const outcomes = [404, 302, 500, 200].map(
    (status) => findingsIn(weblog.line(lineOf({ target: '/?q=EVIL', status })))[0],
  )
  assert.deepEqual(outcomes, [
    'sqli query q failed',
    'sqli query q attempted',
    'sqli query q possible',
    'sqli query q possible',
  ])
})

test('an attack that is answered with a size that the path never had has likely succeeded', () => {
  const weblog = weblogOf()
  for (let index = 0; index < 10; index += 1) weblog.line(lineOf({ target: `/item?id=${index}`, bytes: 500 }))
  assert.deepEqual(findingsIn(weblog.line(lineOf({ target: '/item?id=EVIL', bytes: 500 }))), [
    'sqli query id possible',
  ])
  assert.deepEqual(findingsIn(weblog.line(lineOf({ target: '/item?id=EVIL', bytes: 9000 }))), [
    'sqli query id likely',
  ])
  // It is not learnt from the attack.
  assert.deepEqual(findingsIn(weblog.line(lineOf({ target: '/item?id=EVIL', bytes: 9000 }))), [
    'sqli query id likely',
  ])
})

test('a size alone is weak evidence, told to those who ask for it', () => {
  const weblog = weblogOf({ minConfidence: 40 })
  for (let index = 0; index < 10; index += 1) weblog.line(lineOf({ target: '/page', bytes: 500 }))
  assert.deepEqual(findingsIn(weblog.line(lineOf({ target: '/page', bytes: 7 }))), [
    'anomaly request  attempted',
  ])
})

test('weak findings are not told at default sensitivity', () => {
  assert.deepEqual(findingsIn(weblogOf().line(lineOf({ target: '/?q=weak+EVIL' }))), [])
  assert.deepEqual(findingsIn(weblogOf({ minConfidence: 30 }).line(lineOf({ target: '/?q=weak+EVIL' }))), [
    'sqli query q possible',
  ])
})

test('what was found clean is not looked at again, what was not is', () => {
  const asked: string[] = []
  const weblog = createWeblog({ detectors: [wordDetector(asked)] })
  for (const target of ['/p?a=x', '/p?a=x', '/p?a=x&n=17', '/p?a=EVIL', '/p?a=EVIL'])
    weblog.line(lineOf({ target }))
  assert.deepEqual(asked, ['path =/p', 'query a=x', 'query a=EVIL', 'query a=EVIL'])
})

test('lines outside of the wanted time and malformed ones are counted, not judged', () => {
  const weblog = weblogOf({ sinceMs: Date.UTC(2026, 10, 22, 8, 1), untilMs: Date.UTC(2026, 10, 22, 8, 2) })
  const seconds = [59, 60, 120, 121]
  const kinds = seconds.map((second) => weblog.line(lineOf({ second, target: '/EVIL' })).kind)
  assert.deepEqual(kinds, ['none', 'request', 'request', 'none'])
  assert.equal(weblog.line('garbage').kind, 'malformed')
  assert.equal(weblog.line('').kind, 'none')
  assert.deepEqual(weblog.counts, { lines: 6, requests: 2, errors: 0, malformed: 1, outside: 2, attacks: 2 })
})

test('an address begins a new incident after an hour of silence, an IPv6 host is its network', () => {
  const weblog = weblogOf()
  for (const second of [0, 3000, 3000 + 3601]) weblog.line(lineOf({ target: '/EVIL', second }))
  assert.deepEqual(
    weblog.incidents().map(({ attacks }) => attacks),
    [2, 1],
  )
  const v6 = weblogOf()
  for (const host of ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6'])
    v6.line(lineOf({ target: '/EVIL', client: host }))
  assert.deepEqual(
    v6.incidents().map(({ actor, attacks }) => [actor, attacks]),
    [['2001:db8:1:2::/64', 2]],
  )
})

test('incidents and addresses are bounded, and what was let go is counted', () => {
  const weblog = weblogOf({ maxIncidents: 50, maxAddresses: 1000 })
  for (let index = 0; index < 5000; index += 1) {
    weblog.line(lineOf({ target: '/EVIL', client: `10.0.${index >> 8}.${index & 255}`, second: index }))
  }
  assert.equal(weblog.incidents().length, 50)
  assert.equal(weblog.droppedIncidents, 4950)
  assert.ok(weblog.addresses <= 1000 && weblog.addresses > 100)
})

test('a shell that did not find its command proves an injection', () => {
  const weblog = weblogOf()
  const head = '[Sun Nov 22 08:00:05.1 2026] [cgi:error] [pid 4:tid 1] [client 192.0.2.7:5] AH01215: '
  const result = weblog.line(`${head}sh: 1: whoamix: not found: /usr/lib/cgi-bin/ping.cgi`)
  assert.deepEqual(findingsIn(result), ['rce error-log cgi likely'])
  assert.deepEqual(findingsIn(weblog.line(`${head}premature end of script headers`)), [])
})

test('what Apache 2.4.71 and nginx 1.22 write about hostile requests is understood', () => {
  const weblog = createWeblog()
  const told = [
    '[Sun Nov 22 11:33:55.870246 2026] [core:error] [pid 15464:tid 15489] [client 127.0.0.1:51770] AH10244: invalid URI path (/%2e%2e/%2e%2e/etc/passwd)',
    '2026/11/22 11:33:55 [info] 15549#15549: *4 client sent invalid request while reading client request line, client: 127.0.0.1, server: , request: "GET /../../../etc/passwd HTTP/1.1"',
    '127.0.0.1 - bob smith [22/Nov/2026:11:33:55 +0000] "GET /?q=\\"><script>alert(1)</script> HTTP/1.1" 401 397 "-" "curl/7.88.1"',
    '127.0.0.1 - - [22/Nov/2026:11:33:55 +0000] "GET /?q=\\x22><script>alert(1)</script> HTTP/1.1" 200 3 "-" "curl/7.88.1"',
    '127.0.0.1 - - [22/Nov/2026:11:33:55 +0000] "GET /nosuch.php HTTP/1.1" 404 397 "-" "${jndi:ldap://x/a}"',
    '2026/11/22 11:33:54 [notice] 15467#15467: start worker processes',
    '[Sun Nov 22 11:33:54.8 2026] [mpm_event:notice] [pid 15461:tid 15461] AH00489: Apache/2.4.71 (Debian) configured -- resuming normal operations',
  ].map((line) => findingsIn(weblog.line(line)))
  assert.deepEqual(told, [
    ['traversal error-log core failed'],
    ['traversal path  attempted'],
    ['xss query q failed'],
    ['xss query q possible'],
    ['jndi user-agent  failed'],
    [],
    [],
  ])
  assert.equal(weblog.counts.malformed, 0)
})

test('logs that are not given in the order of time make incidents of their own time', () => {
  const weblog = weblogOf()
  for (const second of [90_000, 90_060, 10, 60, 0]) weblog.line(lineOf({ target: '/EVIL', second }))
  const start = Date.UTC(2026, 10, 22, 8)
  assert.deepEqual(
    weblog.incidents().map(({ firstMs, lastMs }) => [(firstMs ?? 0) - start, (lastMs ?? 0) - start]),
    [
      [90_000_000, 90_060_000],
      [0, 60_000],
    ],
  )
})

test('with all detectors no line throws, and what is told of it is bounded', () => {
  const weblog = createWeblog({ minConfidence: 1 })
  const pieces = fc.constantFrom(
    '%27',
    "'",
    '<script',
    '${jndi:',
    '../',
    '%00',
    '{{',
    '}}',
    '&',
    '=',
    ';',
    'union select',
    '|',
    'cat /etc/passwd',
    '\\x',
    '%u002f',
    '[$ne]',
    '{"a":',
    'O:8:"x"',
    '?',
    '/',
    '.php.jpg',
    '\r\n',
    '\u00ff',
    ' ',
    '%252e',
    'AAAA',
    '<?php',
    '--',
    '/*',
  )
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.array(pieces, { maxLength: 25 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(text, text, text, (target, referer, status) => {
      for (const line of [lineOf({ target, referer }), lineOf({ target: status }), target]) {
        const result = weblog.line(Buffer.from(line, 'utf8').toString('latin1'))
        if (!('findings' in result)) continue
        assert.ok(result.findings.length <= 20)
        assert.ok(result.findings.every(({ value, name }) => value.length <= 512 && name.length <= 128))
      }
    }),
    { numRuns: 100 },
  )
})

test('a number is judged by the name that it is given to', () => {
  const weblog = createWeblog()
  for (const name of ['__proto__.x', 'constructor.prototype.isAdmin', 'class.classLoader.x']) {
    assert.deepEqual(findingsIn(weblog.line(lineOf({ target: `/?${name}=1` }))).length, 1, name)
  }
  for (const name of ['page', 'prototype_id', 'class'])
    assert.deepEqual(findingsIn(weblog.line(lineOf({ target: `/?${name}=1` }))), [], name)
})

test('searches about unions and hosts are nothing, the same words as code are', () => {
  const weblog = createWeblog()
  for (const query of [
    'trade union select 20',
    'ping 192.0.2.1',
    'time curl example.org',
    'printf(foo)',
    'sodium_add_to_recipe(foo)',
    'http://foo:bar@example.com/',
    'http://0xABCDEF/',
  ])
    assert.deepEqual(
      findingsIn(weblog.line(lineOf({ target: `/?q=${encodeURIComponent(query)}` }))),
      [],
      query,
    )
  for (const query of [
    '1 union select 20',
    'trade union select 20,21',
    "trade' union select 20",
    'ping 192.0.2.1; id',
    'ping -c 1 192.0.2.1',
    'http://example.com:80@evil.example/',
    'http://0xa9fea9fe/',
    '<%',
  ])
    assert.equal(
      findingsIn(weblog.line(lineOf({ target: `/?q=${encodeURIComponent(query)}` }))).length > 0,
      true,
      query,
    )
  assert.equal(findingsIn(weblog.line(lineOf({ target: '/?cmd=ping+192.0.2.1' }))).length, 1)
})
