import assert from 'node:assert/strict'
import test from 'node:test'

import * as fc from 'fast-check'

import { AuditAssembler, type AuditEvent } from './audit-event.ts'
import { SerialGaps } from './audit-gaps.ts'
import { AuditRecord, RecordType } from './audit-record.ts'

const limits = { maxEvents: 3, maxRecords: 4, maxBytes: 100, timeoutMs: 2000 }

function record(serial: number, type: number, body = ''): AuditRecord {
  return new AuditRecord(type, { timeMs: 1000 + serial, serial, bodyStart: 0 }, body)
}

function assembler(): { events: AuditEvent[]; made: AuditAssembler } {
  const events: AuditEvent[] = []
  return { events, made: new AuditAssembler(limits, (event) => events.push(event)) }
}

function shape({ serial, complete, records }: AuditEvent): unknown[] {
  return [serial, complete, ...records.map(({ type }) => type)]
}

test('records of two events that come mixed are put together by their serial numbers', () => {
  const { events, made } = assembler()
  for (const [serial, type] of [
    [1, RecordType.syscall],
    [2, RecordType.syscall],
    [1, RecordType.execve],
    [2, RecordType.endOfEvent],
    [1, RecordType.endOfEvent],
    [9, RecordType.endOfEvent],
  ] as const)
    made.add(record(serial, type), 0)
  assert.deepEqual(events.map(shape), [
    [2, true, RecordType.syscall],
    [1, true, RecordType.syscall, RecordType.execve],
  ])
  assert.equal(events[0]?.timeMs, 1002)
  assert.equal(made.size, 0)
})

test('an event whose end does not come is closed after a time, and marked', () => {
  const { events, made } = assembler()
  made.add(record(1, RecordType.syscall), 0)
  made.add(record(2, RecordType.syscall), 1500)
  made.expire(1999)
  assert.deepEqual(events, [])
  made.expire(2000)
  assert.deepEqual(events.map(shape), [[1, false, RecordType.syscall]])
})

test('too many events, records or bytes close the oldest', () => {
  const { events, made } = assembler()
  for (const serial of [1, 2, 3, 4]) made.add(record(serial, RecordType.syscall), 0)
  assert.deepEqual(events.map(shape), [[1, false, RecordType.syscall]])
  for (let index = 0; index < 9; index++) made.add(record(4, RecordType.path), 0)
  made.add(record(4, RecordType.endOfEvent), 0)
  assert.deepEqual(events.map((event) => [event.serial, event.complete, event.records.length]).at(-1), [
    4,
    false,
    4,
  ])
  made.add(record(5, RecordType.execve, 'x'.repeat(101)), 0)
  assert.equal(made.size, 0)
})

test('whatever comes, every event is closed once and what waits is bounded', () => {
  const steps = fc.array(fc.tuple(fc.nat(12), fc.constantFrom(1300, 1302, 1309, 1320), fc.nat(40)))
  fc.assert(
    fc.property(steps, (all) => {
      const { events, made } = assembler()
      const added = all.filter(([, type]) => type !== RecordType.endOfEvent).length
      for (const [serial, type, length] of all) {
        made.add(record(serial, type, 'x'.repeat(length)), 0)
        assert.ok(made.size <= limits.maxEvents)
      }
      made.expire(5000)
      assert.equal(made.size, 0)
      const kept = events.reduce((sum, event) => sum + event.records.length, 0)
      assert.ok(kept <= added)
      assert.ok(events.every((event) => event.records.length > 0))
    }),
  )
})

test('a number that comes late is not lost, one that does not come is', () => {
  const gaps = new SerialGaps()
  for (const serial of [100, 100, 102, 103, 101, 106]) gaps.see(serial, 0)
  assert.equal(gaps.highest, 106)
  assert.equal(gaps.takeLost(900), 0)
  gaps.see(104, 950)
  assert.equal(gaps.takeLost(1000), 1)
  assert.equal(gaps.takeLost(9000), 0)
})

test('a gap too large to wait for counts at once', () => {
  const gaps = new SerialGaps()
  gaps.see(1, 0)
  gaps.see(1_000_002, 0)
  assert.equal(gaps.takeLost(0), 1_000_000 - 65_536)
  assert.equal(gaps.takeLost(1000), 65_536)
})
