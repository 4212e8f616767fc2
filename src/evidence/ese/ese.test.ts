import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { u16, u32, wide } from '../../../test/support/artefact-fields.ts'
import { sealPage } from '../../../test/support/ese-pages.ts'
import { type EseColumnSpec, packXpress } from '../../../test/support/ese-record.ts'
import {
  hardCells,
  sampleCells,
  sampleColumns,
  sampleGuid,
  sampleTable,
  sampleText,
} from '../../../test/support/ese-samples.ts'
import { type EseSpec, writeEse } from '../../../test/support/ese-writer.ts'
import { must } from '../../../test/support/must.ts'
import { type EseDatabase, type EseValue, oleTime, ticksTime } from '../ese-database.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { openEse } from './index.ts'
import { decompressXpress } from './xpress.ts'

const pageSizes = [2048, 4096, 8192, 16384, 32768] as const

function open(bytes: Uint8Array): { database: EseDatabase | undefined; notes: () => string[] } {
  const notes = new Notes()
  const database = openEse(memorySource(bytes), notes)
  return { database, notes: () => notes.kept.map(({ text }) => text) }
}

function rowsOf(
  bytes: Uint8Array,
  name: string,
  columns?: readonly string[],
): { rows: EseValue[][]; notes: string[] } {
  const { database, notes } = open(bytes)
  const table = database?.table(name)
  const rows = table === undefined ? [] : [...must(database).rows(table, columns)]
  return { rows, notes: notes() }
}

function expected(index: number): EseValue[] {
  return [
    index % 2 === 1,
    index & 0xff,
    index * 7 - 500,
    0 - index,
    BigInt(index) * 123_456_789_012n,
    index / 2,
    index / 8,
    index % 5 === 0 ? null : 131_000_000_000_000_000n + BigInt(index),
    0xfffffff0 - index,
    -BigInt(index) << 40n,
    sampleGuid,
    0xffff - index,
    index % 3 === 0 ? null : Uint8Array.from([index & 0xff, 1, 2]),
    `café ${index}`,
    index % 7 === 0 ? null : `넓은 ${index}`,
  ]
}

function expectedHard(index: number): EseValue[] {
  return [
    ...expected(index),
    index % 3 === 0 ? [index, index + 1] : null,
    index % 3 === 1 ? new Uint8Array(3000 + 700 * (index % 40)).fill(index) : Uint8Array.from([index & 0x7f]),
    sampleText(index).repeat(100),
    index % 2 === 0 ? ['one', `far ${index}`, ''] : null,
    null,
  ]
}

for (const pageBytes of pageSizes) {
  test(`pages of ${pageBytes} bytes: every kind of column, long values, packed values, several in a cell`, () => {
    const bytes = writeEse({ pageBytes, tables: [sampleTable('hard', 60, hardCells)] })
    const { rows, notes } = rowsOf(bytes, 'hard')
    assert.deepEqual(notes, [])
    const wanted = Array.from({ length: 60 }, (_, index) => expectedHard(index)).filter(
      (_, index) => index !== 3,
    )
    assert.deepEqual(rows, wanted)
  })
}

test('a table of several levels is read in the order of its keys', () => {
  const bytes = writeEse({ pageBytes: 2048, tables: [sampleTable('all', 3000, sampleCells)] })
  const { rows, notes } = rowsOf(bytes, 'all', ['long', 'no such column', 'text'])
  assert.deepEqual(notes, [])
  assert.equal(rows.length, 2999)
  assert.deepEqual(rows[2998], [-2999, null, 'café 2999'])
  assert.ok(rows.every(([value], index) => value === (index < 3 ? 0 - index : -index - 1)))
})

test('the header tells page size, version, state and times', () => {
  const { database, notes } = open(writeEse({ pageBytes: 8192, revision: 230, tables: [] }))
  assert.deepEqual(must(database).header, {
    pageBytes: 8192,
    version: '0x620,230',
    state: 'clean-shutdown',
    created: '2013-10-23T10:48:57.478Z',
    system: '10.0.19045',
  })
  assert.deepEqual(notes(), [])
})

