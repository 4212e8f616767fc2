import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ChunkWriter, eventRecord, logFile } from '../../../test/support/evtx-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { carveEvtx, type EvtxRecord, readEvtx, readEvtxHeader } from './index.ts'

const logon = {
  channel: 'Security',
  eventId: 4624,
  data: { TargetUserName: 'Anna', LogonType: '3' },
} as const

function chunkOf(ids: readonly number[]): ChunkWriter {
  const chunk = new ChunkWriter()
  for (const id of ids) chunk.add(eventRecord(id, logon))
  return chunk
}

function read(bytes: Uint8Array, withSlack = false): { records: EvtxRecord[]; notes: Notes } {
  const notes = new Notes()
  return { records: [...readEvtx(memorySource(bytes), { notes, withSlack })], notes }
}

function idsOf(records: readonly EvtxRecord[]): number[] {
  return records.map(({ id }) => id)
}

test('records of several chunks come in order, with what they say', () => {
  const bytes = logFile([chunkOf([1, 2]).bytes(), chunkOf([3]).bytes()])
  const { records, notes } = read(bytes)
  assert.deepEqual(notes.kept, [])
  assert.deepEqual(idsOf(records), [1, 2, 3])
  const [first] = records
  assert.deepEqual(first?.event(), {
    Event: {
      '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
      System: {
        Provider: { '#attributes': { Name: 'Provider' } },
        EventID: 4624,
        Level: 4,
        TimeCreated: { '#attributes': { SystemTime: '2022-06-18T04:26:40.0000000Z' } },
        Correlation: null,
        Channel: 'Security',
        Computer: 'HOST',
      },
      EventData: { TargetUserName: 'Anna', LogonType: '3' },
    },
  })
  assert.equal(first?.system('channel'), 'Security')
  assert.equal(first?.system('eventId'), 4624)
  assert.equal(first?.time, '2022-06-18T04:26:40.0000000Z')
  assert.equal(first?.timeMs, Date.parse('2022-06-18T04:26:40Z'))
  assert.equal(first?.offset, 4096 + 512)
})

test('XML is what viewers show', () => {
  const { records } = read(logFile([chunkOf([7]).bytes()]))
  assert.equal(
    records[0]?.xml(),
    `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
  <System>
    <Provider Name="Provider"/>
    <EventID>4624</EventID>
    <Level>4</Level>
    <TimeCreated SystemTime="2022-06-18T04:26:40.0000000Z"/>
    <Correlation/>
    <Channel>Security</Channel>
    <Computer>HOST</Computer>
  </System>
  <EventData>
    <Data Name="TargetUserName">Anna</Data>
    <Data Name="LogonType">3</Data>
  </EventData>
</Event>`,
  )
})

test('the header says what it says, and something else is no log', () => {
  const notes = new Notes()
  const header = readEvtxHeader(memorySource(logFile([chunkOf([1]).bytes()], { isDirty: true })), notes)
  assert.deepEqual(header, { chunks: 1, nextRecordId: 100, version: '3.1', isDirty: true, isFull: false })
  assert.deepEqual(notes.kept, [])
  assert.equal(readEvtxHeader(memorySource(Buffer.from('MZ')), notes), undefined)
})

test('wrong checksums are told, and the records are read', () => {
  const bytes = logFile([chunkOf([1, 2]).bytes()])
  bytes[4096 + 8] = 9
  bytes[4096 + 65_000] = 1
  bytes[130] = 1
  bytes[30] = 1
  const { records, notes } = read(bytes)
  assert.deepEqual(idsOf(records), [1, 2])
  assert.deepEqual(
    notes.kept.map(({ text }) => text),
    ['the checksum of the file’s header is wrong', 'the checksum of the chunk’s header is wrong'],
  )
  const other = logFile([chunkOf([1]).bytes()])
  other[4096 + 512 + 17] = (other[4096 + 512 + 17] ?? 0) ^ 1
  assert.deepEqual(
    read(other).notes.kept.map(({ text }) => text),
    ['the checksum of the chunk’s records is wrong'],
  )
})

test('one damaged record costs itself only', () => {
  const bytes = logFile([chunkOf([1, 2, 3]).bytes()])
  const second = 4096 + 512 + bytes.readUInt32LE(4096 + 512 + 4)
  bytes.writeUInt32LE(0, second + 4)
  const { records, notes } = read(bytes)
  assert.deepEqual(idsOf(records), [1, 3])
  assert.ok(records.every((record) => record.event() !== undefined))
  assert.match(notes.kept[1]?.text ?? '', /^\d+ bytes before the next record are damaged$/)
  assert.equal(notes.kept[1]?.offset, second)
})

test('a record whose values lie is told and passed over', () => {
  const bytes = logFile([chunkOf([1, 2]).bytes()])
  const second = 4096 + 512 + bytes.readUInt32LE(4096 + 512 + 4)
  // The count of values of a record whose template is known.
  bytes.writeUInt32LE(60_000, second + 24 + 4 + 10)
  const { records, notes } = read(bytes)
  assert.deepEqual(
    records.map((record) => record.event() === undefined),
    [false, true],
  )
  assert.equal(records[1]?.xml(), undefined)
  assert.equal(records[1]?.system('channel'), undefined)
  assert.deepEqual(
    notes.kept.slice(1).map(({ text }) => text),
    ['record 2 cannot be read: it has more values than it has room for'],
  )
})

