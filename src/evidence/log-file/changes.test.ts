import assert from 'node:assert/strict'
import { test } from 'node:test'

import { u32, u64 } from '../../../test/support/artefact-fields.ts'
import { fourTimes, indexPlace, journalRecord, LogStory } from '../../../test/support/logfile-story.ts'
import { op, openAttribute } from '../../../test/support/logfile-writer.ts'
import {
  fileName,
  indexEntry,
  indexRoot,
  residentData,
  standardInformation,
  writeRecord,
} from '../../../test/support/mft-writer.ts'
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

test('a row has its operation, its place, its file and its times', () => {
  const bytes = new LogStory().begin().create(file, inRoot('a.txt')).log.file()
  const { changes } = read(bytes)
  assert.equal(changes.length, 1)
  const { lsn, offset, ...rest } = changes[0] ?? assert.fail()
  assert.equal(Buffer.from(bytes).readBigUInt64LE(offset), BigInt(lsn))
  assert.deepEqual(rest, {
    transaction: 0x18,
    redo: 'InitializeFileRecordSegment',
    undo: 'DeallocateFileRecordSegment',
    isTakenBack: false,
    change: 'file-created',
    mftEntry: 70,
    mftSequence: 3,
    name: 'a.txt',
    path: '\\a.txt',
    parentEntry: 5,
    parentSequence: 5,
    isDirectory: false,
    after: { created: day, modified: day, changed: day, accessed: day, fileAttributes: 0x20 },
  })
})

test('times that are set: before, after, and which went back', () => {
  const old = { created: '2019-03-04T05:06:07Z', changed: day }
  const bytes = new LogStory().begin().create(file, inRoot('a.exe')).setTimes(file, times, old).log.file()
  const row = read(bytes).changes[1] ?? assert.fail()
  assert.equal(brief(row), 'times-set 70 \\a.exe')
  assert.deepEqual(row.backwards, ['created', 'modified'])
  assert.equal(row.before?.created, day)
  assert.deepEqual(row.after, {
    created: '2019-03-04T05:06:07.0000000Z',
    modified: '2019-03-04T05:06:07.0000000Z',
    changed: day,
    accessed: '2019-03-04T05:06:07.0000000Z',
  })
})

test('after a renaming a file has its new name', () => {
  const later = { created: '2026-11-23T00:00:00Z' }
  const story = new LogStory().begin().create(file, inRoot('a')).rename(file, inRoot('a'), inRoot('b'))
  assert.deepEqual(briefs(story.setTimes(file, times, later).log.file()).at(-1), 'times-set 70 \\b')
})

test('of times that are written in part, those that are whole are told; without a change there is no row', () => {
  const story = new LogStory()
  const write = (redoData: Buffer, undoData: Buffer, attributeOffset: number): bigint =>
    story.log.operation({
      redo: op.updateResident,
      undo: op.updateResident,
      redoData,
      undoData,
      entry: 70,
      recordOffset: 0x38,
      attributeOffset,
    })
  const later = fourTimes({ created: '2026-11-23T00:00:00Z' })
  write(later.subarray(4, 28), fourTimes(times).subarray(4, 28), 28)
  write(u64(99), u64(98), 24 + 64)
  write(u32(0x22), u32(0x20), 24 + 32)
  story.forget()
  const { changes } = read(story.log.file())
  assert.deepEqual(
    changes.map(({ change, before, after }) => [change, before, after]),
    [
      [
        'times-set',
        { modified: day, changed: day },
        { modified: '2026-11-23T00:00:00.0000000Z', changed: '2026-11-23T00:00:00.0000000Z' },
      ],
      ['attributes-set', { fileAttributes: 0x20 }, { fileAttributes: 0x22 }],
    ],
  )
})

