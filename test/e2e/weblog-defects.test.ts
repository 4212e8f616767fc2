// What scripts that search web logs have been seen to get wrong (lines passed over, nothing decoded, crashes on short lines, copies), one
// test each on the real command: none of it happens here.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { utimesSync, writeFileSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { spawn } from 'node:child_process'
import { gzipSync } from 'node:zlib'

import { weblogLines } from '../../src/model/weblog-lines.ts'
import { withFolder } from '../support/folder.ts'
import { haechi, jsonLines, launcher } from '../support/run-haechi.ts'

type Attack = ReturnType<typeof weblogLines.attack.schema.parse>
type Summary = ReturnType<(typeof weblogLines)['weblog-summary']['schema']['parse']>

interface Report {
  readonly code: number | null
  readonly attacks: readonly Attack[]
  readonly summary: Summary
}

function reportIn(stdout: string, code: number | null): Report {
  const lines = jsonLines(stdout)
  return {
    code,
    attacks: lines
      .filter(({ type }) => type === 'attack')
      .map((line) => weblogLines.attack.schema.parse(line)),
    summary: weblogLines['weblog-summary'].schema.parse(lines.at(-1)),
  }
}

function report(t: TestContext, log: string | Uint8Array, args: readonly string[] = []): Report {
  const file = withFolder(t).file('access.log', log)
  const { code, stdout, stderr } = haechi(['weblog', '--json', ...args, file])
  assert.equal(stderr, '')
  return reportIn(stdout, code)
}

const head = '192.0.2.7 - - [22/Nov/2026:08:00:05 +0000]'

function lineOf(target: string, status = 200): string {
  return `${head} "GET ${target} HTTP/1.1" ${status} 5 "-" "Mozilla/5.0"\n`
}

test('each of a thousand lines is examined, and each once', (t) => {
  const attacks = [
    '/a?id=1%27%20or%20%271%27=%271',
    '/a?q=%3Cscript%3Ealert(1)%3C/script%3E',
    '/up/a.php.jpg?',
    '/a?f=../../etc/passwd',
  ]
  const log = Array.from({ length: 1000 }, (_, index) =>
    lineOf(`${attacks[index % 4] ?? ''}&n=${index}`),
  ).join('')
  const { code, attacks: found, summary } = report(t, log)
  assert.equal(code, 1)
  assert.equal(summary.lines, 1000)
  assert.equal(summary.requests, 1000)
  assert.deepEqual(
    found.map(({ line }) => line),
    Array.from({ length: 1000 }, (_, index) => index + 1),
  )
  assert.deepEqual(
    found.slice(0, 4).map((attack) => attack.class),
    ['sqli', 'xss', 'double-extension', 'traversal'],
  )
})

test('requests are decoded before they are judged, as often as it takes', (t) => {
  const script = '<script>alert(1)</script>'
  const hex = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const encoded = [
    script,
    encodeURIComponent(script),
    encodeURIComponent(encodeURIComponent(script)),
    hex(script),
    hex(hex(script)),
    script.replaceAll('<', '%u003c').replaceAll('>', '%u003E'),
    script.replaceAll('<', '%ef%bc%9c').replaceAll('>', '%ef%bc%9e'),
    script.replaceAll('<', '%26lt;').replaceAll('>', '%26gt;'),
  ]
  const { attacks } = report(t, encoded.map((value) => lineOf(`/s?q=${value}`)).join(''))
  assert.deepEqual(
    attacks.map(({ line, class: name, parameter }) => `${line} ${name} ${parameter}`),
    encoded.map((_, index) => `${index + 1} xss q`),
  )
  assert.ok(attacks.every(({ value }) => value.includes(script)))
  const overlong = report(
    t,
    lineOf('/d?f=..%c0%af..%c0%af..%c0%afetc%c0%afpasswd') + lineOf('/u/a%252ephp%252ejpg'),
  )
  assert.deepEqual(
    overlong.attacks.map(({ class: name }) => name),
    ['traversal', 'double-extension'],
  )
})