const small: EseSpec = { pageBytes: 4096, tables: [sampleTable('all', 400, sampleCells)] }

test('a dirty database is read as it is, and that is said', () => {
  const { rows, notes } = rowsOf(writeEse({ ...small, state: 2 }), 'all')
  assert.equal(rows.length, 399)
  assert.deepEqual(notes, [
    'the state of the database is dirty-shutdown: what is only in its log files is not read',
  ])
})

test('the copy of a damaged header is used', () => {
  for (const pageBytes of pageSizes) {
    const bytes = writeEse({ ...small, pageBytes })
    bytes.fill(0, 0, 600)
    const { rows, notes } = rowsOf(bytes, 'all', [])
    assert.deepEqual([rows.length, notes], [399, ['the header is damaged; its copy is used']])
  }
})

function pageNumbers(bytes: Buffer, pageBytes: number, isWanted: (page: Buffer) => boolean): number[] {
  const numbers: number[] = []
  for (let number = 1; (number + 2) * pageBytes <= bytes.length; number++) {
    if (isWanted(bytes.subarray((number + 1) * pageBytes, (number + 2) * pageBytes))) numbers.push(number)
  }
  return numbers
}

const isLeafOfTable = (page: Buffer): boolean =>
  page.readUInt32LE(24) === 10 && (page.readUInt32LE(36) & 3) === 2
const isRootOfTable = (page: Buffer): boolean =>
  page.readUInt32LE(24) === 10 && (page.readUInt32LE(36) & 1) === 1

for (const oldChecksums of [false, true]) {
  test(`a page with a wrong ${oldChecksums ? 'old' : 'new'} checksum is passed over, the others are read`, () => {
    const bytes = writeEse({ ...small, oldChecksums })
    const [, second = 0] = pageNumbers(bytes, 4096, isLeafOfTable)
    const at = (second + 1) * 4096 + 300
    bytes[at] = (bytes[at] ?? 0) ^ 4
    const { rows, notes } = rowsOf(bytes, 'all')
    assert.ok(rows.length > 370 && rows.length < 399)
    assert.deepEqual(notes, [`page ${second} is damaged: its checksum is wrong; it is passed over`])
  })
}

test('every block of a page of 32 KiB has a checksum that is looked at', () => {
  for (const block of [0, 1, 2, 3]) {
    const bytes = writeEse({ ...small, pageBytes: 32768 })
    const [first = 0] = pageNumbers(bytes, 32768, isLeafOfTable)
    const at = (first + 1) * 32768 + block * 8192 + 500
    bytes[at] = (bytes[at] ?? 0) ^ 1
    assert.match(rowsOf(bytes, 'all').notes.join(), /checksum is wrong/)
  }
})

test('leaves that a damaged branch no longer leads to are found', () => {
  const bytes = writeEse(small)
  const [root = 0] = pageNumbers(bytes, 4096, isRootOfTable)
  const page = bytes.subarray((root + 1) * 4096, (root + 2) * 4096)
  // The first child becomes a page that is not there.
  const tag = page.readUInt16LE(4096 - 6) & 0x1fff
  const size = page.readUInt16LE(4096 - 8) & 0x1fff
  page.writeUInt32LE(99_999, 40 + tag + size - 4)
  sealPage(page, root)
  const { rows, notes } = rowsOf(bytes, 'all', ['long'])
  assert.equal(rows.length, 399)
  assert.match(
    notes.join('\n'),
    /page 99999 is beyond the end of the file\n1 pages of the tree at page \d+ were found/,
  )
})

test('a leaf that was split off but is not in the branch yet is known to its neighbour', () => {
  const bytes = writeEse(small)
  const [root = 0] = pageNumbers(bytes, 4096, isRootOfTable)
  const page = bytes.subarray((root + 1) * 4096, (root + 2) * 4096)
  page.writeUInt16LE(page.readUInt16LE(34) - 1, 34)
  sealPage(page, root)
  const { rows, notes } = rowsOf(bytes, 'all', ['long'])
  assert.deepEqual([rows.length, rows.at(-1), notes], [399, [-399], []])
})

