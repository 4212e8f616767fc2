// Databases of the examined Windows: browsers (written by SQLite itself), SRUM and WebCache (ESE), and the repository of WMI.

import { execFileSync } from 'node:child_process'

import { time, u32, u64, wide } from '../support/artefact-fields.ts'
import type { EseCell, EseColumnSpec } from '../support/ese-record.ts'
import { oleDate, writeEse } from '../support/ese-writer.ts'
import { wmiClasses } from '../support/wmi-classes.ts'
import { wmiClass, wmiInstance, wmiMapping, wmiObjects } from '../support/wmi-writer.ts'

const program =
  'import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1])\ndb.executescript(sys.stdin.read())\ndb.commit()'

/** Writes the database to `path`. Needs python3. */
function sqlite(path: string, sql: string): void {
  execFileSync('python3', ['-c', program, path], {
    input: sql,
    timeout: 20_000,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Microseconds since 1601, as Chromium counts. */
function chromiumTime(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 1000n + 11_644_473_600_000_000n
}

export function chromeHistory(path: string): void {
  const began = chromiumTime('2026-04-11T01:58:00Z')
  const ended = chromiumTime('2026-04-11T01:58:09Z')
  sqlite(
    path,
    `
CREATE TABLE urls(id INTEGER PRIMARY KEY,url LONGVARCHAR,title LONGVARCHAR,visit_count INTEGER,typed_count INTEGER,last_visit_time INTEGER,hidden INTEGER);
CREATE TABLE visits(id INTEGER PRIMARY KEY,url INTEGER,visit_time INTEGER,from_visit INTEGER,transition INTEGER,segment_id INTEGER,visit_duration INTEGER);
CREATE TABLE keyword_search_terms (keyword_id INTEGER,url_id INTEGER,term LONGVARCHAR,normalized_term LONGVARCHAR);
CREATE TABLE downloads (id INTEGER PRIMARY KEY,guid VARCHAR,current_path LONGVARCHAR,target_path LONGVARCHAR,start_time INTEGER,received_bytes INTEGER,total_bytes INTEGER,state INTEGER,danger_type INTEGER,interrupt_reason INTEGER,hash BLOB,end_time INTEGER,opened INTEGER,referrer VARCHAR,tab_url VARCHAR,mime_type VARCHAR);
CREATE TABLE downloads_url_chains (id INTEGER,chain_index INTEGER,url LONGVARCHAR, PRIMARY KEY (id, chain_index));
INSERT INTO downloads VALUES (3,'g','C:\\Users\\mina\\Downloads\\kit.zip','C:\\Users\\mina\\Downloads\\kit.zip',${began},777,777,1,0,0,X'00',${ended},1,'','http://198.51.100.77/kit','application/zip');
INSERT INTO downloads_url_chains VALUES (3,0,'http://198.51.100.77/kit.zip');
`,
  )
}

export function firefoxHistory(path: string): void {
  const visited = BigInt(Date.parse('2026-04-11T01:57:00.123Z')) * 1000n
  sqlite(
    path,
    `
CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER, hidden INTEGER, typed INTEGER, frecency INTEGER, last_visit_date INTEGER);
CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER, visit_type INTEGER, session INTEGER);
INSERT INTO moz_places VALUES (1,'https://paste.example/raw/7Qx','Paste 7Qx','',1,0,1,100,${visited});
INSERT INTO moz_historyvisits VALUES (5,0,1,${visited},2,0);
`,
  )
}

export const srumProgram = '\\Device\\HarddiskVolume1\\ProgramData\\exfil.exe'

export function srum(): Buffer {
  const sid = Buffer.from('010500000000000515000000460000004700000048000000eb030000', 'hex')
  return writeEse({
    pageBytes: 4096,
    tables: [
      {
        name: 'SruDbIdMapTable',
        columns: [
          { name: 'IdType', coltyp: 2, id: 1 },
          { name: 'IdIndex', coltyp: 4, id: 2 },
          { name: 'IdBlob', coltyp: 11, id: 256 },
        ],
        rows: [
          [{ bytes: Buffer.of(0) }, { bytes: u32(10) }, { bytes: wide(`${srumProgram}\0`) }],
          [{ bytes: Buffer.of(3) }, { bytes: u32(11) }, { bytes: sid }],
        ],
      },
      {
        name: '{973F5D5C-1D90-4944-BE8E-24B94231A174}',
        columns: [
          { name: 'AutoIncId', coltyp: 4, id: 1 },
          { name: 'TimeStamp', coltyp: 8, id: 2 },
          { name: 'AppId', coltyp: 4, id: 3 },
          { name: 'UserId', coltyp: 4, id: 4 },
          { name: 'InterfaceLuid', coltyp: 15, id: 5 },
          { name: 'BytesSent', coltyp: 15, id: 6 },
        ],
        rows: [
          [
            { bytes: u32(1) },
            { bytes: oleDate('2026-04-11T03:00:00Z') },
            { bytes: u32(10) },
            { bytes: u32(11) },
            { bytes: u64(1_689_399_632_855_040n) },
            { bytes: u64(987_654_321) },
          ],
        ],
      },
    ],
  })
}

const text = (value: string): EseCell => ({ bytes: wide(`${value}\0`) })

export function webCache(): Buffer {
  const columns: readonly EseColumnSpec[] = [
    { name: 'EntryId', coltyp: 15, id: 1 },
    { name: 'FileSize', coltyp: 15, id: 2 },
    { name: 'AccessCount', coltyp: 14, id: 3 },
    { name: 'CreationTime', coltyp: 15, id: 4 },
    { name: 'AccessedTime', coltyp: 15, id: 5 },
    { name: 'ModifiedTime', coltyp: 15, id: 6 },
    { name: 'Url', coltyp: 12, id: 256, codePage: 1200 },
    { name: 'Filename', coltyp: 12, id: 257, codePage: 1200 },
  ]
  const [made, accessed] = ['2026-04-11T01:50:00Z', '2026-04-11T01:59:00.7654321Z'].map(time)
  return writeEse({
    pageBytes: 32_768,
    tables: [
      {
        name: 'Containers',
        columns: [
          { name: 'ContainerId', coltyp: 15, id: 1 },
          { name: 'Name', coltyp: 12, id: 256, codePage: 1200 },
          { name: 'Directory', coltyp: 12, id: 258, codePage: 1200 },
        ],
        rows: [[{ bytes: u64(1) }, text('Content'), text('C:\\Users\\mina\\INetCache\\')]],
      },
      {
        name: 'Container_1',
        columns,
        rows: [
          [
            { bytes: u64(7) },
            { bytes: u64(5150) },
            { bytes: u32(2) },
            { bytes: made ?? Buffer.alloc(8) },
            { bytes: accessed ?? Buffer.alloc(8) },
            null,
            text('http://198.51.100.77/stage2.hta'),
            text('stage2[1].hta'),
          ],
        ],
      },
    ],
  })
}

const string = 8
const sidType = 0x2011
export const wmiCommand = 'powershell -nop -c iex(gc C:\\ProgramData\\w.txt)'

/** OBJECTS.DATA and a mapping of it, with a subscription that runs a command line. */
export function wmiRepository(): { readonly objects: Buffer; readonly mapping: Buffer } {
  const sid = Buffer.from('01020000000000052000000020020000', 'hex')
  const filter = wmiInstance(
    '__EventFilter',
    [string, string, string, string, sidType, string],
    ['PlantedFilter', 'root\\cimv2', 'WQL', 'SELECT * FROM Win32_ProcessStartTrace', sid, undefined],
  )
  const consumer = wmiInstance(
    'CommandLineEventConsumer',
    [string, 0x13, sidType, string, string, string, 11],
    [undefined, undefined, sid, 'PlantedConsumer', undefined, wmiCommand, 0],
  )
  const binding = wmiInstance(
    '__FilterToConsumerBinding',
    [0x66, 0x66, 11],
    ['CommandLineEventConsumer.Name="PlantedConsumer"', '__EventFilter.Name="PlantedFilter"', 0],
  )
  const objects = wmiObjects(2, [
    ...wmiClasses.map((spec, index) => ({ page: 0, id: 100 + index, bytes: wmiClass(spec) })),
    { page: 1, id: 1, bytes: filter },
    { page: 1, id: 2, bytes: consumer },
    { page: 1, id: 3, bytes: binding },
  ])
  return { objects, mapping: wmiMapping(7, [0, 1], [0]) }
}