test('a path is no attack for the dots that it has or has not', (t) => {
  const paths = [
    '/',
    '/about',
    '/blog/2026/11/news',
    '/index.html',
    '/jquery-3.7.1.min.js',
    '/v1.2.3/docs.tar.gz',
    '/a.b.c/d.e.html',
    '/download/haechi_0.1.0_amd64.deb',
    '/?C=D;O=A',
    '/search?q=select+a+union+job+from+the+list',
    '/index.php',
    '/api/users/7/',
  ]
  const { code, attacks, summary } = report(t, paths.map((path) => lineOf(path)).join(''), [
    '--min-confidence',
    '50',
  ])
  assert.deepEqual(attacks, [])
  assert.equal(summary.requests, paths.length)
  assert.equal(code, 0)
})

test('short, empty and cut lines are counted and stop nothing', (t) => {
  const whole = lineOf('/a?f=../../../etc/passwd').trimEnd()
  const short = [
    'a',
    '-',
    '"',
    '[',
    ' ',
    '- - -',
    '""',
    '\\',
    '{',
    '{}',
    '#',
    'GET / HTTP/1.1',
    '\u0000',
    '[]"',
  ]
  const cut = Array.from({ length: whole.indexOf('" 200') }, (_, index) => whole.slice(0, index + 1))
  const { code, attacks, summary } = report(t, `${['', '', ...short, ...cut, whole].join('\n')}\n`)
  assert.equal(code, 1)
  assert.equal(summary.lines, 3 + short.length + cut.length)
  assert.equal(summary.malformed, short.length + cut.length)
  assert.deepEqual(
    attacks.map(({ line, class: name }) => [line, name]),
    [[summary.lines, 'traversal']],
  )
})