test('named streams and resident data: what came, what went, what was written over', () => {
  const story = new LogStory().begin().create(file, inRoot('a.txt'), [residentData('', 'first text')])
  const end = 0x38 + standardInformation(times).length + fileName(inRoot('a.txt')).length
  const data = residentData('', 'first text')
  story.addStream(file, end + data.length, ['Zone.Identifier', 'ZoneId=3'])
  story.log.operation({
    redo: op.updateResident,
    undo: op.updateResident,
    redoData: Buffer.from('second and longer text'),
    undoData: Buffer.from('first text'),
    entry: 70,
    recordOffset: end,
    attributeOffset: 24,
  })
  // The attribute before it has grown by a unit and a half.
  const streamAt = end + 8 * Math.ceil((24 + 22) / 8)
  story.log.operation({
    redo: op.deleteAttribute,
    undo: op.createAttribute,
    entry: 70,
    recordOffset: streamAt,
  })
  story.forget()
  const rows = read(story.log.file()).changes.slice(1)
  const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString()
  assert.deepEqual(
    rows.map((row) => [
      row.change,
      row.attribute,
      row.stream,
      text(row.contentBefore),
      text(row.contentAfter),
    ]),
    [
      ['attribute-created', '$DATA', undefined, '', 'first text'],
      ['attribute-created', '$DATA', 'Zone.Identifier', '', 'ZoneId=3'],
      ['value-changed', '$DATA', undefined, 'first text', 'second and longer text'],
      ['attribute-deleted', '$DATA', 'Zone.Identifier', '', ''],
    ],
  )
  assert.equal(rows[2]?.contentOffset, 0)
})

test('what is deleted is told by the attribute that the log would put back', () => {
  const story = new LogStory()
  story.log.operation({
    redo: op.deleteAttribute,
    undo: op.createAttribute,
    undoData: residentData('hidden', 'payload'),
    entry: 70,
    recordOffset: 0x200,
  })
  const [row] = read(story.forget().log.file()).changes
  assert.deepEqual([row?.stream, row?.contentBefore], ['hidden', Buffer.from('payload').toString('base64')])
  assert.equal(row?.name, undefined)
})

test('names in the record of a directory; entries of other indexes and of other directories are none', () => {
  const story = new LogStory().begin()
  const add = (redo: number, more: { entry?: number; target?: number }, bytes: Buffer): bigint =>
    story.log.operation({ redo, undo: op.deleteEntryRoot, redoData: bytes, recordOffset: 0x100, ...more })
  add(op.addEntryRoot, { entry: 66 }, indexEntry([70, 3], inFolder('here')))
  add(op.addEntryRoot, { entry: 67 }, indexEntry([71, 3], inFolder('elsewhere')))
  add(op.addEntryAllocation, { target: indexPlace }, indexEntry([72, 3], inFolder('elsewhere')))
  add(op.addEntryAllocation, { target: 0x400 }, indexEntry([73, 3], inFolder('unknown index')))
  add(op.addEntryRoot, { entry: 66 }, Buffer.concat([u64(0), Buffer.alloc(92, 1)]))
  story.forget()
  assert.deepEqual(briefs(story.log.file()), ['name-added 70 ?\\here', 'name-added 73 ?\\unknown index'])
})

test('an index that is sorted anew changes nothing; a further name is a hard link', () => {
  const story = new LogStory().begin().create(file, inRoot('a'))
  const entry = indexEntry([70, 3], inRoot('a'))
  const common = { target: indexPlace, recordOffset: 0x40 }
  story.log.operation({
    ...common,
    redo: op.deleteEntryAllocation,
    undo: op.addEntryAllocation,
    undoData: entry,
  })
  story.log.operation({
    ...common,
    redo: op.addEntryAllocation,
    undo: op.deleteEntryAllocation,
    redoData: entry,
  })
  story.forget()
  story.log.operation({
    ...common,
    redo: op.addEntryAllocation,
    undo: op.deleteEntryAllocation,
    redoData: indexEntry([70, 3], inRoot('b')),
  })
  story.forget()
  assert.deepEqual(briefs(story.log.file()), ['file-created 70 \\a', 'name-added 70 \\b'])
})

