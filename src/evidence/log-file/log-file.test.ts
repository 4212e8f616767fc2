import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { u32 } from '../../../test/support/artefact-fields.ts'
import { journalRecord, LogStory } from '../../../test/support/logfile-story.ts'
import { copyPage, type LogShape, LogWriter, op } from '../../../test/support/logfile-writer.ts'
import { guard, residentData } from '../../../test/support/mft-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { isLogFile, type LogFileChange, operationName, readLogFile, readLogOperations } from './index.ts'

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

function life(shape: LogShape = {}): LogStory {
  return new LogStory(shape)
    .begin()
    .create({ entry: 66, sequence: 2 }, inRoot('folder'))
    .create(file, inRoot('secret.exe'), [residentData('', 'MZ')])
    .rename(file, inRoot('secret.exe'), inRoot('harmless.exe'))
    .rename(file, inRoot('harmless.exe'), inFolder('harmless.exe'))
    .remove(file, inFolder('harmless.exe'))
}

const lifeBriefs = [
  'file-created 66 \\folder',
  'file-created 70 \\secret.exe',
  'attribute-created 70 \\secret.exe',
  'file-renamed 70 \\harmless.exe secret.exe 5',
  'file-moved 70 \\folder\\harmless.exe harmless.exe 5',
  'file-deleted 70 \\folder\\harmless.exe',
]

for (const version of ['1.1', '2.0'] as const) {
  test(`a file is made, renamed, moved and deleted (log of version ${version})`, () => {
    const bytes = life({ version }).log.file()
    assert.ok(isLogFile(bytes))
    assert.deepEqual(briefs(bytes), lifeBriefs)
    assert.deepEqual(read(bytes).notes, [])
  })

  test(`records over the borders of pages and over the end of the log (version ${version})`, () => {
    const story = new LogStory({ version, startPage: 60, pages: 64 }).begin()
    const expected: string[] = []
    for (let index = 0; index < 40; index += 1) {
      story.create({ entry: 100 + index, sequence: 1 }, inRoot(`file ${index}`), [
        residentData('', 'x'.repeat(index)),
      ])
      expected.push(`file-created ${100 + index} \\file ${index}`)
    }
    const { changes, notes } = read(story.log.file())
    assert.deepEqual(changes.filter(({ change }) => change === 'file-created').map(brief), expected)
    assert.deepEqual(notes, [])
    const lsns = changes.map(({ lsn }) => BigInt(lsn))
    assert.ok(lsns.every((lsn, index) => index === 0 || lsn >= (lsns[index - 1] ?? 0n)))
  })

  test(`the page that was written last is taken from its copy (version ${version})`, () => {
    const story = life({ version })
    assert.deepEqual(briefs(story.log.file({ lastAsCopy: true })), lifeBriefs)
  })
}

test('a page that is damaged costs its own records, and a note says so', () => {
  const story = new LogStory().begin()
  for (let index = 0; index < 60; index += 1)
    story.create({ entry: 100 + index, sequence: 1 }, inRoot(`${index}`))
  const whole = story.log.file()
  const all = briefs(whole)
  const damaged = Buffer.from(whole)
  damaged[6 * 4096 + 1023] = 0x55
  const { changes, notes } = read(damaged)
  assert.ok(notes.includes('a page of the log was not written whole'), String(notes))
  const left = changes.map(brief).filter((row) => row.startsWith('file-created'))
  assert.ok(left.length > all.length - 12 && left.length < all.length)
  assert.equal(left.at(-1), all.at(-1))
  damaged.write('BAAD', 7 * 4096)
  assert.ok(read(damaged).notes.includes('a page of the log is damaged'))
})

test('a record whose end was written over is not put together out of others', () => {
  const log = new LogWriter({ pages: 64 })
  const bytes = Buffer.alloc(6000, 7)
  log.operation({ redo: op.noop, redoData: bytes })
  log.operation({ redo: op.noop, redoData: bytes })
  const whole = log.file()
  assert.deepEqual(
    [...readLogOperations(memorySource(whole), new Notes())].map(({ redo }) =>
      Buffer.from(redo).equals(bytes),
    ),
    [true, true],
  )
  const later = Buffer.from(whole)
  const page = later.subarray(6 * 4096, 7 * 4096)
  page.fill(0xff)
  const notes = new Notes()
  assert.equal([...readLogOperations(memorySource(later), notes)].length, 1)
  assert.deepEqual(
    notes.kept.map(({ text }) => text),
    ['a record goes on in a page that is gone'],
  )
})

