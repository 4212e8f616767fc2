import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'

import { assert as check, property, uint8Array } from 'fast-check'

import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { sessionsStep } from './sessions.ts'
import { runStep } from './step-under-test.ts'
import { parseSudoTickets } from './sudo-tickets.ts'

interface Login {
  readonly type: number
  readonly user: string
  readonly line: string
  readonly host: string
  readonly pid: number
  readonly seconds: number
}

function utmpRecord({ type, user, line, host, pid, seconds }: Login): Buffer {
  const record = Buffer.alloc(384)
  record.writeInt16LE(type, 0)
  record.writeInt32LE(pid, 4)
  record.write(line, 8)
  record.write(user, 44)
  record.write(host, 76)
  record.writeUInt32LE(seconds, 340)
  return record
}

function ticket(type: number, flags: number): Buffer {
  const record = Buffer.alloc(56)
  record.writeUInt16LE(2, 0)
  record.writeUInt16LE(56, 2)
  record.writeUInt16LE(type, 4)
  record.writeUInt16LE(flags, 6)
  record.writeUInt32LE(1000, 8)
  record.writeInt32LE(4711, 12)
  record.writeBigInt64LE(50n, 16)
  record.writeBigInt64LE(60n, 32)
  record.writeBigUInt64LE(type === 3 ? 999n : 0x8803n, 48)
  return record
}

function rootOf(t: TestContext, files: Readonly<Record<string, string | Buffer>>): string | undefined {
  if (!requireRoot(t)) return undefined
  const scratch = withScratch(t)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(scratch.at(path)), { recursive: true })
    writeFileSync(scratch.at(path), content)
  }
  return scratch.path
}

test('logins of every form are told, and of a damaged file what can be read', async (t) => {
  const login = {
    type: 7,
    user: 'mallory',
    line: 'pts/9',
    host: '203.0.113.9',
    pid: 77,
    seconds: 1_767_225_600,
  }
  const lastlog = Buffer.alloc(292 * 1001)
  lastlog.writeUInt32LE(1_767_225_601, 292 * 1000)
  lastlog.write('pts/9', 292 * 1000 + 4)
  const root = rootOf(t, {
    'run/utmp': utmpRecord(login),
    'var/log/wtmp': Buffer.concat([
      utmpRecord({ ...login, type: 2, user: 'reboot' }),
      utmpRecord(login),
      Buffer.alloc(5),
    ]),
    'var/log/btmp': utmpRecord({ ...login, type: 6, user: 'root\u001b[2J' }),
    'var/log/lastlog': lastlog,
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\nmallory:x:1000:1000::/home/m:/bin/sh\n',
    'run/systemd/sessions/5':
      'UID=1000\nUSER=mallory\nREMOTE_HOST=203.0.113.9\nREALTIME=1767225600000000\nLEADER=77\n',
    'run/sudo/ts/mallory': Buffer.concat([ticket(4, 0), ticket(2, 0), ticket(3, 1)]),
    'var/lib/sudo/lectured/mallory': '',
  })
  if (root === undefined) return
  const given = await runStep(sessionsStep, { root })
  const [now] = given.rows('utmp')
  assert.deepEqual(
    [now?.['type'], now?.['user'], now?.['line'], now?.['host'], now?.['pid'], now?.['time']],
    ['userProcess', 'mallory', 'pts/9', '203.0.113.9', 77, '2026-01-01T00:00:00.000Z'],
  )
  assert.deepEqual(
    given.rows('wtmp').map((row) => row['type']),
    ['bootTime', 'userProcess'],
  )
  assert.equal(given.rows('btmp')[0]?.['user'], 'root\u001b[2J')
  assert.deepEqual(given.rows('lastlog'), [
    {
      user: 'mallory',
      last: '2026-01-01T00:00:01.000Z',
      tty: 'pts/9',
      host: '',
      service: null,
      source: 'lastlog',
    },
  ])
  const [session] = given.rows('logind-sessions')
  assert.deepEqual(
    [session?.['user'], session?.['leader'], session?.['since']],
    ['mallory', 77, '2026-01-01T00:00:00.000Z'],
  )
  assert.deepEqual(
    given
      .rows('sudo-tickets')
      .map((row) => [row['user'], row['type'], row['disabled'], row['terminal'], row['parent_pid']]),
    [
      ['mallory', 'lock', false, null, null],
      ['mallory', 'terminal', false, 0x8803, null],
      ['mallory', 'parent', true, null, 999],
    ],
  )
  assert.equal(given.rows('sudo-lectures')[0]?.['user'], 'mallory')
  assert.deepEqual(given.notes, ['/var/log/wtmp: its size is no multiple of the size of a record'])
  assert.deepEqual(given.files, ['/run/utmp', '/var/log/wtmp', '/var/log/btmp'])
})

test('a host without records of logins has none', async (t) => {
  const root = rootOf(t, { 'etc/passwd': 'root:x:0:0::/root:/bin/sh\n' })
  if (root === undefined) return
  const given = await runStep(sessionsStep, { root, profile: 'full' })
  assert.deepEqual([given.rows('wtmp'), given.rows('lastlog'), given.notes, given.files], [[], [], [], []])
})

test('any bytes as tickets of sudo give records within them', () => {
  check(
    property(uint8Array({ maxLength: 400 }), (bytes) => {
      assert.ok(parseSudoTickets(Buffer.from(bytes)).length <= bytes.length / 56)
    }),
  )
})
