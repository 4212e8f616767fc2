import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { openSync, truncateSync, writeSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../../test/support/folder.ts'
import { ipOf, ipOfBytes, mayBeSameHost, sourceOf } from './address.ts'
import { lastlogRecordBytes, parseLastlogRecord, readLastlogOf } from './lastlog.ts'
import { parseUtmp, parseUtmpRecord, utmpRecordBytes } from './utmp.ts'
import { type WrittenRecord, writeUtmp } from '../../../test/support/utmp-writer.ts'

const v6 = Uint8Array.from([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x15])
const written: readonly WrittenRecord[] = [
  { type: 2, seconds: 1_700_000_000, line: '~', id: '~~', user: 'reboot', host: '6.1.0-18-amd64' },
  {
    type: 7,
    seconds: 1_700_000_100,
    microseconds: 123_456,
    pid: 4711,
    line: 'pts/0',
    id: 'ts/0',
    user: 'alice',
    host: '192.0.2.77',
    ip: '192.0.2.77',
  },
  {
    type: 7,
    seconds: 1_700_000_200,
    pid: 4712,
    line: 'pts/1',
    id: 'ts/1',
    user: 'bob',
    host: '2001:db8::15',
    ip: v6,
  },
  {
    type: 7,
    seconds: 1_700_000_300,
    pid: 4713,
    line: 'tty1',
    id: '1',
    user: 'abcdefghijklmnopqrstuvwxyz123456',
  },
  { type: 8, seconds: 1_700_003_700, pid: 4711, line: 'pts/0', id: 'ts/0' },
  { type: 8, seconds: 1_700_000_800, pid: 4712, line: 'pts/1', id: 'ts/1' },
]

/** A tool of the host, in UTC and the C locale; undefined where it is missing. */
function run(tool: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(tool, args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}

test('every field of a record is read as it was written', () => {
  const [boot, alice, bob, long, end] = parseUtmp(writeUtmp(written))
  assert.deepEqual([boot?.type, boot?.user, boot?.host], [2, 'reboot', '6.1.0-18-amd64'])
  assert.deepEqual(alice, {
    type: 7,
    pid: 4711,
    line: 'pts/0',
    id: 'ts/0',
    user: 'alice',
    host: '192.0.2.77',
    session: 0,
    timeMs: 1_700_000_100_123.456,
    ip: '192.0.2.77',
  })
  assert.equal(bob?.ip, '2001:db8::15')
  // A name may fill its field without a NUL.
  assert.equal(long?.user, 'abcdefghijklmnopqrstuvwxyz123456')
  assert.deepEqual([end?.type, end?.user, end?.ip], [8, '', undefined])
})

test('last reads the same users, terminals, addresses and times from the file', (t) => {
  const path = withFolder(t).file('wtmp', writeUtmp(written))
  const text = run('last', ['-F', '-i', '-w', '-f', path])
  if (text === undefined) {
    t.skip('last is not installed')
    return
  }
  for (const record of parseUtmp(writeUtmp(written)).filter(({ type }) => type === 7)) {
    const start = new Date(record.timeMs).toUTCString().slice(17, 25)
    const line: string | undefined = text.split('\n').find((found) => found.startsWith(`${record.user} `))
    assert.ok(
      line !== undefined && line.includes(` ${record.line} `) && line.includes(start),
      `${record.user}: ${line}`,
    )
    assert.ok(line.includes(record.ip ?? '0.0.0.0'), line)
  }
})

test('utmpdump reads the same records, and what it writes back is read too', (t) => {
  const path = withFolder(t).file('wtmp', writeUtmp(written))
  const text = run('utmpdump', [path])
  if (text === undefined) {
    t.skip('utmpdump is not installed')
    return
  }
  const lines = text.trim().split('\n')
  assert.equal(lines.length, written.length)
  for (const [index, record] of parseUtmp(writeUtmp(written)).entries()) {
    const fields = [...(lines[index] ?? '').matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]?.trim())
    const time = new Date(Math.floor(record.timeMs)).toISOString().slice(0, 23).replace('T', ' ')
    assert.deepEqual(fields.slice(0, 2), [String(record.type), String(record.pid).padStart(5, '0')])
    assert.equal(fields[3], record.user)
    assert.equal(fields[4], record.line)
    assert.equal(fields[6], record.ip ?? '0.0.0.0')
    assert.ok((fields[7] ?? '').replace('T', ' ').replace(',', '.').startsWith(time), `${fields[7]} ${time}`)
  }
})

test('who finds the same logins in a utmp', (t) => {
  const path = withFolder(t).file('utmp', writeUtmp(written.slice(0, 4)))
  const text = run('who', [path])
  if (text === undefined) {
    t.skip('who is not installed')
    return
  }
  const here = parseUtmp(writeUtmp(written.slice(0, 4))).filter(({ type }) => type === 7)
  assert.deepEqual(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, 2)),
    here.map(({ user, line }) => [user, line]),
  )
})

