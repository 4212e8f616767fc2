import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { guidBytes, u16, u32 } from '../../../test/support/artefact-fields.ts'
import {
  fileName,
  guard,
  indexEntry,
  indexNode,
  indexRoot,
  objectId,
  recordBytes,
  type RecordSpec,
  residentData,
  runData,
  standardInformation,
  symbolicLink,
  writeRecord,
} from '../../../test/support/mft-writer.ts'
import { must } from '../../../test/support/must.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import type { MftEntry } from './entry.ts'
import { readIndexBlocks } from './index-entries.ts'
import { readMft } from './mft.ts'

const times = { created: '2026-11-22T10:00:00.1234567Z' }
const root = [5, 5] as const

/** Records by their number; what is not given is blank. Record 5 is the root. */
function table(specs: Readonly<Record<number, RecordSpec>>, count = 32): Buffer {
  const rootSpec: RecordSpec = {
    sequence: 5,
    isDirectory: true,
    attributes: [standardInformation(times), fileName({ parent: root, name: '.', namespace: 3, times })],
  }
  const all: Readonly<Record<number, RecordSpec>> = { 0: { attributes: [] }, 5: rootSpec, ...specs }
  return Buffer.concat(
    Array.from({ length: count }, (_, entry) => {
      const spec = all[entry]
      return spec === undefined ? Buffer.alloc(recordBytes) : writeRecord(spec)
    }),
  )
}

function directory(
  name: string,
  parent: readonly [number, number],
  more: Partial<RecordSpec> = {},
): RecordSpec {
  return {
    isDirectory: true,
    attributes: [standardInformation(times), fileName({ parent, name, times })],
    ...more,
  }
}

function file(name: string, parent: readonly [number, number], ...attributes: readonly Buffer[]): RecordSpec {
  return { attributes: [standardInformation(times), fileName({ parent, name, times }), ...attributes] }
}

function read(bytes: Uint8Array): { entries: Map<number, MftEntry>; notes: string[] } {
  const notes = new Notes()
  const entries = new Map([...readMft(memorySource(bytes), notes)].map((entry) => [entry.entry, entry]))
  return { entries, notes: notes.kept.map(({ text }) => text) }
}

test('everything that a record says', () => {
  const id = '494ccbda-98e8-45c8-b8ca-f64d464366c7'
  const { entries, notes } = read(
    table({
      10: directory('폴더', root),
      11: {
        sequence: 7,
        attributes: [
          standardInformation({ created: times.created, modified: '2026-11-22T11:00:00.0000000Z' }, 0x26),
          fileName({ parent: [10, 1], name: 'LONGNA~1.TXT', namespace: 2, times }),
          fileName({ parent: [10, 1], name: 'Long name.txt', times }),
          objectId(guidBytes(id)),
          residentData('', 'hello'),
          residentData('Zone.Identifier', '[ZoneTransfer]\r\nZoneId=3\r\n'),
        ],
      },
    }),
  )
  assert.deepEqual(notes, [])
  const four = { ...times, modified: times.created, changed: times.created, accessed: times.created }
  const name = {
    parentEntry: 10,
    parentSequence: 1,
    ...four,
    allocatedSize: 4096,
    size: 1000,
    fileAttributes: 0x20,
  }
  const plain = {
    isResident: true,
    allocatedSize: 0,
    isCompressed: false,
    isEncrypted: false,
    isSparse: false,
  }
  assert.deepEqual(entries.get(11), {
    entry: 11,
    sequence: 7,
    offset: 11 * 1024,
    inUse: true,
    isDirectory: false,
    links: 1,
    lsn: '4660',
    path: '\\폴더\\Long name.txt',
    standardInformation: {
      ...four,
      modified: '2026-11-22T11:00:00.0000000Z',
      fileAttributes: 0x26,
      ownerId: 7,
      securityId: 0x101,
      usn: 99,
    },
    names: [
      { name: 'LONGNA~1.TXT', namespace: 'dos', ...name },
      { name: 'Long name.txt', namespace: 'win32', ...name },
    ],
    data: { name: '', size: 5, ...plain },
    streams: [
      {
        name: 'Zone.Identifier',
        size: 26,
        ...plain,
        content: Buffer.from('[ZoneTransfer]\r\nZoneId=3\r\n').toString('base64'),
      },
    ],
    objectId: id,
    timestomp: [],
    faults: [],
  })
  assert.equal(entries.get(5)?.path, '\\')
})

