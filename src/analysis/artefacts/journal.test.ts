import assert from 'node:assert/strict'
import { test } from 'node:test'

import { writeJournal, writtenBoot } from '../../../test/support/journal-writer.ts'
import { lineOf, parseLine } from '../../evidence/logins/index.ts'
import { Notes } from '../../evidence/note.ts'
import { type FileSource, memorySource } from '../../evidence/source.ts'
import type { ArtefactRecord, Finding } from '../record.ts'
import { kindOfFile, recordsOfFile } from '../single-file.ts'
import { journal } from './journal.ts'

const startUs = 1_795_341_980_476_332

function fileOf(bytes: Uint8Array): FileSource {
  return { ...memorySource(bytes), path: '/evidence/x.bin', [Symbol.dispose]: () => undefined }
}

function recordsOf(bytes: Uint8Array): { records: ArtefactRecord[]; told: Finding[] } {
  const told: Finding[] = []
  const source = fileOf(bytes)
  assert.equal(kindOfFile(source), journal)
  const records = [...recordsOfFile(source, journal, { notes: new Notes(), told: (one) => told.push(one) })]
  return { records, told }
}

test('an entry of a journal is a record and the event that the sensor of logs tells', () => {
  const { bytes } = writeJournal([
    {
      realtimeUs: startUs + 5_000_000,
      monotonicUs: 77,
      fields: [
        ['MESSAGE', 'Accepted publickey for root from 203.0.113.9 port 51000 ssh2: ED25519 SHA256:abc'],
        ['_SOURCE_REALTIME_TIMESTAMP', String(startUs)],
        ['SYSLOG_IDENTIFIER', 'sshd'],
        ['SYSLOG_FACILITY', '4'],
        ['PRIORITY', '6'],
        ['_PID', '812'],
        ['_UID', '0'],
        ['_COMM', 'sshd'],
        ['_EXE', '/usr/sbin/sshd'],
        ['_HOSTNAME', 'web1'],
        ['_SYSTEMD_UNIT', 'ssh.service'],
        ['_TRANSPORT', 'syslog'],
      ],
    },
  ])
  const { records, told } = recordsOf(bytes)
  const [record] = records
  assert.deepEqual(told, [])
  assert.equal(records.length, 1)
  assert.deepEqual(record?.times, [{ time: '2026-11-22T10:06:20.476332Z', is: 'logged' }])
  assert.match(record?.title ?? '', /^sshd\[812\]: Accepted publickey for root/)
  const data = record?.data as Record<string, unknown>
  assert.deepEqual([data['seqnum'], data['bootId'], data['monotonicUs']], [1, writtenBoot, 77])
  const event = record?.event
  assert.deepEqual(event?.process, { pid: 812, name: 'sshd', executable: '/usr/sbin/sshd' })
  assert.deepEqual(event?.log?.syslog, { appname: 'sshd', procid: '812', hostname: 'web1' })
  assert.equal(event?.log?.file?.path, '/evidence/x.bin')
  const { id, ...log } = (event?.hx?.['log'] ?? {}) as Record<string, unknown>
  assert.match(String(id), /^s=[0-9a-f]{32};i=1;/)
  assert.deepEqual(log, {
    source: 'journal',
    kind: 'journal',
    clock: 'line',
    unit: 'ssh.service',
    transport: 'syslog',
    priority: 6,
    facility: 4,
  })
  // What the incidents make of it: a login.
  const line = event === undefined ? undefined : lineOf(event)
  const [fact] = line === undefined ? [] : parseLine(line)
  assert.deepEqual(
    [fact?.action, fact?.user, fact?.host, fact?.provider],
    ['logon', 'root', '203.0.113.9', 'journal'],
  )
})

test('entries without text, with bytes and with repeated fields have a title, and times where they have one', () => {
  const { bytes } = writeJournal([
    { realtimeUs: startUs, fields: [['_COMM', 'a']] },
    {
      realtimeUs: 2 ** 60,
      fields: [
        ['MESSAGE', Buffer.from([0x68, 0x69, 0xff])],
        ['MESSAGE', 'second'],
      ],
    },
  ])
  const { records } = recordsOf(bytes)
  assert.deepEqual(
    records.map(({ title, times, event }) => [title, times.length, event?.event.dataset]),
    [
      ['a: ', 1, 'hx.log'],
      ['hi\u{fffd}', 0, undefined],
    ],
  )
})

test('entries that somebody took out of the list are a finding', () => {
  const written = writeJournal(
    Array.from({ length: 8 }, (_, index) => ({
      realtimeUs: startUs,
      fields: [['MESSAGE', `${index}`]] as const,
    })),
  )
  const [first = 0] = written.arrays
  written.bytes.copyWithin(first + 32, first + 40, first + 48)
  const { records, told } = recordsOf(written.bytes)
  assert.equal(records.length, 8)
  assert.deepEqual(
    told.map(({ rule, level, details }) => [rule, level, details]),
    [['journal-unlisted', 'medium', { entries: 1 }]],
  )
})

test('a journal is known by where it lies, also when its head is gone', () => {
  assert.ok(journal.lies('/var/log/journal/3ac4/system.journal', 'system.journal'))
  assert.ok(journal.lies('/run/log/journal/3ac4/user-1000@0-1.journal~', 'user-1000@0-1.journal~'))
  assert.ok(!journal.lies('/home/a/cache.journal', 'cache.journal'))
  assert.ok(!journal.lies('/var/log/journal/3ac4/fss', 'fss'))
})
