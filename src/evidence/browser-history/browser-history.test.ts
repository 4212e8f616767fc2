import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { requireChromium } from '../../../test/support/chromium.ts'
import { withFolder } from '../../../test/support/folder.ts'
import { AppError } from '../../base/app-error.ts'
import { Notes } from '../note.ts'
import { memorySource, openFileSource } from '../source.ts'
import { browserHistory, type BrowserRecord } from './index.ts'

/** A database made by the real SQLite; undefined, and the test skipped, where there is no python3. */
function database(t: TestContext, sql: string): string | undefined {
  const path = join(withFolder(t).path, 'history.db')
  try {
    execFileSync(
      'python3',
      [
        '-c',
        'import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1])\ndb.executescript(sys.stdin.read())\ndb.commit()',
        path,
      ],
      { input: sql },
    )
    return path
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    t.skip('SKIPPED, NOT TESTED: python3 is not installed')
    return undefined
  }
}

function read(path: string): { readonly records: BrowserRecord[]; readonly notes: Notes } {
  const notes = new Notes()
  using source = openFileSource(path)
  using wal = existsSync(`${path}-wal`) ? openFileSource(`${path}-wal`) : undefined
  return { records: [...browserHistory(source, { wal, notes })], notes }
}

const chromium = `
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER NOT NULL,hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,from_visit INTEGER,transition INTEGER DEFAULT 0 NOT NULL,segment_id INTEGER,visit_duration INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE keyword_search_terms (keyword_id INTEGER NOT NULL,url_id INTEGER NOT NULL,term LONGVARCHAR NOT NULL,normalized_term LONGVARCHAR NOT NULL);
CREATE TABLE downloads (id INTEGER PRIMARY KEY,guid VARCHAR NOT NULL,current_path LONGVARCHAR NOT NULL,target_path LONGVARCHAR NOT NULL,start_time INTEGER NOT NULL,received_bytes INTEGER NOT NULL,total_bytes INTEGER NOT NULL,state INTEGER NOT NULL,danger_type INTEGER NOT NULL,interrupt_reason INTEGER NOT NULL,hash BLOB NOT NULL,end_time INTEGER NOT NULL,opened INTEGER NOT NULL,referrer VARCHAR NOT NULL,tab_url VARCHAR NOT NULL,mime_type VARCHAR(255) NOT NULL);
CREATE TABLE downloads_url_chains (id INTEGER NOT NULL,chain_index INTEGER NOT NULL,url LONGVARCHAR NOT NULL, PRIMARY KEY (id, chain_index));
INSERT INTO urls VALUES (1,'https://search.example/?q=psexec','psexec - Search',2,1,13410691445123456,0),(2,'https://files.example/tool','Tool',1,0,13410691450000000,1),(3,'https://gone.example/','Gone',1,0,13410691400000001,0);
INSERT INTO visits VALUES (1,1,13410691445123456,0,0x32000001,0,1500000),(2,2,13410691450000000,1,-2147483648,0,0);
INSERT INTO keyword_search_terms VALUES (2,1,'psexec','psexec');
INSERT INTO downloads VALUES (7,'g','C:\\\\Users\\\\u\\\\Downloads\\\\t.exe.crdownload','C:\\\\Users\\\\u\\\\Downloads\\\\t.exe',13410691451000000,4096,4096,1,3,0,X'${'ab'.repeat(32)}',13410691452000000,1,'https://search.example/','https://files.example/tool','application/x-msdownload');
INSERT INTO downloads_url_chains VALUES (7,1,'https://cdn.example/t.exe'),(7,0,'https://files.example/tool/get');
`

