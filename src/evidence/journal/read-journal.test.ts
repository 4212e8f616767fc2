import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { lz4Packer, xzPacker, zstdPacker } from '../../../test/support/journal-packers.ts'
import {
  type JournalEntryWritten,
  type JournalForm,
  type JournalWritten,
  writeJournal,
  writtenBoot,
  writtenSeqnumId,
} from '../../../test/support/journal-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readJournalHeader } from './header.ts'
import { type JournalEntry, readJournal } from './read-journal.ts'

const startUs = 1_795_341_980_476_332

interface Read {
  readonly entries: readonly JournalEntry[]
  readonly notes: readonly string[]
  readonly unlisted: number
}

function read(bytes: Uint8Array): Read {
  const notes = new Notes()
  const summary = { entries: 0, unlisted: 0 }
  const entries = [...readJournal(memorySource(bytes), notes, summary)]
  assert.equal(summary.entries, entries.length)
  return { entries, notes: notes.kept.map(({ text }) => text), unlisted: summary.unlisted }
}

function numbered(count: number): JournalEntryWritten[] {
  return Array.from({ length: count }, (_, index) => ({
    realtimeUs: startUs + index,
    fields: [
      ['MESSAGE', `message ${index}`],
      ['_HOSTNAME', 'host'],
      ['_PID', String(index % 3)],
    ],
  }))
}

function messagesOf({ entries }: Read): unknown[] {
  return entries.map(({ fields }) => fields['MESSAGE'])
}

const all = (count: number): string[] => numbered(count).map(({ fields }) => String(fields[0]?.[1]))

for (const isCompact of [false, true]) {
  const form = isCompact ? 'compact' : 'plain'

  test(`entries of a ${form} file have their times, their boot, their cursor and all fields`, () => {
    const { bytes } = writeJournal(
      [
        {
          realtimeUs: startUs,
          monotonicUs: 0x12_3456_789a,
          fields: [
            ['MESSAGE', 'a=b'],
            ['EMPTY', ''],
            ['TWICE', 'first'],
            ['TWICE', Buffer.from([0xff, 0])],
            ['TWICE', 'third'],
            ['__proto__', '한'],
            ['REPLACED', '\u{fffd}'],
          ],
        },
      ],
      { isCompact },
    )
    const { entries, notes } = read(bytes)
    assert.deepEqual(notes, [])
    const [entry] = entries
    assert.deepEqual(
      { ...entry, offset: 0, fields: Object.entries(entry?.fields ?? {}) },
      {
        cursor: `s=${writtenSeqnumId};i=1;b=${writtenBoot};m=123456789a;t=660daa0ff23ac;x=fedcba9876543210`,
        seqnum: 1,
        realtime: '2026-11-22T10:06:20.476332Z',
        realtimeUs: startUs,
        monotonicUs: 0x12_3456_789a,
        bootId: writtenBoot,
        offset: 0,
        isListed: true,
        fields: [
          ['MESSAGE', 'a=b'],
          ['EMPTY', ''],
          ['TWICE', ['first', { base64: '/wA=' }, 'third']],
          ['__proto__', '한'],
          ['REPLACED', '\u{fffd}'],
        ],
      },
    )
  })

  test(`entries of a ${form} file come in order over all its arrays`, () => {
    const result = read(writeJournal(numbered(200), { isCompact }).bytes)
    assert.deepEqual(messagesOf(result), all(200))
    assert.deepEqual(result.notes, [])
    assert.ok(result.entries.every(({ isListed }) => isListed))
  })
}

const packers = { zstd: zstdPacker, LZ4: lz4Packer, XZ: xzPacker }
const long = `${'line of text, '.repeat(8000)}${'x'.repeat(70_000)}end`