test('hard links have a path each, links a target', () => {
  const { entries } = read(
    table({
      10: directory('a', root),
      11: file(
        'x',
        [10, 1],
        fileName({ parent: root, name: 'y', namespace: 0, times }),
        symbolicLink('C:\\목표'),
      ),
    }),
  )
  const entry = must(entries.get(11))
  assert.deepEqual([entry.path, entry.otherPaths], ['\\a\\x', ['\\y']])
  assert.deepEqual(entry.reparse, { tag: 0xa000000c, target: 'C:\\목표' })
})

test('a deleted file keeps its path while its directory is known', () => {
  const { entries } = read(
    table({
      // Deleted: the sequence number counts up; the references still have the one before.
      10: directory('gone', root, { inUse: false, sequence: 2 }),
      11: { ...file('in-gone', [10, 1]), inUse: false, sequence: 2 },
      // The record of the directory belongs to another one now.
      12: directory('other', root, { sequence: 4 }),
      13: { ...file('orphan', [12, 1]), inUse: false, sequence: 2 },
      14: { ...file('no-parent', [30, 1]), inUse: false },
      15: file('of-a-file', [11, 2]),
    }),
  )
  assert.deepEqual(
    [10, 11, 13, 14, 15].map((entry) => entries.get(entry)?.path),
    ['\\gone', '\\gone\\in-gone', '?\\orphan', '?\\no-parent', '?\\of-a-file'],
  )
  assert.equal(entries.get(11)?.inUse, false)
})

test('directories in a circle, and deep ones, end', () => {
  const circle = read(
    table({ 10: directory('a', [11, 1]), 11: directory('b', [10, 1]), 12: file('x', [10, 1]) }),
  )
  assert.match(circle.entries.get(12)?.path ?? '', /^\?.*\\x$/)
  const deep: Record<number, RecordSpec> = {}
  for (let entry = 10; entry < 600; entry++)
    deep[entry] = directory(`d${entry}`, entry === 10 ? root : [entry - 1, 1])
  const { entries } = read(table(deep, 600))
  assert.ok((entries.get(599)?.path ?? '').endsWith('\\d598\\d599'))
})

test('attributes in other records are part of the file; those of a former owner are not', () => {
  const { entries } = read(
    table({
      10: file('big', root),
      20: { base: [10, 1], attributes: [residentData('', 'data'), residentData('stream', 'x')] },
      21: { base: [10, 9], attributes: [residentData('stale', 'x')] },
      11: { isDirectory: true, attributes: [standardInformation(times)] },
      22: { base: [11, 1], attributes: [fileName({ parent: root, name: 'dir-with-list', times })] },
      12: file('child', [11, 1]),
    }),
  )
  assert.equal(entries.get(10)?.data?.size, 4)
  assert.deepEqual(
    entries.get(10)?.streams.map(({ name }) => name),
    ['stream'],
  )
  assert.equal(entries.get(12)?.path, '\\dir-with-list\\child')
  assert.equal(entries.has(20), false)
})

test('sizes of a stream in pieces come from its first piece', () => {
  const runs = Buffer.from('2101000100', 'hex')
  const { entries } = read(table({ 10: file('big', root, runData(50_000, runs), runData(7, runs, 12)) }))
  assert.deepEqual([entries.get(10)?.data?.size, entries.get(10)?.data?.isResident], [50_000, false])
})