test('any bytes give at most as many records as fit, and bounded texts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 * utmpRecordBytes }), (bytes) => {
      const records = parseUtmp(Buffer.from(bytes))
      assert.equal(records.length, Math.floor(bytes.length / utmpRecordBytes))
      for (const { user, host, line, timeMs } of records) {
        assert.ok(user.length <= 32 && host.length <= 256 && line.length <= 32)
        assert.ok(timeMs >= 0 && timeMs < 2 ** 32 * 1000)
      }
    }),
    { numRuns: 50 },
  )
  assert.equal(parseUtmpRecord(Buffer.alloc(utmpRecordBytes), 1), undefined)
  assert.equal(parseUtmpRecord(Buffer.alloc(utmpRecordBytes), -1), undefined)
})

test('a record of a sparse lastlog is read at its uid, without the terabyte before it', (t) => {
  const path = withFolder(t).file('lastlog', '')
  const uid = 4_000_000_000
  truncateSync(path, (uid + 1) * lastlogRecordBytes)
  const record = Buffer.alloc(lastlogRecordBytes)
  record.writeUInt32LE(1_700_000_000, 0)
  record.write('pts/3', 4)
  record.write('host.example', 36)
  const fd = openSync(path, 'r+')
  writeSync(fd, record, 0, record.length, uid * lastlogRecordBytes)
  assert.deepEqual(readLastlogOf(fd, uid), { timeMs: 1_700_000_000_000, tty: 'pts/3', host: 'host.example' })
  assert.equal(readLastlogOf(fd, 5)?.timeMs, 0)
  assert.equal(readLastlogOf(fd, uid + 1), undefined)
  assert.equal(parseLastlogRecord(record.subarray(1)), undefined)
})

test('an address has one spelling, whatever the source writes', () => {
  assert.equal(ipOf('192.0.2.1'), '192.0.2.1')
  assert.equal(ipOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(ipOf('2001:DB8:0:0:0:0:0:15'), '2001:db8::15')
  assert.equal(ipOf('fe80::1%eth0'), 'fe80::1')
  for (const none of ['', '?', 'host.example', '192.0.2.256', '1.2.3', ':'.repeat(40)])
    assert.equal(ipOf(none), undefined)
  assert.equal(ipOfBytes(v6), '2001:db8::15')
  assert.equal(ipOfBytes(new Uint8Array(16)), undefined)
  assert.deepEqual(sourceOf('host.example', 22), { address: 'host.example', port: 22 })
  assert.equal(sourceOf('(null)', undefined), undefined)
  assert.ok(mayBeSameHost('::ffff:192.0.2.1', '192.0.2.1'))
  assert.ok(!mayBeSameHost('192.0.2.2', '192.0.2.1'))
  assert.ok(mayBeSameHost('host.example', '192.0.2.1'))
})
