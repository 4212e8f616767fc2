import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { time, u16, u32, u64, wide } from '../../../test/support/artefact-fields.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readUsnJournal, type UsnRecord } from './usn-journal.ts'

const when = '2026-11-22T10:00:00.1234567Z'

function record(version: 2 | 3, name: string, reasons = 0x80000100): Buffer {
  const id = (entry: number, sequence: number): Buffer =>
    Buffer.concat([u32(entry), u16(0, sequence), version === 3 ? u64(0) : Buffer.alloc(0)])
  const nameAt = version === 2 ? 60 : 76
  const size = 8 * Math.ceil((nameAt + 2 * name.length) / 8)
  const bytes = Buffer.alloc(size)
  Buffer.concat([
    u32(size),
    u16(version, 0),
    id(42, 3),
    id(5, 5),
    u64(4096),
    time(when),
    u32(reasons, 1, 0x101, 0x20),
    u16(2 * name.length, nameAt),
    wide(name),
  ]).copy(bytes)
  return bytes
}

const common = {
  usn: 4096,
  time: when,
  mftEntry: 42,
  mftSequence: 3,
  parentEntry: 5,
  parentSequence: 5,
  source: 1,
  fileAttributes: 0x20,
}

function read(bytes: Uint8Array): { records: UsnRecord[]; notes: string[] } {
  const notes = new Notes()
  const records = [...readUsnJournal(memorySource(bytes), notes)]
  return { records, notes: notes.kept.map(({ text }) => text) }
}

test('records of versions 2, 3 and 4', () => {
  const fourth = Buffer.concat([
    u32(80),
    u16(4, 0),
    u32(42),
    u16(0, 3),
    u64(0),
    u32(5),
    u16(0, 5),
    u64(0),
    u64(4096),
    u32(1, 0, 0),
    u16(1, 16),
    u64(0, 100),
  ])
  const bytes = Buffer.concat([record(2, '한글.txt'), record(3, 'b', 0x1000), fourth])
  const { time: _time, ...untimed } = common
  assert.deepEqual(read(bytes), {
    records: [
      { offset: 0, version: 2, ...common, name: '한글.txt', reasons: ['file-create', 'close'] },
      { offset: 72, version: 3, ...common, name: 'b', reasons: ['rename-old-name'] },
      { offset: 152, version: 4, ...untimed, source: 0, fileAttributes: 0, reasons: ['data-overwrite'] },
    ],
    notes: [],
  })
})

test('holes before, between and behind are passed over', () => {
  const hole = Buffer.alloc(3 * 1024 * 1024)
  const { records, notes } = read(
    Buffer.concat([hole, record(2, 'a'), Buffer.alloc(4096), record(2, 'b'), hole]),
  )
  assert.deepEqual(
    records.map(({ name, offset }) => [name, offset]),
    [
      ['a', hole.length],
      ['b', hole.length + 4096 + 64],
    ],
  )
  assert.deepEqual(notes, [])
})

test('records across the blocks of reading are whole, each once', () => {
  const one = record(2, 'x'.repeat(100))
  const count = Math.ceil((3 * 1024 * 1024) / one.length)
  const { records } = read(Buffer.concat(Array.from({ length: count }, () => one)))
  assert.equal(records.length, count)
  assert.deepEqual(
    [records.at(-1)?.offset, records.at(-1)?.name],
    [(count - 1) * one.length, 'x'.repeat(100)],
  )
})

test('behind damage the next record is found, and the damage is told once', () => {
  const damaged = record(2, 'damaged')
  damaged.fill(0xff, 4, 8)
  const { records, notes } = read(Buffer.concat([record(2, 'a'), damaged, record(2, 'b')]))
  assert.deepEqual(
    records.map(({ name }) => name),
    ['a', 'b'],
  )
  assert.deepEqual(notes, ['a record is damaged'])
  assert.deepEqual(read(record(2, 'cut').subarray(0, 40)).records, [])
})

test('any change of any byte is survived', () => {
  const sample = Buffer.concat([record(2, 'abc'), record(3, 'defg'), record(2, 'h')])
  const changes = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at] = value
      JSON.stringify(read(bytes))
    }),
  )
})