test('a tree whose pages lead in a circle ends', () => {
  const bytes = writeEse(small)
  for (const number of pageNumbers(bytes, 4096, (page) => page.readUInt32LE(24) === 10)) {
    const page = bytes.subarray((number + 1) * 4096, (number + 2) * 4096)
    page.writeUInt32LE(number, 20)
    if (isRootOfTable(page)) {
      const tag = page.readUInt16LE(4096 - 6) & 0x1fff
      page.writeUInt32LE(number, 40 + tag + (page.readUInt16LE(4096 - 8) & 0x1fff) - 4)
    }
    sealPage(page, number)
  }
  assert.equal(rowsOf(bytes, 'all', ['long']).rows.length, 399)
})

test('a long value that is not there is told, and its cell is empty', () => {
  const bytes = writeEse({ pageBytes: 4096, tables: [sampleTable('hard', 2, hardCells)] })
  for (const number of pageNumbers(bytes, 4096, (page) => (page.readUInt32LE(36) & 0x82) === 0x82))
    bytes.fill(0xee, (number + 1) * 4096, (number + 2) * 4096)
  const { rows, notes } = rowsOf(bytes, 'hard', ['long', 'long text'])
  assert.deepEqual(rows, [
    [0, null],
    [-1, null],
  ])
  assert.match(notes.join('\n'), /hard: a long value is not there/)
})

test('a value that very many cells name does not cost more than the file allows', () => {
  const columns = Array.from({ length: 40 }, (_, index) => ({
    name: `c${index}`,
    coltyp: 11,
    id: 256 + index,
  }))
  const big = { bytes: Buffer.alloc(4_000_000), isSeparate: true, pack: packXpress }
  const bytes = writeEse({ pageBytes: 4096, tables: [{ name: 't', columns, rows: [[big]] }] })
  const rows = Array.from({ length: 3 }, () => columns.map(() => ({ bytes: u32(1), isNamed: true })))
  const hostile = writeEse({ pageBytes: 4096, tables: [{ name: 't', columns, rows: [[big], ...rows] }] })
  assert.deepEqual(rowsOf(bytes, 't', ['c0']).rows[0]?.[0], new Uint8Array(4_000_000))
  const { rows: read, notes } = rowsOf(hostile, 't')
  assert.deepEqual(
    [read.length, notes],
    [4, ['long values have more bytes in all than can be: no more of them are read']],
  )
  assert.equal(read.at(-1)?.at(-1), null)
})

test('a record with very many tagged columns', () => {
  const columns = Array.from({ length: 400 }, (_, index) => ({
    name: `c${index}`,
    coltyp: 4,
    id: 256 + index,
  }))
  const row = columns.map((_, index) => (index % 2 === 0 ? { bytes: u32(index) } : undefined))
  const { rows } = rowsOf(writeEse({ pageBytes: 8192, tables: [{ name: 't', columns, rows: [row] }] }), 't')
  assert.deepEqual(
    rows[0],
    columns.map((_, index) => (index % 2 === 0 ? index : null)),
  )
})

test('a column that is younger than a record has its default', () => {
  const columns = [
    { name: 'id', coltyp: 4, id: 1 },
    { name: 'later', coltyp: 4, id: 2, defaultData: u32(7) },
    { name: 'name', coltyp: 10, id: 128 },
    { name: 'later name', coltyp: 10, id: 129, defaultData: Buffer.from('none') },
    { name: 'later text', coltyp: 12, id: 256, codePage: 1200, defaultData: wide('leer') },
  ]
  const rows = [
    [{ bytes: u32(1) }, undefined, { bytes: Buffer.from('a') }, undefined, undefined],
    [{ bytes: u32(2) }, null, null, null, null],
  ]
  assert.deepEqual(rowsOf(writeEse({ pageBytes: 8192, tables: [{ name: 't', columns, rows }] }), 't').rows, [
    [1, 7, 'a', 'none', 'leer'],
    [2, null, null, null, null],
  ])
})