test('Chromium: visits with what led to them, addresses whose visits are gone, downloads, searches', (t) => {
  const path = database(t, chromium)
  if (path === undefined) return
  const { records, notes } = read(path)
  assert.deepEqual(notes.kept, [])
  assert.deepEqual(records, [
    {
      kind: 'visit',
      browser: 'chromium',
      id: 1,
      time: '2025-12-20T08:04:05.123456Z',
      url: 'https://search.example/?q=psexec',
      title: 'psexec - Search',
      transition: 'typed',
      qualifiers: ['from-address-bar'],
      durationMs: 1500,
      visits: 2,
      typed: 1,
    },
    {
      kind: 'visit',
      browser: 'chromium',
      id: 2,
      time: '2025-12-20T08:04:10.000000Z',
      url: 'https://files.example/tool',
      title: 'Tool',
      transition: 'link',
      qualifiers: ['server-redirect'],
      from: 'https://search.example/?q=psexec',
      visits: 1,
      typed: 0,
      hidden: true,
    },
    {
      kind: 'visit',
      browser: 'chromium',
      id: 0,
      time: '2025-12-20T08:03:20.000001Z',
      url: 'https://gone.example/',
      title: 'Gone',
      visits: 1,
      typed: 0,
    },
    {
      kind: 'download',
      browser: 'chromium',
      id: 7,
      time: '2025-12-20T08:04:11.000000Z',
      ended: '2025-12-20T08:04:12.000000Z',
      target: String.raw`C:\\Users\\u\\Downloads\\t.exe`,
      url: 'https://cdn.example/t.exe',
      chain: ['https://files.example/tool/get', 'https://cdn.example/t.exe'],
      referrer: 'https://search.example/',
      page: 'https://files.example/tool',
      mimeType: 'application/x-msdownload',
      bytes: 4096,
      totalBytes: 4096,
      state: 'complete',
      danger: 'dangerous-content',
      opened: true,
      sha256: 'ab'.repeat(32),
    },
    {
      kind: 'search',
      browser: 'chromium',
      time: '2025-12-20T08:04:05.123456Z',
      term: 'psexec',
      url: 'https://search.example/?q=psexec',
    },
  ])
})

test('Firefox: visits, downloads from annotations and from the old table, the search bar', (t) => {
  const path = database(
    t,
    `
CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER);
CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER, session INTEGER);
CREATE TABLE moz_anno_attributes (id INTEGER PRIMARY KEY, name VARCHAR(32) UNIQUE NOT NULL);
CREATE TABLE moz_annos (id INTEGER PRIMARY KEY, place_id INTEGER NOT NULL, anno_attribute_id INTEGER, content LONGVARCHAR, flags INTEGER DEFAULT 0, expiration INTEGER DEFAULT 0, type INTEGER DEFAULT 0, dateAdded INTEGER DEFAULT 0, lastModified INTEGER DEFAULT 0);
CREATE TABLE moz_downloads (id INTEGER PRIMARY KEY, name TEXT, source TEXT, target TEXT, tempPath TEXT, startTime INTEGER, endTime INTEGER, state INTEGER, referrer TEXT, currBytes INTEGER NOT NULL DEFAULT 0, maxBytes INTEGER NOT NULL DEFAULT -1, mimeType TEXT);
CREATE TABLE moz_formhistory (id INTEGER PRIMARY KEY, fieldname TEXT NOT NULL, value TEXT NOT NULL, timesUsed INTEGER, firstUsed INTEGER, lastUsed INTEGER, guid TEXT);
INSERT INTO moz_places VALUES (1,'https://a.example/','A','',3,0,1,100,1766123456789012),(2,'https://a.example/x.zip',NULL,'',0,0,0,0,1766123460000000),(3,'https://bookmark.example/','B','',0,0,0,0,NULL);
INSERT INTO moz_historyvisits VALUES (5,0,1,1766123456789012,2,0),(6,5,2,1766123460000000,7,0);
INSERT INTO moz_anno_attributes VALUES (1,'downloads/destinationFileURI'),(2,'downloads/metaData'),(3,'other');
INSERT INTO moz_annos VALUES (1,2,1,'file:///home/u/x.zip',0,4,3,1766123460500000,0),(2,2,2,'{"state":1,"endTime":1766123461000,"fileSize":123}',0,4,3,0,0),(3,1,3,'-',0,0,0,0,0);
INSERT INTO moz_downloads VALUES (9,'old.exe','http://old.example/old.exe','file:///C:/old.exe','',1300000000000000,1300000001000000,1,'http://old.example/',5,5,'application/octet-stream');
INSERT INTO moz_formhistory VALUES (1,'searchbar-history','lateral movement',2,1766123000000000,1766123456000000,'g'),(2,'email','not told',1,1,1,'g');
`,
  )
  if (path === undefined) return
  const { records, notes } = read(path)
  assert.deepEqual(notes.kept, [])
  assert.deepEqual(
    records.map((record) => {
      const { kind, time } = record
      if (kind === 'visit') return [kind, time, record.url, record.transition, record.from]
      if (kind === 'download')
        return [kind, time, record.url, record.target, record.state, record.bytes, record.ended]
      return [kind, time, record.term, record.times]
    }),
    [
      ['visit', '2025-12-19T05:50:56.789012Z', 'https://a.example/', 'typed', undefined],
      ['visit', '2025-12-19T05:51:00.000000Z', 'https://a.example/x.zip', 'download', 'https://a.example/'],
      [
        'download',
        '2025-12-19T05:51:00.500000Z',
        'https://a.example/x.zip',
        'file:///home/u/x.zip',
        'complete',
        123,
        '2025-12-19T05:51:01.000000Z',
      ],
      [
        'download',
        '2011-03-13T07:06:40.000000Z',
        'http://old.example/old.exe',
        'file:///C:/old.exe',
        'complete',
        5,
        '2011-03-13T07:06:41.000000Z',
      ],
      ['search', '2025-12-19T05:50:56.000000Z', 'lateral movement', 2],
    ],
  )
})