test('a line with four kinds of attacks is one line, told once for each kind', (t) => {
  const target =
    '/up/shell.php.jpg?id=1%27%20union%20select%20user%20from%20users--%20-&q=%3Cscript%3Ealert(1)%3C/script%3E&f=../../../etc/passwd'
  const file = withFolder(t).file('access.log', lineOf(target))
  const { attacks } = reportIn(haechi(['weblog', '--json', file]).stdout, 1)
  assert.deepEqual(attacks.map((attack) => attack.class).toSorted(), [
    'double-extension',
    'sqli',
    'traversal',
    'xss',
  ])
  const { stdout } = haechi(['weblog', file])
  assert.match(stdout, /#1 +192\.0\.2\.7 .* 1 +likely/)
  assert.match(stdout, /1 lines? .*1 attacks?, 1 incidents?/)
})

test('of bursts between two looks every line is read, not the last one', async (t) => {
  const child = spawn(launcher, ['weblog', '--json', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  const stdout = textOf(child.stdout)
  const ended = once(child, 'exit')
  for (let burst = 0; burst < 5; burst += 1) {
    const lines = Array.from({ length: 400 }, (_, index) =>
      lineOf(`/d?f=../../../etc/passwd&n=${burst * 400 + index}`),
    )
    // Cut in the middle of a line, which the next burst ends.
    const bytes = Buffer.from(lines.join(''))
    for (const part of [bytes.subarray(0, 12_345), bytes.subarray(12_345)]) {
      if (!child.stdin.write(part)) await once(child.stdin, 'drain')
    }
  }
  child.stdin.end(lineOf('/d?f=../../../etc/passwd&n=2000').trimEnd())
  const [code] = (await ended) as [number]
  const { attacks } = reportIn(await stdout, code)
  assert.deepEqual(
    attacks.map(({ target }) => /n=(\d+)$/.exec(target ?? '')?.[1]),
    Array.from({ length: 2001 }, (_, index) => String(index)),
  )
})

test('the request is found in lines that split at other places than usual', (t) => {
  const attack = '../../../etc/passwd'
  const lines = [
    // A user with spaces, spaces in the target, no protocol, no method, a quote inside, HTTP/0.9.
    `192.0.2.7 - J. Random User [22/Nov/2026:08:00:05 +0000] "GET /d?f=${attack} HTTP/1.1" 200 5`,
    `${head} "GET /d?x=a b c&f=${attack} HTTP/1.1" 200 5 "-" "-"`,
    `${head} "GET /d?f=${attack}" 200 5 "-" "-"`,
    `${head} "/d?f=${attack}" 400 5 "-" "-"`,
    `${head} "GET /d?q="&f=${attack} HTTP/1.1" 200 5 "-" "-"`,
    `${head} "GET  /d?f=${attack} HTTP/1.1" 200 5 "-" "-"`,
    `www.example.org:443 ${head} "GET /d?f=${attack} HTTP/1.1" 200 5 "-" "-"`,
  ]
  const harmless = ['-', '', '\\x16\\x03\\x01\\x02\\x00\\x01', 'GET'].map(
    (asked, index) => `${head.replace('.7', `.${index + 10}`)} "${asked}" 400 0 "-" "-"`,
  )
  const { attacks, summary } = report(t, `${[...lines, ...harmless].join('\n')}\n`)
  assert.equal(summary.malformed, 0)
  assert.equal(summary.requests, lines.length + harmless.length)
  assert.deepEqual(
    attacks.map(({ line, class: name, client }) => [line, name, client]),
    lines.map((_, index) => [index + 1, 'traversal', '192.0.2.7']),
  )
})

test('an error log is read as an error log', (t) => {
  const pid = '[pid 4:tid 1] [client 192.0.2.7:5]'
  const log = [
    `[Sun Nov 22 08:00:05.1 2026] [cgi:error] ${pid} AH01215: sh: 1: whoamix: not found: /usr/lib/cgi-bin/ping.cgi`,
    `[Sun Nov 22 08:00:06.1 2026] [core:error] ${pid} AH10244: invalid URI path (/cgi-bin/.%2e/.%2e/bin/sh)`,
    `[Sun Nov 22 08:00:07.1 2026] [core:info] ${pid} AH00128: File does not exist: /var/www/html/favicon.ico`,
    '[Sun Nov 22 08:00:08.1 2026] [mpm_event:notice] [pid 4:tid 1] AH00489: Apache/2.4.65 (Debian) configured',
  ].join('\n')
  const { attacks, summary } = report(t, log)
  assert.deepEqual(
    attacks.map(({ line, class: name, place, outcome, client }) => [line, name, place, outcome, client]),
    [
      [1, 'rce', 'error-log', 'likely', '192.0.2.7'],
      [2, 'traversal', 'error-log', 'failed', '192.0.2.7'],
    ],
  )
  assert.equal(summary.errors, 4)
  assert.equal(summary.malformed, 0)
  assert.equal(summary.files[0]?.format, 'apache-error')
})

test('bytes that are no UTF-8 are read, and those around them too', (t) => {
  const bad = Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80])
  const log = Buffer.concat([
    Buffer.from(`${head} "GET /s?a=`),
    bad,
    Buffer.from(`&f=../../../etc/passwd HTTP/1.1" 200 5 "-" "`),
    bad,
    Buffer.from(`"\n${lineOf('/d?f=../../etc/passwd')}`),
  ])
  const { attacks, summary } = report(t, log)
  assert.equal(summary.malformed, 0)
  assert.deepEqual(
    attacks.map(({ line, class: name }) => [line, name]),
    [
      [1, 'traversal'],
      [2, 'traversal'],
    ],
  )
})

test('of a rotated log every line of every part is read once, the oldest first', (t) => {
  const { path } = withFolder(t)
  const parts: readonly [string, (text: string) => Uint8Array | string][] = [
    ['access.log', (text) => text],
    ['access.log.1', (text) => text],
    ['access.log.2.gz', (text) => gzipSync(text)],
  ]
  const files = parts.map(([name, packed], index) => {
    const file = join(path, name)
    const lines = Array.from({ length: 50 }, (_, line) =>
      lineOf(`/d?f=../../etc/passwd&n=${(2 - index) * 50 + line}`),
    )
    writeFileSync(file, packed(lines.join('')))
    utimesSync(file, 1_700_000_000 - index * 1000, 1_700_000_000 - index * 1000)
    return file
  })
  const { stdout, code } = haechi(['weblog', '--json', ...files])
  const { attacks, summary } = reportIn(stdout, code)
  assert.equal(summary.lines, 150)
  assert.deepEqual(
    attacks.map(({ target }) => Number(/n=(\d+)$/.exec(target ?? '')?.[1])),
    Array.from({ length: 150 }, (_, index) => index),
  )
})