test('the short name of a long one is no name of its own', () => {
  const story = new LogStory().begin()
  const long = inRoot('long name.txt')
  story.create(file, long, [fileName({ ...inRoot('LONGNA~1.TXT'), namespace: 2 })])
  story.setTimes(file, times, { created: '2026-11-23T00:00:00Z' })
  assert.deepEqual(briefs(story.log.file()), [
    'file-created 70 \\long name.txt',
    'times-set 70 \\long name.txt',
  ])
})

test('records of the change journal that lie in the log, not what another stream has', () => {
  const record = journalRecord(file, 'new.txt', day)
  const story = new LogStory().begin().journal(record)
  story.openJournal(0x200).journal(record, 0x200)
  story.log.operation({
    redo: op.openAttribute,
    redoData: openAttribute({ type: 0x80, file: [90, 1], name: '' }),
    target: 0x300,
  })
  story.journal(record, 0x300).journal(record, 0x500).journal(Buffer.alloc(64, 1), 0x500)
  const { changes } = read(story.log.file())
  assert.deepEqual(
    changes.map(brief),
    Array.from({ length: 3 }, () => 'journal-record 70 \\new.txt'),
  )
  const { usn } = changes[0] ?? assert.fail()
  assert.deepEqual([usn?.time, usn?.reasons, usn?.parentEntry], [day, ['file-create'], 5])
})

test('the copy of times in a directory belongs to the file that had just got them', () => {
  const story = new LogStory().begin().create(file, inRoot('a.exe'))
  const old = { created: '2019-03-04T05:06:07Z', changed: day }
  story.setTimes(file, times, old)
  const rest = Buffer.concat([u64(0, 0), u32(0x20, 0)])
  story.log.operation({
    redo: op.updateNameAllocation,
    undo: op.updateNameAllocation,
    redoData: Buffer.concat([fourTimes(old), rest]),
    undoData: Buffer.concat([fourTimes(times), rest]),
    target: indexPlace,
  })
  story.forget()
  const row = read(story.log.file()).changes.at(-1)
  assert.deepEqual(
    [row?.change, row?.mftEntry, row?.parentEntry, row?.backwards],
    ['directory-entry-updated', 70, 5, ['created', 'modified']],
  )
})

test('what a broken transaction did is told, and that it was taken back', () => {
  const story = new LogStory().begin()
  const bytes = indexEntry([70, 3], inRoot('a'))
  story.log.operation({
    redo: op.addEntryAllocation,
    undo: op.deleteEntryAllocation,
    redoData: bytes,
    target: indexPlace,
  })
  story.forget()
  story.log.operation({ redo: op.deallocateRecord, undo: op.compensation, entry: 70 })
  story.forget()
  const { changes } = read(story.log.file())
  assert.deepEqual(
    changes.map(({ change, isTakenBack }) => [change, isTakenBack]),
    [
      ['name-added', false],
      ['file-deleted', true],
    ],
  )
})

test('clusters of other sizes', () => {
  for (const clusterBytes of [512, 2048, 65_536]) {
    const checkpointed = new LogStory({ clusterBytes })
      .begin()
      .create(file, inRoot('a'))
      .setTimes(file, times, { created: day, changed: '2027-01-01T00:00:00Z' })
    assert.deepEqual(briefs(checkpointed.log.file()), ['file-created 70 \\a', 'times-set 70 \\a'])
    // Without a checkpoint a record that is made tells the size.
    const bare = new LogStory({ clusterBytes })
      .create({ entry: 640, sequence: 1 }, inRoot('b'))
      .setTimes({ entry: 640, sequence: 1 }, times, { created: day, changed: '2027-01-01T00:00:00Z' })
    assert.deepEqual(briefs(bare.log.file()), ['file-created 640 \\b', 'times-set 640 \\b'])
  }
})