test('a damaged page costs its rows and no others; what is no history is said', (t) => {
  const many = Array.from(
    { length: 3000 },
    (_, index) =>
      `INSERT INTO urls VALUES (${index + 10},'https://h${index}.example/','t',1,0,13410691445123456,0);`,
  )
  const path = database(t, `PRAGMA page_size=1024;${chromium}BEGIN;${many.join('\n')}COMMIT;`)
  if (path === undefined) return
  const { records: all } = read(path)
  assert.equal(all.length, 3005)
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.indexOf('https://h1500.example/') / 1024) * 1024
  bytes.fill(0xff, at, at + 1024)
  writeFileSync(path, bytes)
  const { records, notes } = read(path)
  assert.ok(records.length > 2900 && records.length < 3005, String(records.length))
  assert.ok(notes.kept.length > 0)
  assert.throws(() => [...browserHistory(memorySource(Buffer.alloc(4096)), { notes: new Notes() })], AppError)
  const other = database(t, 'CREATE TABLE x(a)')
  if (other !== undefined) assert.throws(() => read(other), /no history of a browser/)
})

test('what a real Chromium wrote is read', async (t) => {
  const program = requireChromium(t)
  if (program === undefined) return
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      request.url === '/a' ? '<title>First</title><script>location="/b"</script>' : '<title>Second</title>',
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const folder = withFolder(t).path
  const browser = spawn(
    program,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--virtual-time-budget=3000',
      `--user-data-dir=${folder}/profile`,
      '--dump-dom',
      `http://127.0.0.1:${port}/a`,
    ],
    { stdio: 'ignore' },
  )
  await once(browser, 'exit')
  const { records } = read(join(folder, 'profile/Default/History'))
  const visits = records.filter((record) => record.kind === 'visit')
  assert.deepEqual(
    visits.map(({ url }) => url),
    [`http://127.0.0.1:${port}/a`, `http://127.0.0.1:${port}/b`],
  )
  assert.equal(visits[1]?.title, 'Second')
  assert.equal(visits[1]?.from, visits[0]?.url)
  for (const { time } of visits)
    assert.ok(Math.abs(Date.parse(time ?? '') - Date.now()) < 120_000, time ?? 'no time')
})