test('a page in the place of another one is passed over', () => {
  const bytes = writeEse({ ...small, oldChecksums: true })
  const [first = 0, second = 0] = pageNumbers(bytes, 4096, isLeafOfTable)
  const copy = Buffer.from(bytes.subarray((first + 1) * 4096, (first + 2) * 4096))
  copy.copy(bytes, (second + 1) * 4096)
  const { rows, notes } = rowsOf(bytes, 'all', ['long'])
  assert.ok(rows.length < 399)
  assert.deepEqual(notes, [`page ${second} is damaged: its checksum is wrong; it is passed over`])
})

test('records that lie outside of their page, and pages of other trees, are told', () => {
  const bytes = writeEse({
    ...small,
    tables: [...small.tables, { ...sampleTable('more', 400, sampleCells) }],
  })
  const [leaf = 0] = pageNumbers(bytes, 4096, isLeafOfTable)
  const page = bytes.subarray((leaf + 1) * 4096, (leaf + 2) * 4096)
  // The first record reaches over the tags, the key of the second one over the record.
  page.writeUInt16LE(4050 - (page.readUInt16LE(4096 - 6) & 0x1fff), 4096 - 8)
  page.writeUInt16LE(0x1fff, 40 + (page.readUInt16LE(4096 - 10) & 0x1fff) + 2)
  sealPage(page, leaf)
  const [root = 0] = pageNumbers(bytes, 4096, isRootOfTable)
  const [other = 0] = pageNumbers(bytes, 4096, (one) => one.readUInt32LE(24) === 12)
  const branch = bytes.subarray((root + 1) * 4096, (root + 2) * 4096)
  const tag = branch.readUInt16LE(4096 - 10) & 0x1fff
  const size = branch.readUInt16LE(4096 - 12) & 0x1fff
  branch.writeUInt32LE(other, 40 + tag + size - 4)
  sealPage(branch, root)
  const { rows, notes } = rowsOf(bytes, 'all', ['long'])
  assert.deepEqual([rows.length, rows[0]], [397, [-2]])
  assert.deepEqual(notes.slice(0, 2), [
    `page ${leaf}: a record lies outside of it`,
    `page ${other} belongs to another tree than the page that leads to it`,
  ])
})

test('the copy of a damaged catalog is used', () => {
  const bytes = writeEse(small)
  bytes.fill(0xee, 5 * 4096, 6 * 4096)
  const { rows, notes } = rowsOf(bytes, 'all', ['long'])
  assert.equal(rows.length, 399)
  assert.match(notes.join(), /page 4 is damaged.*the catalog is damaged; its copy is used/)
})

test('places of fixed columns: those of deleted ones stay, and the catalog may tell the same for all', () => {
  const rows = [[{ bytes: u32(1) }, { bytes: u32(2) }, { bytes: u32(3) }]]
  const column = (id: number): { name: string; coltyp: number; id: number } => ({
    name: `c${id}`,
    coltyp: 4,
    id,
  })
  const gap = [column(1), { ...column(2), isDeleted: true }, column(3)]
  const same = [1, 2, 3].map((id) => ({ ...column(id), toldOffset: 4 }))
  const read = (columns: EseColumnSpec[]): EseValue[][] =>
    rowsOf(writeEse({ pageBytes: 4096, tables: [{ name: 't', columns, rows }] }), 't').rows
  assert.deepEqual([read(gap), read(same)], [[[1, 3]], [[1, 2, 3]]])
})

test('of two tables with one name each gives its own rows', () => {
  const columns = [{ name: 'c', coltyp: 4, id: 1 }]
  const tables = [[], [[{ bytes: u32(5) }]]].map((rows) => ({ name: 't', columns, rows }))
  const { database } = open(writeEse({ pageBytes: 4096, tables }))
  const found = must(database).tables.filter(({ name }) => name === 't')
  assert.deepEqual(
    found.map((table) => [...must(database).rows(table)]),
    [[], [[5]]],
  )
})

test('NULL is not the empty text, Windows-1252 is not Latin-1, what is encrypted is told', () => {
  const columns = [12, 12, 12].map((coltyp, index) => ({ name: `c${index}`, coltyp, id: 256 + index }))
  const rows = [[null, { bytes: Buffer.from([0x80, 0x99]) }, { bytes: Buffer.from('secret'), flags: 0x40 }]]
  for (const pageBytes of [4096, 32768] as const) {
    const { rows: read, notes } = rowsOf(writeEse({ pageBytes, tables: [{ name: 't', columns, rows }] }), 't')
    assert.deepEqual([read, notes], [[[null, '€™', null]], ['t: column c2 is encrypted']])
  }
})