test('entries of a directory, and what lies in the slack of its index', () => {
  const named = (name: string): Parameters<typeof indexEntry>[1] => ({ parent: root, name, times })
  const slack = Buffer.concat([Buffer.alloc(8), indexEntry([41, 2], named('deleted.txt')), Buffer.alloc(24)])
  const { entries } = read(
    table({
      10: {
        isDirectory: true,
        attributes: [
          fileName({ parent: root, name: 'd', times }),
          indexRoot([indexEntry([40, 1], named('there.txt'))], slack),
        ],
      },
    }),
  )
  assert.deepEqual(
    entries
      .get(10)
      ?.index?.map(({ name, mftEntry, mftSequence, isSlack }) => [name, mftEntry, mftSequence, isSlack]),
    [
      ['there.txt', 40, 1, false],
      ['deleted.txt', 41, 2, true],
    ],
  )
  const block = Buffer.alloc(4096)
  block.write('INDX')
  u16(40, 9).copy(block, 4)
  const node = indexNode([indexEntry([40, 1], named('block.txt'))], Buffer.alloc(2000))
  node.copy(block, 24)
  // The array lies behind the node's header, whose entries begin further on in real blocks.
  u32(64, 64 + node.length - 16, 4072, 0).copy(block, 24)
  node.copy(block, 24 + 64, 16)
  guard(block, 40)
  assert.deepEqual(
    [...readIndexBlocks(memorySource(Buffer.concat([Buffer.alloc(4096), block])))].map(({ name }) => name),
    ['block.txt'],
  )
})

test('times that look set by a program', () => {
  const stamped = (created: string, changed: string): RecordSpec => ({
    attributes: [standardInformation({ created, changed }), fileName({ parent: root, name: 'x', times })],
  })
  const { entries } = read(
    table({
      10: stamped('2009-07-14T01:14:00.0000000Z', '2026-11-22T10:00:00.1234567Z'),
      11: stamped('2026-11-22T10:00:00.1234568Z', '2009-07-14T01:14:00.5000000Z'),
      12: stamped('2026-11-22T10:00:00.1234567Z', '2026-11-22T10:00:00.1234567Z'),
    }),
  )
  assert.deepEqual(
    [10, 11, 12].map((entry) => entries.get(entry)?.timestomp),
    [['created-before-name', 'whole-seconds'], ['changed-before-name'], []],
  )
})

test('a torn record is told, and read nevertheless', () => {
  const bytes = table({ 10: file('torn', root), 11: file('after', root) })
  bytes[10 * 1024 + 1023] = 0
  const { entries, notes } = read(bytes)
  assert.deepEqual(notes, ['record 10: a sector was not written with the others'])
  assert.equal(entries.get(10)?.path, '\\torn')
  assert.equal(entries.get(10)?.faults.length, 1)
  assert.equal(entries.get(11)?.path, '\\after')
})

test('a first record that is damaged, and a last one that is cut off', () => {
  const bytes = table({ 10: file('x', root) })
  bytes.fill(0, 0, 64)
  const { entries, notes } = read(bytes.subarray(0, -10))
  assert.equal(entries.get(10)?.path, '\\x')
  assert.equal(notes.length, 2)
  assert.deepEqual(read(Buffer.alloc(0)).entries.size, 0)
})

test('any change of any byte is survived', () => {
  const sample = table(
    {
      10: directory('d', root),
      11: file('x', [10, 1], residentData('s', 'x'), symbolicLink('t')),
      12: { base: [11, 1], attributes: [residentData('', 'y')] },
      13: {
        isDirectory: true,
        attributes: [indexRoot([indexEntry([11, 1], { parent: root, name: 'x', times })], Buffer.alloc(200))],
      },
    },
    16,
  )
  const changes = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at] = value
      JSON.stringify([...read(bytes).entries.values()])
    }),
    { numRuns: 200 },
  )
})