test('a directory that grows keeps its attributes known', () => {
  const root = indexRoot([], Buffer.alloc(0))
  const folder = { entry: 66, sequence: 2 }
  const story = new LogStory().begin().create(folder, inRoot('folder'), [root])
  const rootAt = 0x38 + standardInformation(times).length + fileName(inRoot('folder')).length
  const entry = indexEntry([70, 3], inFolder('a'))
  story.log.operation({
    redo: op.addEntryRoot,
    undo: op.deleteEntryRoot,
    redoData: entry,
    entry: 66,
    recordOffset: rootAt,
  })
  story.forget()
  const grown = rootAt + root.length + entry.length
  story.addStream(folder, grown, ['s', 'x'])
  story.log.operation({
    redo: op.deleteEntryRoot,
    undo: op.addEntryRoot,
    undoData: entry,
    entry: 66,
    recordOffset: rootAt,
  })
  story.log.operation({
    redo: op.deleteAttribute,
    undo: op.createAttribute,
    entry: 66,
    recordOffset: rootAt + root.length,
  })
  story.forget()
  const rows = read(story.log.file()).changes
  assert.deepEqual(rows.map(({ change, stream }) => [change, stream]).slice(1), [
    ['name-added', undefined],
    ['attribute-created', 's'],
    ['name-removed', undefined],
    ['attribute-deleted', 's'],
  ])
})

test('the copy of times in another directory is not that of the file', () => {
  const old = { created: '2019-03-04T05:06:07Z', changed: day }
  const rest = Buffer.concat([u64(0, 0), u32(0x20, 0)])
  const story = new LogStory().begin().create(file, inRoot('a')).setTimes(file, times, old)
  story.log.operation({
    redo: op.updateNameRoot,
    undo: op.updateNameRoot,
    redoData: Buffer.concat([fourTimes(old), rest]),
    undoData: Buffer.concat([fourTimes(times), rest]),
    entry: 66,
  })
  const row = read(story.forget().log.file()).changes.at(-1)
  assert.deepEqual([row?.change, row?.mftEntry, row?.parentEntry], ['directory-entry-updated', undefined, 66])
})

test('of a record that is known only its $STANDARD_INFORMATION is taken for one', () => {
  const record = writeRecord({ entry: 70, attributes: [residentData('', 'x'.repeat(40))] })
  const story = new LogStory()
  story.log.operation({ redo: op.initializeRecord, undo: op.deallocateRecord, redoData: record, entry: 70 })
  story.setTimes(file, times, { created: '2026-11-23T00:00:00Z' })
  const row = read(story.log.file()).changes.at(-1)
  assert.deepEqual([row?.change, row?.attribute], ['value-changed', '$DATA'])
})

test('when one of two names goes the file has the other; a name that goes tells the sequence', () => {
  const story = new LogStory().begin().create(file, inRoot('a'))
  const common = { target: indexPlace, recordOffset: 0x40 }
  const [a, b] = [indexEntry([70, 3], inRoot('a')), indexEntry([70, 3], inRoot('b'))]
  story.log.operation({ ...common, redo: op.addEntryAllocation, undo: op.deleteEntryAllocation, redoData: b })
  story.forget()
  story.log.operation({ ...common, redo: op.deleteEntryAllocation, undo: op.addEntryAllocation, undoData: a })
  story.forget().setTimes(file, times, { created: '2026-11-23T00:00:00Z' })
  assert.deepEqual(briefs(story.log.file()).slice(1), [
    'name-added 70 \\b',
    'name-removed 70 \\a',
    'times-set 70 \\b',
  ])
  const gone = read(new LogStory().begin().remove(file, inRoot('a')).log.file()).changes
  assert.deepEqual(
    gone.map(({ change, mftSequence, name }) => [change, mftSequence, name]),
    [['file-deleted', 3, 'a']],
  )
})

test('records of 4096 bytes', () => {
  const story = new LogStory()
  story.log.operation({
    redo: op.updateResident,
    undo: op.updateResident,
    redoData: fourTimes({ created: '2026-11-23T00:00:00Z' }),
    undoData: fourTimes(times),
    entry: 70,
    recordBytes: 4096,
    recordOffset: 0x38,
    attributeOffset: 24,
  })
  assert.deepEqual(briefs(story.forget().log.file()), ['times-set 70'])
})