test('a table has the columns of its template before its own', () => {
  const base = [
    { name: 'id', coltyp: 4, id: 1 },
    { name: 'note', coltyp: 12, id: 256 },
  ]
  const columns = [
    ...base.map((column) => ({ ...column, isDerived: true })),
    { name: 'more', coltyp: 3, id: 2 },
    { name: 'own', coltyp: 12, id: 256 },
  ].toSorted((a, b) => a.id - b.id)
  const text = (value: string): { bytes: Buffer } => ({ bytes: Buffer.from(value) })
  for (const pageBytes of [4096, 32768] as const) {
    const bytes = writeEse({
      pageBytes,
      tables: [
        { name: 'base', columns: base, rows: [] },
        {
          name: 't',
          template: 'base',
          columns,
          rows: [[{ bytes: u32(9) }, { bytes: u16(5) }, text('base'), text('own')]],
        },
      ],
    })
    assert.deepEqual(rowsOf(bytes, 't', ['id', 'more', 'note', 'own']).rows, [[9, 5, 'base', 'own']])
  }
})

test('plain LZ77 gives what [MS-XCA] 3 says', () => {
  const vector = Buffer.from('ffff ff1f 61 62 63 17 00 0f ff 26 01'.replaceAll(' ', ''), 'hex')
  assert.equal(Buffer.from(decompressXpress(vector, 300)).toString(), 'abc'.repeat(100))
  const letters = Buffer.from(
    '3f000000 6162636465666768696a6b6c6d6e6f707172737475767778797a'.replace(' ', ''),
    'hex',
  )
  assert.equal(Buffer.from(decompressXpress(letters, 26)).toString(), 'abcdefghijklmnopqrstuvwxyz')
})

test('plain LZ77 takes back what was packed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'abcabcabc', '0123456789'.repeat(9)), { maxLength: 200 }),
      (parts) => {
        const bytes = Buffer.from(parts.join(''))
        assert.deepEqual(Buffer.from(decompressXpress(packXpress(bytes).subarray(3), bytes.length)), bytes)
      },
    ),
    { numRuns: 100 },
  )
})

test('what is no database is told', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(9000), writeEse(small).subarray(0, 200)])
    assert.deepEqual(rowsOf(bytes, 'all').notes, ['this is no ESE database'])
})

test('any damage behind right checksums ends in rows and notes', () => {
  const whole = writeEse({
    pageBytes: 4096,
    tables: [
      sampleTable('hard', 30, hardCells),
      { name: 'b', columns: sampleColumns, rows: [sampleCells(1)] },
    ],
  })
  const pages = whole.length / 4096
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(4095), fc.nat(pages - 3), fc.nat(255)), { minLength: 1, maxLength: 40 }),
      (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, page, value] of changes) {
          const part = bytes.subarray((page + 2) * 4096, (page + 3) * 4096)
          part[at] = value
          sealPage(part, page + 1)
        }
        const { database } = open(bytes)
        for (const table of must(database).tables)
          for (const row of must(database).rows(table)) assert.ok(Array.isArray(row))
      },
    ),
    { numRuns: 60 },
  )
})

test('OLE dates and FILETIMEs', () => {
  const bits = (days: number): bigint => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(days)
    return bytes.readBigUInt64LE()
  }
  assert.equal(oleTime(bits(44_927.5)), '2023-01-01T12:00:00.000Z')
  assert.equal(oleTime(bits(-1.25)), '1899-12-29T06:00:00.000Z')
  assert.equal(oleTime(0n), undefined)
  assert.equal(oleTime(bits(Number.NaN)), undefined)
  assert.equal(oleTime(bits(1e300)), undefined)
  assert.equal(ticksTime(132_000_000_000_000_001n), '2019-04-17T18:40:00.0000001Z')
  assert.equal(ticksTime(-1n), undefined)
  assert.equal(ticksTime(2n ** 63n), undefined)
})
