import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { TemporaryFolder } from '../../../test/support/run-haechi.ts'
import { appendAudit, auditFile, readAudit } from './audit-log.ts'
import { bootId, newId, ownProcess } from './new-record.ts'
import { parseRecord, type ResponseRecord } from './record.ts'
import { summarize } from './states.ts'

const now = new Date('2026-11-22T12:00:00Z')

function recordOf(changes: Partial<ResponseRecord> = {}): ResponseRecord {
  return {
    version: 1,
    id: '20261122T110000Z-00000001',
    time: '2026-11-22T11:00:00.000Z',
    phase: 'begun',
    action: 'block-address',
    target: '203.0.113.9',
    by: { kind: 'hand', uid: 0, loginUid: 1000 },
    why: 'it attacked\nus',
    steps: ['drop it'],
    warnings: [],
    isReversible: true,
    data: { seconds: 60 },
    process: { pid: 4_194_305, startTicks: 1, boot: bootId() },
    ...changes,
  }
}

function states(...records: readonly ResponseRecord[]): string[] {
  return summarize(records, now, bootId()).map(({ state }) => state)
}

test('lines are appended for nobody else to read, and read back as they were', () => {
  using folder = new TemporaryFolder()
  const directory = folder.at('deep', 'inside')
  assert.deepEqual(readAudit(directory), { records: [], damaged: 0 })
  const records = [recordOf(), recordOf({ phase: 'done', results: [{ text: 'blocked', ok: true }] })]
  for (const record of records) appendAudit(directory, record)
  assert.deepEqual(readAudit(directory), { records, damaged: 0 })
  assert.equal(statSync(auditFile(directory)).mode & 0o777, 0o600)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  chmodSync(auditFile(directory), 0o644)
  appendAudit(directory, recordOf())
  assert.equal(statSync(auditFile(directory)).mode & 0o777, 0o600)
})

test('a line that a crash cut off is counted and does not spoil the next one', () => {
  using folder = new TemporaryFolder()
  appendAudit(folder.path, recordOf())
  const path = auditFile(folder.path)
  appendFileSync(path, JSON.stringify(recordOf()).slice(0, 100))
  appendAudit(folder.path, recordOf({ phase: 'done' }))
  const { records, damaged } = readAudit(folder.path)
  assert.deepEqual([records.map(({ phase }) => phase), damaged], [['begun', 'done'], 1])
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 4)
})

test('a log that is a symbolic link, or cannot be written, stops everything', () => {
  using folder = new TemporaryFolder()
  writeFileSync(folder.at('other'), '')
  symlinkSync(folder.at('other'), auditFile(folder.path))
  assert.throws(() => {
    appendAudit(folder.path, recordOf())
  }, /cannot write .*responses\.jsonl/)
  assert.throws(() => readAudit(folder.path), /cannot read/)
  assert.equal(readFileSync(folder.at('other'), 'utf8'), '')
  assert.throws(() => {
    appendAudit('/dev/null/nowhere', recordOf())
  }, /cannot write/)
})

test('any text is a line or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.equal(parseRecord(text), undefined)
    }),
  )
  assert.equal(parseRecord(JSON.stringify({ ...recordOf(), id: '../../etc' })), undefined)
  assert.equal(parseRecord(JSON.stringify({ ...recordOf(), action: 'rm' })), undefined)
  assert.deepEqual(parseRecord(JSON.stringify(recordOf())), recordOf())
})

test('ids are what the log accepts, and sort by time', () => {
  const [one, other] = [newId(), newId()]
  assert.notEqual(one, other)
  assert.deepEqual(parseRecord(JSON.stringify(recordOf({ id: one })))?.id, one)
})

test('the last line of a response says what became of it', () => {
  assert.deepEqual(states(recordOf(), recordOf({ phase: 'done' })), ['done'])
  assert.deepEqual(states(recordOf({ phase: 'planned' })), ['planned'])
  assert.deepEqual(states(recordOf(), recordOf({ phase: 'failed' })), ['failed'])
  const ended = spawnSync('true')
  assert.deepEqual(states(recordOf()), ['interrupted'])
  assert.deepEqual(states(recordOf({ process: { ...ownProcess(), pid: ended.pid } })), ['interrupted'])
  assert.deepEqual(states(recordOf({ process: { ...ownProcess(), boot: '00000000' } })), ['interrupted'])
  assert.deepEqual(states(recordOf({ process: ownProcess() })), ['running'])
  assert.deepEqual(states(recordOf(), recordOf({ phase: 'done' }), recordOf({ phase: 'undo-begun' })), [
    'interrupted',
  ])
  assert.deepEqual(states(recordOf({ phase: 'done', expires: '2026-11-22T12:00:00.000Z' })), ['expired'])
  assert.deepEqual(states(recordOf({ phase: 'restored', expires: '2026-11-22T12:00:00.001Z' })), ['done'])
})

test('who unblocks an address undoes every earlier block of it, but no later one and no other', () => {
  const id = (last: number): string => `20261122T110000Z-0000000${last}`
  const done = recordOf({ phase: 'done' })
  const all = [
    done,
    { ...done, id: id(2), time: '2026-11-22T11:10:00.000Z' },
    { ...done, id: id(3), target: '203.0.113.10' },
    { ...done, id: id(2), phase: 'undone' as const, time: '2026-11-22T11:20:00.000Z' },
    { ...done, id: id(4), time: '2026-11-22T11:30:00.000Z' },
    { ...done, id: id(5), action: 'disable-account' as const },
  ]
  assert.deepEqual(states(...all), ['undone', 'undone', 'done', 'done', 'done'])
})