for (const [name, packer] of Object.entries(packers)) {
  test(`values that ${name} compressed are read, and what is left of them when they are damaged`, () => {
    const entries: JournalEntryWritten[] = [
      { realtimeUs: startUs, fields: [['MESSAGE', long]] },
      { realtimeUs: startUs, fields: [['MESSAGE', 'short']] },
    ]
    const written = writeJournal(entries, { packer, isCompact: true })
    const result = read(written.bytes)
    assert.deepEqual(result.notes, [])
    assert.deepEqual(messagesOf(result), [long, 'short'])
    const end = (written.entries[0] ?? 0) - 1
    written.bytes.fill(0xee, end - 40, end)
    const damaged = read(written.bytes)
    assert.match(damaged.notes[0] ?? '', /^a compressed field is damaged: /)
    assert.equal(messagesOf(damaged).at(-1), 'short')
  })
}

test('a damaged entry, field or array costs nothing but itself', () => {
  const written = writeJournal(numbered(100))
  const damage = (change: (bytes: Buffer) => void): Read => {
    const bytes = Buffer.from(written.bytes)
    change(bytes)
    return read(bytes)
  }
  const [entry = 0, array = 0, second = 0] = [written.entries[50], written.arrays[0], written.arrays[1]]
  const without = all(100).toSpliced(50, 1)

  const noEntry = damage((bytes) => bytes.fill(0xff, entry, entry + 16))
  assert.deepEqual(messagesOf(noEntry), without)
  assert.match(noEntry.notes.join('\n'), /no object here[^]*no entry where the list/)

  const noField = damage((bytes) => bytes.fill(0, written.data.get('MESSAGE=message 50') ?? 0, entry))
  assert.deepEqual(messagesOf(noField), all(100).with(50, undefined as unknown as string))
  assert.deepEqual(noField.entries[50]?.fields['_HOSTNAME'], 'host')

  const noShared = damage((bytes) =>
    bytes.fill(0xff, written.data.get('_HOSTNAME=host') ?? 0, written.entries[0]),
  )
  assert.deepEqual(messagesOf(noShared), all(100))
  assert.equal(noShared.entries[99]?.fields['_HOSTNAME'], undefined)

  // Found without a chain that leads there, by the list alone, and by neither.
  const from = written.data.get('MESSAGE=message 20') ?? 0
  const gap = damage((bytes) => bytes.fill(0x11, from, written.entries[20]))
  assert.deepEqual(messagesOf(gap), all(100).with(20, undefined as unknown as string))
  const both = damage((bytes) => {
    bytes.fill(0x11, from, from + 20)
    bytes.fill(0, second, second + 16)
  })
  assert.deepEqual(messagesOf(both), all(100).with(20, undefined as unknown as string))

  const longEntry = damage((bytes) =>
    bytes.writeUInt32LE(300, (written.data.get('MESSAGE=message 50') ?? 0) + 8),
  )
  assert.equal(longEntry.entries.length, 100)
  assert.match(longEntry.notes.join('\n'), /length of an object is wrong/)

  // As long as if the entry behind it were a part of it.
  const field = written.data.get('MESSAGE=message 50') ?? 0
  const behind = written.data.get('MESSAGE=message 51') ?? 0
  const swallowed = damage((bytes) => bytes.writeUInt32LE(behind - field, field + 8))
  assert.equal(swallowed.entries.length, 100)

  const noArray = damage((bytes) => bytes.fill(0, second, second + 16))
  assert.deepEqual(messagesOf(noArray), all(100))
  assert.deepEqual(noArray.entries.map(({ isListed }) => isListed).indexOf(false), 4)
  assert.equal(noArray.unlisted, 96)

  const circle = damage((bytes) => bytes.writeUInt32LE(array, second + 16))
  assert.deepEqual(messagesOf(circle), all(100))
  assert.match(circle.notes.join('\n'), /list of entries is broken/)
})

test('an entry without any field that is left is one only where the list has it', () => {
  const alone = numbered(12).map(({ realtimeUs, fields }) => ({ realtimeUs, fields: fields.slice(0, 1) }))
  const written = writeJournal(alone)
  const { bytes, arrays } = written
  bytes.fill(0x11, written.data.get('MESSAGE=message 6') ?? 0, written.entries[6])
  const listed = read(bytes)
  assert.deepEqual(messagesOf(listed), all(12).with(6, undefined as unknown as string))
  bytes.fill(0, arrays[0] ?? 0, (arrays[0] ?? 0) + 16)
  assert.deepEqual(messagesOf(read(bytes)), all(12).toSpliced(6, 1))
})

