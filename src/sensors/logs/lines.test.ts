import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { lineTime, parseSyslogLine } from '../../evidence/log-lines/index.ts'
import { isRotationOf, looksRotated } from './siblings.ts'
import { lineMaxBytes, type Position, splitLines } from './split.ts'

const now = Date.UTC(2026, 10, 22, 12, 0, 0)

/** What the host's zone makes of a local time. */
function local(...parts: [number, number, number, number, number, number]): string {
  return new Date(...parts).toISOString().slice(0, 19)
}

const times: readonly (readonly [string, string, string | undefined])[] = [
  ['RFC 3164', 'Nov  2 09:56:31 host app: x', `${local(2026, 10, 2, 9, 56, 31)}Z`],
  ['RFC 3164 of last year', 'Dec 31 23:59:59 host app: x', `${local(2025, 11, 31, 23, 59, 59)}Z`],
  ['ISO 8601 with a zone', '2026-11-22T09:56:31.123456+09:00 host app: x', '2026-11-22T00:56:31.123456Z'],
  ['MySQL', '2026-11-22T09:56:31.123456Z 0 [Note] x', '2026-11-22T09:56:31.123456Z'],
  ['MariaDB', '2026-11-22  9:56:31 0 [Note] x', `${local(2026, 10, 22, 9, 56, 31)}Z`],
  [
    'Apache access',
    '10.0.0.1 - - [22/Nov/2026:09:56:31 -0130] "GET / HTTP/1.1" 200 1',
    '2026-11-22T11:26:31Z',
  ],
  [
    'Apache error',
    '[Sun Nov 22 09:56:31.123456 2026] [core:error] x',
    `${local(2026, 10, 22, 9, 56, 31)}.123456Z`,
  ],
  ['nginx error', '2026/11/22 09:56:31 [error] 7#7: x', `${local(2026, 10, 22, 9, 56, 31)}Z`],
  ['PostgreSQL', '2026-11-22 09:56:31.123 UTC [7] LOG:  x', '2026-11-22T09:56:31.123Z'],
  ['PostgreSQL in a zone whose letters say little', '2026-11-22 09:56:31.123 IST [7] LOG:  x', undefined],
  ['MongoDB', '{"t":{"$date":"2026-11-22T09:56:31.123+00:00"},"s":"I"}', '2026-11-22T09:56:31.123Z'],
  ['audit', 'type=SYSCALL msg=audit(1795341391.123:456): arch=c000003e', '2026-11-22T09:56:31.123Z'],
  [
    'xferlog',
    'Sun Nov 22 09:56:31 2026 1 host 5 /file b _ o a user ftp 0 * c',
    `${local(2026, 10, 22, 9, 56, 31)}Z`,
  ],
  ['fail2ban', '2026-11-22 09:56:31,123 fail2ban.actions x', `${local(2026, 10, 22, 9, 56, 31)}.123Z`],
  ['a day that does not exist', '2026-02-30T09:56:31Z x', undefined],
  ['a time in the future', '2027-11-22T09:56:31Z x', undefined],
  ['nothing', 'hello', undefined],
]

for (const [name, line, expected] of times) {
  test(`the time of a line: ${name}`, () => {
    assert.equal(lineTime(line, now), expected)
  })
}

test('the header of a syslog line gives host, program and process id', () => {
  assert.deepEqual(parseSyslogLine('Nov 22 09:56:31 web1 sshd[12]: Accepted password'), {
    hostname: 'web1',
    appname: 'sshd',
    procid: '12',
    messageAt: 'Nov 22 09:56:31 web1 sshd[12]: '.length,
  })
  assert.equal(parseSyslogLine('2026-11-22T09:56:31.1+00:00 h kernel: [ 1.0] x')?.procid, undefined)
  assert.equal(parseSyslogLine('no header'), undefined)
})

test('no text makes the times and headers throw', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('Nov ', '2026-11-22', '[', 'T09:56:31', ' host app[1]: ', '\u0000', '99'),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const line = pieces.join('')
      const time = lineTime(line, now)
      assert.ok(time === undefined || !Number.isNaN(Date.parse(time)))
      parseSyslogLine(line)
    }),
    { numRuns: 500 },
  )
})

test('whatever is read in whatever pieces, the same lines come with the same offsets', () => {
  const bytes = fc.array(fc.constantFrom(0, 10, 10, 13, 65, 255, 200), { maxLength: 200 })
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 50 }), (content, piece) => {
      const whole = split([Buffer.from(content)])
      const pieces: Buffer[] = []
      for (let at = 0; at < content.length; at += piece)
        pieces.push(Buffer.from(content.slice(at, at + piece)))
      assert.deepEqual(split(pieces), whole)
      for (const [, offset] of whole)
        assert.ok(offset === 0 || content[offset - 1] === 10 || content[offset - 1] === 0)
    }),
    { numRuns: 500 },
  )
})

test('a line without end that is longer than memory allows is told once and cut', () => {
  const told = split(Array.from({ length: 50 }, () => Buffer.alloc(10_000, 'a')))
  assert.equal(told.length, 1)
  assert.equal(told[0]?.[0].length, lineMaxBytes)
  assert.equal(told[0]?.[2], 'cut')
})

function split(pieces: readonly Buffer[]): [string, number, string][] {
  const told: [string, number, string][] = []
  const position: Position = { offset: 0, skipping: false, midLine: false }
  const counts = { lines: 0, cutBytes: 0, nulBytes: 0 }
  let rest: Buffer = Buffer.alloc(0)
  for (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece])
    const sink = {
      line: (text: string, offset: number, mark: string) => void told.push([text, offset, mark]),
      enough: () => false,
    }
    rest = bytes.subarray(splitLines(bytes, 0, position, { sink, counts }))
  }
  return told
}

test('rotated names are known, and no others', () => {
  const rotations = [
    'app.log.1',
    'app.log.12.gz',
    'app.log-20261122',
    'app.log-20261122.xz',
    'app-20261122.log',
    'app.1.log',
    'app.log.old',
    'app.log.2026-11-22',
    'app.log.gz',
    'app.log~',
    'app.log-20261122-1795341391.zst',
  ]
  for (const name of rotations) assert.ok(isRotationOf('app.log', name), name)
  for (const name of ['app.log', 'app2.log', 'app.logic', 'other.log.1', 'app.log.txt', 'app-error.log']) {
    assert.ok(!isRotationOf('app.log', name), name)
  }
  for (const name of [...rotations, 'syslog.1', 'messages-20261122']) assert.ok(looksRotated(name), name)
  for (const name of ['app.log', 'access_log', 'dnf.rpm.log', 'mail.err', 'vhost-a.log', 'fail2ban.log']) {
    assert.ok(!looksRotated(name), name)
  }
})

test('hostile names are looked at in linear time', () => {
  const name = `a${'.1'.repeat(120)}x`
  const started = performance.now()
  for (let i = 0; i < 200; i++) looksRotated(name)
  assert.ok(performance.now() - started < 1000)
})
