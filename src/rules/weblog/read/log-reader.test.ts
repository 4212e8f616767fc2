import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { WebRequest } from '../request.ts'
import type { ErrorEntry, ReadLine } from './line-reader.ts'
import { createLogReader } from './log-reader.ts'

function requestIn(read: ReadLine | undefined): WebRequest {
  assert.equal(read?.kind, 'request')
  return read.request
}

function entryIn(read: ReadLine | undefined): ErrorEntry {
  assert.equal(read?.kind, 'error')
  return read.entry
}

const shared = {
  client: '192.0.2.7',
  method: 'GET',
  target: '/a?b=1',
  protocol: 'HTTP/1.1',
  status: 200,
  timeMs: Date.UTC(2026, 10, 22, 8, 0, 5),
}

function assertShared(request: WebRequest): void {
  for (const [name, value] of Object.entries(shared))
    assert.equal(request[name as keyof WebRequest], value, name)
}

const time = '[22/Nov/2026:10:00:05 +0200]'

test('the common, combined and vhost formats are read without being named', () => {
  const reader = createLogReader()
  assertShared(requestIn(reader.read(`192.0.2.7 - - ${time} "GET /a?b=1 HTTP/1.1" 200 2326`)))
  const combined = requestIn(
    reader.read(
      `192.0.2.7 - frank ${time} "GET /a?b=1 HTTP/1.1" 200 2326 "http://x.example/" "Mozilla/5.0 (X; \\"Y\\")"`,
    ),
  )
  assertShared(combined)
  assert.equal(combined.user, 'frank')
  assert.equal(combined.bytes, 2326)
  assert.equal(combined.referer, 'http://x.example/')
  assert.equal(combined.userAgent, 'Mozilla/5.0 (X; "Y")')
  const vhost = requestIn(
    reader.read(`www.example.org:443 192.0.2.7 - - ${time} "GET /a?b=1 HTTP/1.1" 200 - "-" "-"`),
  )
  assertShared(vhost)
  assert.equal(vhost.host, 'www.example.org')
  assert.equal(vhost.bytes, -1)
  assert.equal(vhost.userAgent, '')
})

test('a user with spaces, an IPv6 address and fields after the agent do not confuse it', () => {
  const read = createLogReader().read(
    `2001:db8::80 - J. Random User ${time} "GET / HTTP/2.0" 304 0 "-" "curl/8" "203.0.113.5" 0.002`,
  )
  const request = requestIn(read)
  assert.equal(request.client, '2001:db8::80')
  assert.equal(request.user, 'J. Random User')
  assert.equal(request.userAgent, 'curl/8')
})

test('escapes of the server are undone, and quotes that it did not escape do not end the request', () => {
  const reader = createLogReader()
  const apache = requestIn(
    reader.read(`192.0.2.7 - - ${time} "GET /?q=\\"x\\" HTTP/1.0" 200 1 "-" "a\\x00b\\\\c\\n"`),
  )
  assert.equal(apache.target, '/?q="x"')
  assert.equal(apache.userAgent, 'a\0b\\c\n')
  const bare = requestIn(
    reader.read(`192.0.2.7 - - ${time} "GET /?q="><script>1</script> HTTP/1.1" 200 1 "-" "x"`),
  )
  assert.equal(bare.target, '/?q="><script>1</script>')
  assert.equal(bare.status, 200)
})

test('what is no request line is the target of a request without a method', () => {
  const tls = requestIn(
    createLogReader().read(`192.0.2.7 - - ${time} "\\x16\\x03\\x01\\x02" 400 226 "-" "-"`),
  )
  assert.equal(tls.method, '')
  assert.equal(tls.target, '\u0016\u0003\u0001\u0002')
  const nothing = requestIn(createLogReader().read(`192.0.2.7 - - ${time} "-" 408 0 "-" "-"`))
  assert.equal(nothing.target, '')
  assert.equal(nothing.status, 408)
})

