import assert from 'node:assert/strict'
import { test } from 'node:test'

import { time, u16, u32, u64, wide } from '../../../test/support/artefact-fields.ts'
import type { EseCell, EseColumnSpec } from '../../../test/support/ese-record.ts'
import { type EseTableSpec, oleDate, writeEse } from '../../../test/support/ese-writer.ts'
import { must } from '../../../test/support/must.ts'
import { openEse } from '../ese/index.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readSrum, type SrumRecord } from './index.ts'

const head: readonly EseColumnSpec[] = [
  { name: 'AutoIncId', coltyp: 4, id: 1 },
  { name: 'TimeStamp', coltyp: 8, id: 2 },
  { name: 'AppId', coltyp: 4, id: 3 },
  { name: 'UserId', coltyp: 4, id: 4 },
]

function row(id: number, ...more: readonly EseCell[]): EseCell[] {
  return [
    { bytes: u32(id) },
    { bytes: oleDate('2026-11-22T10:30:00Z') },
    { bytes: u32(10) },
    { bytes: u32(11) },
    ...more,
  ]
}

function table(name: string, columns: readonly EseColumnSpec[], rows: readonly EseCell[][]): EseTableSpec {
  return { name, columns: [...head, ...columns], rows }
}

const sid = Buffer.from('010500000000000515000000010000000200000003000000e9030000', 'hex')
const app = '\\Device\\HarddiskVolume3\\Users\\Public\\일.exe'
const idMap: EseTableSpec = {
  name: 'SruDbIdMapTable',
  columns: [
    { name: 'IdType', coltyp: 2, id: 1 },
    { name: 'IdIndex', coltyp: 4, id: 2 },
    { name: 'IdBlob', coltyp: 11, id: 256 },
  ],
  rows: [
    [{ bytes: Buffer.from([0]) }, { bytes: u32(10) }, { bytes: wide(`${app}\0`) }],
    [{ bytes: Buffer.from([3]) }, { bytes: u32(11) }, { bytes: sid }],
    [{ bytes: Buffer.from([3]) }, { bytes: u32(12) }, { bytes: sid.subarray(0, 11) }],
    [{ bytes: Buffer.from([0]) }, { bytes: u32(13) }, null],
  ],
}

function read(tables: readonly EseTableSpec[]): { records: SrumRecord[]; notes: string[] } {
  const notes = new Notes()
  const database = openEse(memorySource(writeEse({ pageBytes: 4096, tables })), notes)
  return { records: [...readSrum(must(database))], notes: notes.kept.map(({ text }) => text) }
}

const common = {
  time: '2026-11-22T10:30:00.000Z',
  appId: 10,
  app,
  userId: 11,
  user: 'S-1-5-21-1-2-3-1001',
}

test('network data usage names program and user', () => {
  const name = '{973F5D5C-1D90-4944-BE8E-24B94231A174}'
  const columns = [
    { name: 'InterfaceLuid', coltyp: 15, id: 5 },
    { name: 'BytesSent', coltyp: 15, id: 6 },
    { name: 'L2ProfileId', coltyp: 14, id: 7 },
  ]
  const { records, notes } = read([
    idMap,
    table(name, columns, [row(1, { bytes: u64(1_689_399_632_855_040n) }, { bytes: u64(2n ** 60n) }, null)]),
  ])
  assert.deepEqual(notes, [])
  assert.deepEqual(records, [
    {
      provider: 'network-data-usage',
      table: name,
      ...common,
      values: { AutoIncId: 1, InterfaceLuid: 1_689_399_632_855_040, BytesSent: '1152921504606846976' },
    },
  ])
})

test('FILETIMEs are times, bytes hexadecimal, what the engine fills places with is left out', () => {
  const connectivity = '{dd6636c4-8929-4683-974e-22c046a43763}'
  const timeline = '{5C8CF1C7-7257-4F13-B223-970EF5939312}'
  const { records } = read([
    table(
      connectivity,
      [
        { name: 'ConnectedTime', coltyp: 14, id: 5 },
        { name: 'ConnectStartTime', coltyp: 15, id: 6 },
      ],
      [row(1, { bytes: u32(77) }, { bytes: time('2026-11-22T09:00:00.1234567Z') })],
    ),
    table(
      timeline,
      [
        { name: 'EndTime', coltyp: 15, id: 5 },
        { name: 'DurationMS', coltyp: 14, id: 6 },
        { name: 'SpanMS', coltyp: 14, id: 7 },
        { name: 'Tag', coltyp: 9, id: 128 },
      ],
      [
        row(
          2,
          { bytes: time('2026-11-22T10:00:00Z') },
          { bytes: u32(0x2a2a2a2a) },
          { bytes: u32(5) },
          {
            bytes: Buffer.from([1, 255]),
          },
        ),
      ],
    ),
    idMap,
  ])
  assert.deepEqual(
    records.map(({ provider, values }) => [provider, values]),
    [
      [
        'network-connectivity',
        { AutoIncId: 1, ConnectedTime: 77, ConnectStartTime: '2026-11-22T09:00:00.1234567Z' },
      ],
      [
        'application-timeline',
        { AutoIncId: 2, EndTime: '2026-11-22T10:00:00.0000000Z', SpanMS: 5, Tag: '01ff' },
      ],
    ],
  )
})

test('tables of providers that are not known are read too, those of the engine are not', () => {
  const name = '{11111111-2222-3333-4444-555555555555}'
  const hostile = [{ name: '__proto__', coltyp: 17, id: 5 }]
  const { records } = read([
    idMap,
    { name: 'SruDbCheckpointTable', columns: head, rows: [row(9)] },
    table(name, hostile, [row(1, { bytes: u16(3) })]),
  ])
  assert.equal(records.length, 1)
  assert.equal(records[0]?.provider, 'unknown')
  assert.equal(JSON.stringify(records[0]?.values), '{"AutoIncId":1,"__proto__":3}')
})

test('without the table of names there are numbers and a note; a SID that is cut off stays hexadecimal', () => {
  const name = '{D10CA2FE-6FCF-4F6D-848E-B2E99266FA89}'
  const { records, notes } = read([table(name, [], [row(1)])])
  assert.deepEqual(records[0], {
    provider: 'application-resource-usage',
    table: name,
    time: common.time,
    appId: 10,
    userId: 11,
    values: { AutoIncId: 1 },
  })
  assert.match(notes.join(), /there is no SruDbIdMapTable/)
  const cells = row(1)
  cells[3] = { bytes: u32(12) }
  cells[2] = { bytes: u32(13) }
  const cut = read([idMap, table(name, [], [cells])]).records[0]
  assert.deepEqual([cut?.user, cut?.app], ['0105000000000005150000', undefined])
})