test('a damaged part that begins with zeros is passed over in the steps of objects', () => {
  const written = writeJournal(numbered(12))
  const { bytes, arrays } = written
  const field = written.data.get('MESSAGE=message 6') ?? 0
  bytes.fill(0, arrays[0] ?? 0, (arrays[0] ?? 0) + 16)
  bytes.fill(0, field, written.entries[6])
  bytes.fill(0x11, field + 11, written.entries[6])
  assert.equal(read(bytes).entries.length, 12)
})

test('a list of entries that goes back, and a header of no possible length, are told', () => {
  const { bytes, arrays, entries } = writeJournal(numbered(12))
  bytes.writeUInt32LE(entries[0] ?? 0, (arrays[0] ?? 0) + 24 + 16)
  bytes.writeUInt32LE(273, 88)
  const result = read(bytes)
  assert.deepEqual(messagesOf(result), all(12))
  assert.deepEqual(
    result.entries.filter(({ isListed }) => !isListed).map(({ seqnum }) => seqnum),
    [3],
  )
  assert.match(result.notes.join('\n'), /header cannot be 273 bytes[^]*wrong offset/)
})

test('entries of two boots, and numbers with zeros inside, keep theirs', () => {
  const other = 'f'.repeat(32)
  const fields = [['MESSAGE', 'm']] as const
  const { entries } = read(
    writeJournal([
      { realtimeUs: startUs, fields },
      { realtimeUs: startUs, monotonicUs: 0x12_0000_0001, bootId: other, fields },
    ]).bytes,
  )
  assert.deepEqual(
    entries.map(({ bootId }) => bootId),
    [writtenBoot, other],
  )
  assert.match(entries[1]?.cursor ?? '', /;b=f{32};m=1200000001;/)
})

test('an entry of far too many bytes has its first fields', () => {
  const shared = ['MESSAGE', 'x'.repeat(1 << 20)] as const
  const fields = Array.from({ length: 70 }, () => shared)
  const { entries, notes } = read(
    writeJournal([{ realtimeUs: startUs, fields }], { packer: zstdPacker }).bytes,
  )
  const values = entries[0]?.fields['MESSAGE']
  assert.equal(Array.isArray(values) ? values.length : 0, 64)
  assert.match(notes[0] ?? '', /only the first 64 of 70 fields/)
})

test('an entry that was taken out of the list is found, and told to be so', () => {
  const written = writeJournal(numbered(20), { isCompact: true })
  const [, second = 0] = written.arrays
  // Entries 4 to 11: the sixth is overwritten with the one behind it, as somebody does who hides it.
  written.bytes.copyWithin(second + 24 + 4, second + 24 + 8, second + 24 + 12)
  const { entries, unlisted } = read(written.bytes)
  assert.deepEqual(
    entries.filter(({ isListed }) => !isListed).map(({ seqnum }) => seqnum),
    [6],
  )
  assert.equal(unlisted, 1)
})

test('an entry that was being written when its host stopped is no hidden one', () => {
  const written = writeJournal(numbered(4), { state: 1 })
  const [array = 0] = written.arrays
  written.bytes.fill(0, array + 24 + 24, array + 24 + 32)
  const { entries, unlisted } = read(written.bytes)
  assert.deepEqual([entries.length, entries[3]?.isListed, unlisted], [4, false, 0])
})

test('a file that was cut off, and one with room for more, have all entries that are there', () => {
  const written = writeJournal(numbered(100))
  const cut = read(written.bytes.subarray(0, (written.entries[60] ?? 0) + 20))
  assert.deepEqual(messagesOf(cut), all(60))
  assert.match(cut.notes[0] ?? '', /^the file is cut off: it has \d+ of \d+ bytes$/)
  const more = read(Buffer.concat([written.bytes, Buffer.alloc(300_000)]))
  assert.deepEqual(messagesOf(more), all(100))
  assert.deepEqual(more.notes, [])
})