test('a LogFormat and a log_format of the administrator are compiled', () => {
  const apache = createLogReader('%{%Y-%m-%dT%H:%M:%S%z}t|%a|%m|%U%q|%H|%>s|%D|%{Cookie}i')
  const first = requestIn(
    apache.read('2026-11-22T10:00:05+0200|192.0.2.7|GET|/a?b=1|HTTP/1.1|200|1500|sid=7'),
  )
  assertShared(first)
  assert.equal(first.durationMs, 2)
  assert.equal(first.cookie, 'sid=7')
  const nginx = createLogReader(
    '$remote_addr [$time_local] "$request" $status $request_time "$http_user_agent" $host',
  )
  const second = requestIn(
    nginx.read(`192.0.2.7 ${time} "GET /a?b=1 HTTP/1.1" 200 0.250 "a \\x22b\\x22" x.example`),
  )
  assertShared(second)
  assert.equal(second.durationMs, 250)
  assert.equal(second.userAgent, 'a "b"')
  assert.equal(second.host, 'x.example')
  assert.throws(() => createLogReader('%h %l'), /no field for the request/)
})

test('logs of JSON objects are read: nginx with keys of its own, Caddy, Traefik', () => {
  const reader = createLogReader()
  const nginx = requestIn(
    reader.read(
      '{"time_iso8601":"2026-11-22T10:00:05+02:00","remote_addr":"192.0.2.7","request":"GET /a?b=1 HTTP/1.1","status":"200","body_bytes_sent":"12","request_time":"0.004","http_user_agent":"curl/8","request_body":"x=\\u20ac"}',
    ),
  )
  assertShared(nginx)
  assert.equal(nginx.bytes, 12)
  assert.equal(nginx.durationMs, 4)
  assert.equal(nginx.body, 'x=\u00e2\u0082\u00ac')
  const caddy = requestIn(
    reader.read(
      '{"level":"info","ts":1795334405.25,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.7","remote_port":"4","proto":"HTTP/1.1","method":"GET","host":"x.example","uri":"/a?b=1","headers":{"User-Agent":["curl/8"],"Cookie":["a=b"]}},"user_id":"","duration":0.001,"size":5,"status":200}',
    ),
  )
  assertShared({ ...caddy, timeMs: (caddy.timeMs ?? 0) - 250 })
  assert.equal(caddy.cookie, 'a=b')
  assert.equal(caddy.durationMs, 1)
  const traefik = requestIn(
    reader.read(
      '{"ClientHost":"192.0.2.7","RequestMethod":"GET","RequestPath":"/a?b=1","RequestProtocol":"HTTP/1.1","DownstreamStatus":200,"DownstreamContentSize":19,"Duration":3000000,"StartUTC":"2026-11-22T08:00:05.000000001Z","request_User-Agent":"curl/8"}',
    ),
  )
  assertShared(traefik)
  assert.equal(traefik.durationMs, 3)
  assert.equal(reader.read('{"level":"info","msg":"server running"}'), undefined)
  assert.equal(reader.read('{"request":"GET / HT'), undefined)
})

test('IIS is read by its #Fields line, also when that changes', () => {
  const reader = createLogReader()
  for (const line of ['#Software: Microsoft Internet Information Services 10.0', '#Version: 1.0']) {
    assert.deepEqual(reader.read(line), { kind: 'other' })
  }
  reader.read(
    '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status sc-bytes time-taken',
  )
  const first = requestIn(
    reader.read('2026-11-22 08:00:05 10.0.0.1 GET /a b=1 192.0.2.7 Mozilla/5.0+(X) 200 77 15'),
  )
  assertShared({ ...first, protocol: 'HTTP/1.1' })
  assert.equal(first.userAgent, 'Mozilla/5.0 (X)')
  assert.equal(first.bytes, 77)
  assert.equal(first.durationMs, 15)
  reader.read('#Fields: time c-ip cs-method cs-uri-stem sc-status')
  const second = requestIn(reader.read('08:00:06 192.0.2.7 POST /b 404'))
  assert.equal(second.status, 404)
  assert.equal(second.target, '/b')
})

