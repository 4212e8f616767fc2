import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { time, u32, u64, wide } from '../../../test/support/artefact-fields.ts'
import type { EseCell, EseColumnSpec } from '../../../test/support/ese-record.ts'
import { type EseTableSpec, writeEse } from '../../../test/support/ese-writer.ts'
import { must } from '../../../test/support/must.ts'
import { openEse } from '../ese/index.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readWebCache, type WebCacheRecord } from './index.ts'
import { readDownload, readResponse } from './response.ts'

const text = (value: string): EseCell => ({ bytes: wide(`${value}\0`) })
const long = (value: number): EseCell => ({ bytes: u64(value) })

const containers: EseTableSpec = {
  name: 'Containers',
  columns: [
    { name: 'ContainerId', coltyp: 15, id: 1 },
    { name: 'Name', coltyp: 12, id: 256, codePage: 1200 },
    { name: 'PartitionId', coltyp: 12, id: 257, codePage: 1200 },
    { name: 'Directory', coltyp: 12, id: 258, codePage: 1200 },
  ],
  rows: [
    [
      long(1),
      text('Content'),
      text('M'),
      text('C:\\Users\\a\\AppData\\Local\\Microsoft\\Windows\\INetCache\\'),
    ],
    [long(2), text('MSHist012026111620261123'), text('M')],
    [long(3), text('iedownload')],
    [long(4), text('Cookies')],
  ],
}

const columns: readonly EseColumnSpec[] = [
  { name: 'EntryId', coltyp: 15, id: 1 },
  { name: 'FileSize', coltyp: 15, id: 2 },
  { name: 'AccessCount', coltyp: 14, id: 3 },
  { name: 'CreationTime', coltyp: 15, id: 4 },
  { name: 'AccessedTime', coltyp: 15, id: 5 },
  { name: 'ModifiedTime', coltyp: 15, id: 6 },
  { name: 'Url', coltyp: 12, id: 256, codePage: 1200 },
  { name: 'Filename', coltyp: 12, id: 257, codePage: 1200 },
  { name: 'ResponseHeaders', coltyp: 11, id: 258 },
]

function entry(id: number, url: string, more: readonly EseCell[] = []): EseCell[] {
  const times = ['2026-11-20T00:00:00Z', '2026-11-21T01:02:03.1234567Z'].map((iso) => ({ bytes: time(iso) }))
  return [long(id), long(4096), { bytes: u32(3) }, ...times, null, text(url), ...more]
}

function read(tables: readonly EseTableSpec[]): WebCacheRecord[] {
  const database = openEse(memorySource(writeEse({ pageBytes: 32768, tables })), new Notes())
  return [...readWebCache(must(database))]
}

test('a cached file has its URL, times, name, size and the head of the answer', () => {
  const headers = Buffer.from(
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: id=secret\r\nETag: "x:y"\r\n\r\n~U:alice\r\n\0',
  )
  const [record] = read([
    containers,
    {
      name: 'Container_1',
      columns,
      rows: [entry(7, 'https://a.example/x', [text('x[1].htm'), { bytes: headers }])],
    },
  ])
  assert.deepEqual(record, {
    kind: 'cache',
    table: 'Container_1',
    container: {
      id: 1,
      name: 'Content',
      directory: 'C:\\Users\\a\\AppData\\Local\\Microsoft\\Windows\\INetCache\\',
      partition: 'M',
    },
    entryId: 7,
    url: 'https://a.example/x',
    user: 'alice',
    accessCount: 3,
    fileName: 'x[1].htm',
    fileBytes: 4096,
    accessed: '2026-11-21T01:02:03.1234567Z',
    created: '2026-11-20T00:00:00.0000000Z',
    response: {
      status: 'HTTP/1.1 200 OK',
      headers: { 'content-type': 'text/html', 'set-cookie': '', etag: '"x:y"' },
      user: 'alice',
    },
  })
})

test('history tells who visited what, also on the own disk', () => {
  const records = read([
    containers,
    {
      name: 'Container_2',
      columns,
      rows: [
        entry(1, 'Visited: bob@https://user@b.example/?q=a@b'),
        entry(2, ':2026111620261123: bob@file:///C:/secret/plan.docx'),
        entry(3, 'https://c.example/u@v'),
        entry(4, 'Visited: @https://d.example/'),
      ],
    },
  ])
  assert.deepEqual(
    records.map(({ kind, user, url }) => [kind, user, url]),
    [
      ['history', 'bob', 'https://user@b.example/?q=a@b'],
      ['history', 'bob', 'file:///C:/secret/plan.docx'],
      ['history', undefined, 'https://c.example/u@v'],
      ['history', undefined, 'https://d.example/'],
    ],
  )
})

test('a download tells from where and whereto', () => {
  const blob = Buffer.concat([
    Buffer.alloc(48, 1),
    wide('http://from.example/page\0http://d.example/tool.exe\0C:\\Users\\a\\Downloads\\tool.exe\0'),
  ])
  const [record] = read([
    containers,
    {
      name: 'Container_3',
      columns,
      rows: [entry(1, 'iedownload:{0}', [null, { bytes: blob, isSeparate: true }])],
    },
  ])
  assert.equal(record?.kind, 'download')
  assert.deepEqual(record?.download, {
    url: 'http://d.example/tool.exe',
    referrer: 'http://from.example/page',
    path: 'C:\\Users\\a\\Downloads\\tool.exe',
  })
})

test('of cookies there is all but the value', () => {
  const bytes = (value: string): EseCell => ({ bytes: Buffer.from(`${value}\0`) })
  const record = read([
    containers,
    {
      name: 'CookieEntryEx_4',
      columns: [
        { name: 'EntryId', coltyp: 15, id: 1 },
        { name: 'Expires', coltyp: 15, id: 2 },
        { name: 'Name', coltyp: 11, id: 256 },
        { name: 'Value', coltyp: 11, id: 257 },
        { name: 'RDomain', coltyp: 11, id: 258 },
        { name: 'Path', coltyp: 11, id: 259 },
      ],
      rows: [
        [
          long(1),
          { bytes: time('2027-01-01T00:00:00Z') },
          bytes('session'),
          bytes('geheim'),
          bytes('com.example.www'),
          bytes('/'),
        ],
      ],
    },
  ])[0]
  assert.deepEqual(record, {
    kind: 'cookie',
    table: 'CookieEntryEx_4',
    container: { id: 4, name: 'Cookies' },
    entryId: 1,
    expires: '2027-01-01T00:00:00.0000000Z',
    cookie: { name: 'session', domain: 'www.example.com', path: '/' },
  })
  assert.ok(!JSON.stringify(record).includes('geheim'))
})

test('without a list of containers, or in one that is not in it, entries are read', () => {
  const records = read([{ name: 'Container_99', columns, rows: [entry(1, 'https://a.example/')] }])
  assert.deepEqual(
    [records[0]?.kind, records[0]?.container, records[0]?.url],
    ['other', undefined, 'https://a.example/'],
  )
})

test('of very many headers the first 64 are told', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `X-${index}: ${index}`)
  const answer = must(readResponse(Buffer.from(['HTTP/1.1 200 OK', ...lines].join('\r\n'))))
  assert.deepEqual(
    Object.values(answer.headers),
    lines.slice(0, 64).map((_, index) => String(index)),
  )
})

test('any bytes beside an entry end in a record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      JSON.stringify([readResponse(bytes), readDownload(bytes)])
      const answer = readResponse(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), bytes]))
      assert.ok(Object.keys(must(answer).headers).length <= 64)
    }),
    { numRuns: 200 },
  )
})