test('records that the header does not count yet are read, older ones only as slack', () => {
  const full = chunkOf([11, 12, 13])
  const early = full.bytes().readUInt32LE(512 + 4) + 512
  // Not closed: the header knows the first record, the following numbers go on.
  const dirty = read(logFile([full.bytes(early)], { isDirty: true }))
  assert.deepEqual(idsOf(dirty.records), [11, 12, 13])
  assert.match(dirty.notes.kept[0]?.text ?? '', /beyond what the header of the chunk counts/)
  // Used again: what follows is from before.
  const reused = chunkOf([11, 5, 6])
  const end = reused.bytes().readUInt32LE(512 + 4) + 512
  const log = logFile([reused.bytes(end)])
  assert.deepEqual(idsOf(read(log).records), [11])
  assert.deepEqual(
    read(log, true).records.map(({ id, origin }) => [id, origin]),
    [
      [11, 'log'],
      [5, 'slack'],
      [6, 'slack'],
    ],
  )
})

test('a log that is cut off gives what is there', () => {
  const bytes = logFile([chunkOf([1, 2, 3]).bytes()])
  const first = bytes.readUInt32LE(4096 + 512 + 4)
  const { records, notes } = read(bytes.subarray(0, 4096 + 512 + first + 100))
  assert.deepEqual(idsOf(records), [1])
  assert.match(notes.kept[0]?.text ?? '', /^the chunk ends after \d+ of 65536 bytes$/)
  assert.deepEqual(read(bytes.subarray(0, 4096 + 100)).records, [])
  assert.deepEqual(read(new Uint8Array(0)).records, [])
})

test('a damaged signature of a chunk does not hide its records', () => {
  const bytes = logFile([chunkOf([1]).bytes(), chunkOf([2]).bytes(), Buffer.alloc(65_536)])
  bytes[4096] = 0
  const { records, notes } = read(bytes)
  assert.deepEqual(idsOf(records), [1, 2])
  assert.equal(notes.kept[0]?.text, 'this is no chunk: its signature is damaged')
})

test('a template that is damaged in one chunk is taken from another', () => {
  const bytes = logFile([chunkOf([1]).bytes(), chunkOf([2, 3]).bytes()])
  const second = 4096 + 65_536
  // The definition lies inline in the first record of the chunk: its first element.
  bytes.fill(0xff, second + 512 + 24 + 4 + 10 + 24 + 4, second + 512 + 24 + 4 + 10 + 24 + 40)
  const { records } = read(bytes)
  assert.deepEqual(
    records.map((record) => [record.id, record.event() !== undefined]),
    [
      [1, true],
      [2, true],
      [3, true],
    ],
  )
  assert.deepEqual(read(logFile([bytes.subarray(second)])).records[1]?.event(), undefined)
})

test('a record that was torn is told', () => {
  const bytes = logFile([chunkOf([1]).bytes()])
  const at = 4096 + 512
  bytes.writeUInt32LE(0, at + bytes.readUInt32LE(at + 4) - 4)
  const { records, notes } = read(bytes)
  assert.ok(records[0]?.event())
  assert.equal(notes.kept.at(-1)?.text, 'record 1 was not written to its end')
})

test('what lies in chunks that a closed log does not use is no damage', () => {
  const closed = Buffer.concat([logFile([chunkOf([1]).bytes()]), Buffer.alloc(65_536, 0x41)])
  assert.deepEqual(read(closed).notes.kept, [])
  const open = Buffer.concat([logFile([chunkOf([1]).bytes()], { isDirty: true }), Buffer.alloc(65_536, 0x41)])
  assert.equal(read(open).notes.kept.length, 1)
})

test('when it happened goes before when it was written', () => {
  const chunk = new ChunkWriter().add({ ...eventRecord(1, logon), written: 0n })
  const [record] = read(logFile([chunk.bytes()])).records
  assert.equal(record?.writtenTime, '1601-01-01T00:00:00.0000000Z')
  assert.equal(record?.time, '2022-06-18T04:26:40.0000000Z')
  assert.equal(record?.timeMs, Date.parse('2022-06-18T04:26:40Z'))
})

test('a chunk within a record is not carved by itself', () => {
  const inner = chunkOf([99]).bytes().subarray(0, 4000)
  const outer = new ChunkWriter().add(eventRecord(1, { ...logon, values: { type: 0x0e, bytes: inner } }))
  const records = [...carveEvtx(memorySource(outer.bytes()), { notes: new Notes() })]
  assert.deepEqual(idsOf(records), [1])
})

test('carving finds chunks and single records in any data', () => {
  const filler = Buffer.alloc(70_001, 0x55)
  const whole = chunkOf([21, 22]).bytes()
  // Without its header: the records lie alone, the first brings the template.
  const lone = Buffer.from(chunkOf([31, 32]).bytes())
  lone.fill(0, 0, 512)
  const data = Buffer.concat([filler, lone, filler, whole, filler])
  const notes = new Notes()
  const records = [...carveEvtx(memorySource(data), { notes })]
  assert.deepEqual(
    records.map((record) => [record.id, record.origin, record.event() !== undefined]),
    [
      [21, 'carved', true],
      [22, 'carved', true],
      [31, 'carved', true],
      [32, 'carved', true],
    ],
  )
  assert.equal(records[2]?.offset, filler.length + 512)
  // A record whose template is nowhere in its own chunk any more.
  const orphan = lone.subarray(512 + lone.readUInt32LE(512 + 4), 512 + 2 * lone.readUInt32LE(512 + 4))
  const found = [...carveEvtx(memorySource(Buffer.concat([whole, filler, orphan])), { notes })]
  assert.deepEqual(
    found.map((record) => record.event() !== undefined),
    [true, true, true],
  )
  assert.deepEqual([...carveEvtx(memorySource(filler), { notes })], [])
})