test('HAProxy is read with the head of syslog, its captures by their shape', () => {
  const request = requestIn(
    createLogReader().read(
      'Nov 22 10:00:05 lb haproxy[14389]: 192.0.2.7:33317 [22/Nov/2026:08:00:05.000] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {www.example.org|Mozilla/5.0 (X)} "GET /a?b=1 HTTP/1.1"',
    ),
  )
  assertShared({ ...request, timeMs: shared.timeMs })
  assert.equal(request.timeMs, new Date(2026, 10, 22, 8, 0, 5).getTime())
  assert.equal(request.bytes, 2750)
  assert.equal(request.durationMs, 109)
  assert.equal(request.userAgent, 'Mozilla/5.0 (X)')
  assert.equal(request.host, 'www.example.org')
})

test('error logs of Apache and nginx are read as error logs', () => {
  const reader = createLogReader()
  const apache = entryIn(
    reader.read(
      "[Sun Nov 22 08:00:05.123456 2026] [php:error] [pid 417:tid 140] [client 192.0.2.7:51234] script '/var/www/x.php' not found, referer: http://x.example/",
    ),
  )
  assert.deepEqual(apache, {
    timeMs: new Date(2026, 10, 22, 8, 0, 5).getTime(),
    level: 'error',
    module: 'php',
    pid: 417,
    client: '192.0.2.7',
    message: "script '/var/www/x.php' not found",
    request: '',
    host: '',
    referer: 'http://x.example/',
  })
  const old = entryIn(
    reader.read('[Sun Nov 22 08:00:05 2026] [error] [client 192.0.2.7] File does not exist: /var/www/a'),
  )
  assert.equal(old.client, '192.0.2.7')
  assert.equal(old.message, 'File does not exist: /var/www/a')
  const nginx = entryIn(
    reader.read(
      '2026/11/22 08:00:05 [error] 29#31: *5 open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.7, server: _, request: "GET /a?b="c", d HTTP/1.1", host: "x.example"',
    ),
  )
  assert.equal(nginx.request, 'GET /a?b="c", d HTTP/1.1')
  assert.equal(nginx.host, 'x.example')
  assert.equal(nginx.pid, 29)
  assert.equal(nginx.message, 'open() "/srv/x" failed (2: No such file or directory)')
})

test('when lines stop fitting another reader takes over, and no line is lost on the way', () => {
  const reader = createLogReader()
  const clf = `192.0.2.7 - - ${time} "GET /a?b=1 HTTP/1.1" 200 1`
  const json = '{"client_ip":"192.0.2.7","method":"GET","uri":"/a?b=1","status":200}'
  assertShared(requestIn(reader.read(clf)))
  assert.equal(reader.format, 'combined')
  assert.equal(requestIn(reader.read(json)).target, '/a?b=1')
  assert.equal(reader.format, 'combined')
  for (let index = 0; index < 3; index += 1) requestIn(reader.read(json))
  assert.equal(reader.format, 'json')
  assertShared(requestIn(reader.read(clf)))
  assert.equal(reader.read('no log line at all'), undefined)
})

test('no line makes a reader throw', () => {
  const custom = createLogReader('%h "%r" %{Referer}i %s')
  const pieces = fc.constantFrom(
    '"',
    '\\',
    '[',
    ']',
    ' ',
    '-',
    '{',
    '}',
    ':',
    time,
    '192.0.2.7',
    'GET / HTTP/1.1',
    '200',
    '#Fields:',
    '\0',
  )
  const line = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(line, (text) => {
      createLogReader().read(text)
      custom.read(text)
    }),
    { numRuns: 150 },
  )
})

test('a line of nothing but quotes or backslashes costs little', () => {
  for (const unit of ['"', '\\', '\\"', '" ', '" -', '[', '{"a":']) {
    const text = `192.0.2.7 - - ${time} "${unit.repeat(60_000 / unit.length)}`
    const started = performance.now()
    createLogReader('"%h" "%r" %s').read(text)
    createLogReader().read(text)
    assert.ok(performance.now() - started < 200, unit)
  }
})
