import assert from 'node:assert/strict'
import { test } from 'node:test'

import { u32, u64 } from '../../../test/support/artefact-fields.ts'
import { indexPlace, journalRecord, LogStory } from '../../../test/support/logfile-story.ts'
import { attributeTable, LogWriter, op, placeOf } from '../../../test/support/logfile-writer.ts'
import { fileName, indexEntry, standardInformation, writeRecord } from '../../../test/support/mft-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { type LogFileChange, readLogFile } from './index.ts'

const day = '2026-11-22T10:00:00.1234567Z'
const times = { created: day }
const file = { entry: 70, sequence: 3 }
const inRoot = (name: string) => ({ parent: [5, 5] as const, name, times })
const inFolder = (name: string) => ({ parent: [66, 2] as const, name, times })

function read(bytes: Uint8Array): { changes: LogFileChange[]; notes: string[] } {
  const notes = new Notes()
  const changes = [...readLogFile(memorySource(bytes), notes)]
  return { changes, notes: notes.kept.map(({ text }) => text) }
}

const brief = ({ change, mftEntry, path, oldName, oldParentEntry }: LogFileChange): string =>
  [change, mftEntry, path, oldName, oldParentEntry].filter((part) => part !== undefined).join(' ')

const briefs = (bytes: Uint8Array): string[] => read(bytes).changes.map(brief)

test('transactions that never end are told all the same, and their number is bounded', () => {
  const log = new LogWriter({ pages: 512 })
  for (let id = 1; id <= 2000; id += 1) {
    log.operation({
      redo: op.addEntryAllocation,
      undo: op.deleteEntryAllocation,
      redoData: indexEntry([100 + id, 1], inRoot(String(id))),
      transaction: id,
      target: 0x400,
    })
  }
  const rows = briefs(log.file())
  assert.deepEqual(
    [rows.length, rows[0], rows.at(-1)],
    [2000, 'name-added 101 \\1', 'name-added 2100 \\2000'],
  )
})

test('what goes on in a further record of $MFT is no file of its own', () => {
  const record = writeRecord({ entry: 80, base: [70, 3], attributes: [fileName(inRoot('a'))] })
  const story = new LogStory()
  story.log.operation({ redo: op.initializeRecord, undo: op.deallocateRecord, redoData: record, entry: 80 })
  story.log.operation({ redo: op.deallocateRecord, undo: op.initializeRecord, undoData: record, entry: 80 })
  assert.deepEqual(briefs(story.forget().log.file()), [])
})

test('the table of the last checkpoint holds for what was logged before it too', () => {
  const story = new LogStory({ clusterBytes: 2048 })
  story.journal(journalRecord(file, 'no journal', day), indexPlace)
  story.setTimes(file, times, { created: '2026-11-23T00:00:00Z' })
  assert.deepEqual(briefs(story.begin().log.file()), ['times-set 70'])
})

test('a table that is longer than its length can tell is read whole; names stay when it is written again', () => {
  const open = Array.from({ length: 1700 }, (_, index) => ({
    type: 0x80,
    file: [90, 1] as const,
    name: index === 1600 ? '$J' : 'other',
  }))
  const story = new LogStory()
  story.log.checkpoint(open)
  story.log.operation({ redo: op.attributeTable, redoData: attributeTable(open), transaction: 0 })
  story.journal(journalRecord(file, 'other', day), placeOf(1601))
  story.journal(journalRecord(file, 'journal', day), placeOf(1600))
  const later = new LogStory().journal(journalRecord(file, 'none', day), placeOf(1601))
  later.log.checkpoint(open)
  assert.deepEqual(briefs(story.log.file()), ['journal-record 70 \\journal'])
  assert.deepEqual(briefs(later.log.file()), [])
})

test('attributes that a system of 32 bits opened', () => {
  const story = new LogStory()
  const opened = Buffer.concat([u32(0xffffffff, 0x18, 66, 0x20000), u64(0), u32(0, 0xa0, 0, 0, 4096)])
  story.log.operation({ redo: op.openAttribute, redoData: opened, undoData: Buffer.from('$I30', 'utf16le') })
  for (const name of [inRoot('in the root'), inFolder('in the folder')]) {
    story.log.operation({
      redo: op.addEntryAllocation,
      undo: op.deleteEntryAllocation,
      redoData: indexEntry([70, 3], name),
    })
  }
  assert.equal(opened.length, 44)
  assert.deepEqual(briefs(story.forget().log.file()), ['name-added 70 ?\\in the folder'])
})

test('an entry whose key is longer than its name, and a journal with something else behind it, are neither', () => {
  const story = new LogStory().begin()
  const entry = indexEntry([70, 3], inRoot('name'))
  entry[16 + 64] = 3
  story.log.operation({ redo: op.addEntryAllocation, undo: op.deleteEntryAllocation, redoData: entry })
  story.journal(Buffer.concat([journalRecord(file, 'a', day), Buffer.alloc(16, 0xff)]), 0x500)
  assert.deepEqual(briefs(story.log.file()), [])
})

test('a record that another file gets has no name of the earlier one', () => {
  const record = writeRecord({ entry: 70, sequence: 4, attributes: [standardInformation(times)] })
  const story = new LogStory().begin().create(file, inRoot('a')).remove(file, inRoot('a'))
  story.log.operation({ redo: op.initializeRecord, undo: op.deallocateRecord, redoData: record, entry: 70 })
  assert.equal(briefs(story.forget().log.file()).at(-1), 'file-created 70')
})

function addName(log: LogWriter, entry: number, transaction: number): void {
  log.operation({
    redo: op.addEntryAllocation,
    undo: op.deleteEntryAllocation,
    redoData: indexEntry([entry, 1], inRoot(String(entry))),
    transaction,
    target: 0x400,
  })
}

function removeName(log: LogWriter, entry: number, transaction: number): void {
  log.operation({
    redo: op.deleteEntryAllocation,
    undo: op.addEntryAllocation,
    undoData: indexEntry([entry, 1], inRoot(String(entry))),
    transaction,
    target: 0x400,
  })
}

test('what waits for the end of a transaction is bounded, of one and of all', () => {
  const one = new LogWriter({ pages: 256 })
  for (let entry = 100; entry < 1000; entry += 1) addName(one, entry, 1)
  removeName(one, 100, 1)
  // Had all of it waited, the first name would have come and gone.
  assert.ok(briefs(one.file()).includes('name-removed 100 \\100'))
  const all = new LogWriter({ pages: 512 })
  for (let entry = 100; entry < 2500; entry += 1) addName(all, entry, 1 + (entry % 200))
  removeName(all, 100, 1 + (100 % 200))
  assert.ok(briefs(all.file()).includes('name-removed 100 \\100'))
})

test('what has ended does not count any more', () => {
  const log = new LogWriter({ pages: 512 })
  for (let entry = 100; entry < 2500; entry += 1) {
    addName(log, entry, 1)
    log.operation({ redo: op.forget, undo: op.compensation, transaction: 1 })
  }
  addName(log, 5000, 1)
  removeName(log, 5000, 1)
  assert.equal(briefs(log.file()).length, 2400)
})