test('pages of another round of the ring do not go on with a record', () => {
  const log = new LogWriter({ pages: 64 })
  log.operation({ redo: op.noop, redoData: Buffer.alloc(6000, 7) })
  const second = log.operation({ redo: op.noop, redoData: Buffer.alloc(6000, 7) })
  for (const lastLsn of [1n, second + (1n << 32n)]) {
    const bytes = log.file()
    const page = bytes.subarray(6 * 4096, 7 * 4096)
    // The ends of the sectors stay guarded: they are not touched.
    page.writeBigUInt64LE(lastLsn, 8)
    const notes = new Notes()
    assert.equal([...readLogOperations(memorySource(bytes), notes)].length, 1)
    assert.ok(notes.kept.some(({ text }) => text === 'a record goes on in a page that is gone'))
  }
})

test('a record goes on behind the end of the log where the ring begins', () => {
  const log = new LogWriter({ pages: 64, startPage: 63 })
  const bytes = Buffer.alloc(6000, 7)
  log.operation({ redo: op.noop, redoData: bytes })
  log.operation({ redo: op.noop })
  const found = [...readLogOperations(memorySource(log.file()), new Notes())]
  assert.deepEqual(
    found.map(({ redo }) => redo.length),
    [6000, 0],
  )
  assert.ok(Buffer.from(found[0]?.redo ?? []).equals(bytes))
})

test('what lies behind the last record of a page is an earlier state of it', () => {
  const log = new LogWriter()
  const first = log.operation({ redo: op.noop })
  log.operation({ redo: op.noop })
  const bytes = log.file()
  assert.equal([...readLogOperations(memorySource(bytes), new Notes())].length, 2)
  bytes.writeBigUInt64LE(first, 4 * 4096 + 8)
  assert.equal([...readLogOperations(memorySource(bytes), new Notes())].length, 1)
})

test('a copy that is older than its page does not take its place', () => {
  for (const version of ['1.1', '2.0'] as const) {
    const log = new LogWriter({ version })
    log.operation({ redo: op.noop })
    const before = log.file({ lastAsCopy: true })
    log.operation({ redo: op.noop })
    const bytes = log.file()
    const at = copyPage(version) * 4096
    before.copy(bytes, at, at, at + 4096)
    assert.equal([...readLogOperations(memorySource(bytes), new Notes())].length, 2)
  }
})

test('of both restart pages the newer one counts', () => {
  const bytes = life().log.file()
  for (const [older, newer] of [
    [0, 4096],
    [4096, 0],
  ] as const) {
    const both = Buffer.from(bytes)
    both.writeBigUInt64LE(1n, older + 0x30)
    both.writeUInt16LE(0x800, older + 0x30 + 0x26)
    assert.deepEqual(briefs(both), lifeBriefs, `newer at ${newer}`)
  }
})

test('without restart pages the log is read as what is usual; one that was never used is empty', () => {
  const bytes = life().log.file()
  bytes.fill(0, 0, 4096)
  assert.deepEqual(briefs(bytes), lifeBriefs)
  bytes.fill(0, 0, 8192)
  const { changes, notes } = read(bytes)
  assert.deepEqual(changes.map(brief), lifeBriefs)
  assert.match(notes[0] ?? '', /^no restart page can be read/)
  assert.deepEqual(read(Buffer.alloc(64 * 4096, 0xff)), { changes: [], notes: [] })
  assert.deepEqual(read(Buffer.alloc(0)), { changes: [], notes: [] })
})

test('a restart page with impossible numbers is not believed', () => {
  for (const [at, value] of [
    [0x30 + 0x10, 0],
    [0x30 + 0x26, 3],
    [0x30 + 0x24, 8],
    [20, 12],
  ] as const) {
    const bytes = life().log.file()
    for (const page of [0, 4096]) {
      bytes.writeUInt16LE(value, page + at)
    }
    const { changes, notes } = read(bytes)
    assert.deepEqual(changes.map(brief), lifeBriefs)
    assert.ok(notes.length >= 1)
  }
})

test('operations have their names, unknown ones their number', () => {
  assert.equal(operationName(0x25), 'ZeroEndOfFileRecord')
  assert.equal(operationName(0x26), '0x26')
  const log = new LogWriter()
  log.operation({ redo: 0x99, undo: 0x98, redoData: u32(1) })
  assert.equal([...readLogOperations(memorySource(log.file()), new Notes())][0]?.redoName, undefined)
})

test('any change of any byte is survived', () => {
  const sample = life({ pages: 6 })
    .setTimes(file, times, { created: '2001-01-01T00:00:00Z' })
    .journal(journalRecord(file, 'a', day))
    .log.file()
  const place = fc.oneof(
    fc.integer({ min: 0, max: 320 }),
    fc.integer({ min: 4 * 4096, max: sample.length - 1 }),
  )
  const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(changes, fc.boolean(), (list, isGuarded) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at] = value
      if (isGuarded) guard(bytes.subarray(4 * 4096, 5 * 4096), 0x28)
      JSON.stringify(read(bytes))
    }),
    { numRuns: 300 },
  )
})