test('a message that looks like an entry is none', () => {
  const inner = writeJournal(numbered(3)).bytes.subarray(272 + 288)
  const padding = Buffer.alloc(8 - 'MESSAGE='.length)
  const { bytes } = writeJournal([
    { realtimeUs: startUs, fields: [['MESSAGE', Buffer.concat([padding, inner])]] },
    ...numbered(2),
  ])
  assert.equal(read(bytes).entries.length, 3)
})

test('the header tells what the file is', () => {
  const notes = new Notes()
  const { bytes } = writeJournal(numbered(3), { isCompact: true, packer: zstdPacker, state: 2 })
  bytes.writeUInt32LE(9, 8)
  const header = readJournalHeader(memorySource(bytes), notes)
  assert.deepEqual(
    [header?.state, header?.entries, header?.incompatibleFlags, header?.compatibleFlags],
    ['archived', 3, ['compressed-zstd', 'compact'], ['sealed', '0x8']],
  )
  assert.deepEqual(
    [header?.headEntryRealtime, header?.tailEntryRealtime, header?.seqnumId],
    ['2026-11-22T10:06:20.476332Z', '2026-11-22T10:06:20.476334Z', writtenSeqnumId],
  )
  assert.deepEqual(notes.kept, [])
  bytes.writeUInt32LE(32, 12)
  const others = new Notes()
  readJournalHeader(memorySource(bytes), others)
  assert.match(others.kept[0]?.text ?? '', /features that are not known here \(0x20\)/)
  assert.equal(readJournalHeader(memorySource(Buffer.from('LPKSHHRH')), notes), undefined)
  assert.deepEqual(read(Buffer.alloc(4096)).notes, ['this is no journal of systemd'])
})

test('a small file whose entries share a long value does not tell it without end', () => {
  const shared = 'x'.repeat(1 << 20)
  const { bytes } = writeJournal(
    Array.from({ length: 600 }, () => ({ realtimeUs: startUs, fields: [['MESSAGE', shared]] as const })),
    { packer: zstdPacker },
  )
  const { entries, notes } = read(bytes)
  assert.ok(entries.length >= 256 && entries.length < 300, String(entries.length))
  assert.match(notes.at(-1) ?? '', /far more than the file/)
})

const name = fc.stringMatching(/^[A-Z_]{1,8}$/)
const value = fc.oneof(
  fc.string(),
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ minLength: 600, maxLength: 900 }),
)
const form: fc.Arbitrary<JournalForm> = fc.record({
  isCompact: fc.boolean(),
  packer: fc.constantFrom(...Object.values(packers)),
})

function bytesOf(given: unknown): Buffer[] {
  if (Array.isArray(given)) return given.flatMap(bytesOf)
  if (typeof given === 'string') return [Buffer.from(given)]
  return [Buffer.from((given as { base64: string }).base64, 'base64')]
}

test('what was written is read, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 6 }), { maxLength: 30 }),
      form,
      (written, how) => {
        const entries = written.map((fields) => ({ realtimeUs: startUs, fields }))
        const result = read(writeJournal(entries, how).bytes)
        assert.deepEqual(result.notes, [])
        assert.equal(result.entries.length, written.length)
        for (const [index, fields] of written.entries()) {
          for (const [one] of fields) {
            const values = fields.filter(([other]) => other === one).map(([, bytes]) => Buffer.from(bytes))
            assert.deepEqual(bytesOf(result.entries[index]?.fields[one]), values)
          }
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('whatever bytes are changed, nothing throws and other entries stay', () => {
  const written: JournalWritten = writeJournal(numbered(40), { isCompact: true })
  fc.assert(
    fc.property(
      fc.nat(written.bytes.length - 400),
      fc.uint8Array({ minLength: 1, maxLength: 24 }),
      (at, junk) => {
        const bytes = Buffer.from(written.bytes)
        bytes.set(junk, 272 + at)
        const { entries } = read(bytes)
        // A junk of 24 bytes reaches into two objects, and a value may be shared.
        assert.ok(entries.length >= 37, `${entries.length} entries after ${junk.length} bytes at ${272 + at}`)
      },
    ),
    { numRuns: 300 },
  )
})
