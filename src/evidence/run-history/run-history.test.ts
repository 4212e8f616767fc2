import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import {
  binary,
  dword,
  key,
  merged,
  sz,
  writeHive,
  type WrittenKey,
  writtenTime,
  writtenTimeText,
} from '../../../test/support/hive-writer.ts'
import { Notes } from '../note.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { type Activity, activitiesIn, readShimcache } from './index.ts'
import { shellItem, shellPath } from './shell-item.ts'

const explorer = 'Software\\Microsoft\\Windows\\CurrentVersion\\Explorer'

function activities(keys: readonly WrittenKey[]): Activity[] {
  return [...activitiesIn(openHive(memorySource(writeHive({ name: 'ROOT', subkeys: merged(keys) }))), 'bob')]
}

function u16(number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(number)
  return bytes
}

function u32(...numbers: readonly number[]): Buffer {
  return Buffer.concat(numbers.map((number) => Buffer.concat([u16(number & 0xff_ff), u16(number >>> 16)])))
}

function time(): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(writtenTime)
  return bytes
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

test('UserAssist names are turned back, with count and time of both versions', () => {
  const seven = Buffer.alloc(72)
  u32(0, 5, 3, 60_000).copy(seven)
  time().copy(seven, 60)
  const xp = Buffer.concat([u32(1, 9), time()])
  const list = activities([
    key('Control Panel'),
    key(`${explorer}\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count`, [
      binary('{1NP14R77-02R7-4R5Q-O744-2RO1NR5198O7}\\pzq.rkr', seven),
      binary('HRZR_EHACNGU:P:\\k.rkr', xp),
      binary('HRZR_PGYFRFFVBA', xp),
    ]),
  ])
  assert.deepEqual(
    list.map(({ what, runCount, time: at, timeIs, user }) => [what, runCount, at, timeIs, user]),
    [
      ['%SystemRoot%\\System32\\cmd.exe', 5, writtenTimeText, 'last run', 'bob'],
      ['C:\\x.exe', 4, writtenTimeText, 'last run', 'bob'],
    ],
  )
  assert.deepEqual(list[0]?.details, { focusCount: 3, focusMs: 60_000 })
})

test('BAM tells the last run by SID, and leaves its own counters out', () => {
  const list = activities([
    key('Select', [dword('Current', 1)]),
    key('ControlSet001\\Services\\bam\\State\\UserSettings\\S-1-5-21-1-2-3-1001', [
      binary('\\Device\\HarddiskVolume2\\a.exe', Buffer.concat([time(), Buffer.alloc(16)])),
      dword('Version', 1),
    ]),
  ])
  assert.deepEqual(
    list.map(({ source, what, time: at, user }) => [source, what, at, user]),
    [['BAM', '\\Device\\HarddiskVolume2\\a.exe', writtenTimeText, 'S-1-5-21-1-2-3-1001']],
  )
})

function xpCache(): Buffer {
  const bytes = Buffer.alloc(400 + 552)
  u32(0xde_ad_be_ef, 1).copy(bytes)
  utf16('\\??\\C:\\a.exe').copy(bytes, 400)
  time().copy(bytes, 928)
  u32(123).copy(bytes, 936)
  return bytes
}

/** Rows in front, paths behind. */
function tableCache(head: Buffer, rowBytes: number, row: (length: number, at: number) => Buffer): Buffer {
  const path = utf16('\\??\\C:\\a.exe')
  const bytes = Buffer.alloc(head.length + rowBytes)
  head.copy(bytes)
  row(path.length, bytes.length).copy(bytes, head.length)
  return Buffer.concat([bytes, path])
}

function padded(head: Buffer, length: number): Buffer {
  return Buffer.concat([head, Buffer.alloc(length - head.length)])
}

function tagged(tag: string, start: number, body: Buffer): Buffer {
  return Buffer.concat([padded(u32(start), start), Buffer.from(tag), u32(0, body.length), body])
}

const path = utf16('C:\\a.exe')
const caches: Readonly<Record<string, Buffer>> = {
  XP: xpCache(),
  '2003': tableCache(u32(0xba_dc_0f_fe, 1), 24, (length, at) =>
    Buffer.concat([u16(length), u16(length), u32(at), time(), u32(70_000, 0)]),
  ),
  'Vista/2008': tableCache(u32(0xba_dc_0f_fe, 1), 32, (length, at) =>
    Buffer.concat([u16(length), u16(length + 2), u32(0, at, 0), time(), u32(2, 0)]),
  ),
  '7/2008 R2': tableCache(padded(u32(0xba_dc_0f_ee, 1), 128), 48, (length, at) =>
    Buffer.concat([u16(length), u16(length + 2), u32(0, at, 0), time(), u32(2, 0, 0, 0, 0, 0)]),
  ),
  '8/2012': tagged('00ts', 0x80, Buffer.concat([u16(path.length), path, u16(0), u32(2, 0), time(), u32(0)])),
  '8.1/2012 R2': tagged(
    '10ts',
    0x80,
    Buffer.concat([u16(path.length), path, u16(2), utf16('p'), u32(2, 0), time(), u32(0)]),
  ),
  '10': tagged('10ts', 0x34, Buffer.concat([u16(path.length), path, time(), u32(8, 7, 1)])),
}

test('the application compatibility cache of each Windows is read', () => {
  for (const [version, bytes] of Object.entries(caches)) {
    const cache = readShimcache(bytes, new Notes())
    assert.equal(cache.version, version)
    assert.deepEqual(
      cache.entries.map(({ path: what, modified }) => [what, modified]),
      [['C:\\a.exe', writtenTimeText]],
      version,
    )
    assert.equal(
      cache.entries[0]?.executed ?? cache.entries[0]?.size,
      { XP: 123, '2003': 70_000 }[version] ?? true,
      version,
    )
  }
  const notes = new Notes()
  assert.deepEqual(readShimcache(u32(5, 6, 7), notes).entries, [])
  assert.match(notes.kept[0]?.text ?? '', /not known/)
})

test('any bytes as cache or shell item are survived', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(caches)),
      fc.nat(200),
      fc.uint8Array({ maxLength: 60 }),
      (cache, at, bytes) => {
        const changed = Buffer.from(cache)
        changed.set(bytes.subarray(0, Math.max(0, changed.length - at)), Math.min(at, changed.length))
        assert.ok(readShimcache(changed, new Notes()).entries.length < 70_000)
        shellItem(bytes)
        shellPath(changed)
      },
    ),
    { numRuns: 300 },
  )
})

/** A file's item with its extension block of version 9. */
function fileItem(short: string, long: string): Buffer {
  const head = Buffer.concat([
    Buffer.from('3100', 'hex'),
    u32(0),
    u16(0x5c_22),
    u16(0x18_85),
    u16(16),
    Buffer.from(`${short}\0`, 'latin1'),
  ])
  const even = head.length % 2 === 0 ? head : Buffer.concat([head, Buffer.alloc(1)])
  const name = utf16(`${long}\0`)
  const block = Buffer.concat([
    u16(46 + name.length + 2),
    u16(9),
    u32(0xbe_ef_00_04),
    u16(0x5c_22),
    u16(0x18_85),
    u16(0x5c_22),
    u16(0x18_85),
    u16(46),
    Buffer.alloc(18),
    u16(0),
    u32(0, 0),
    name,
    u16(2 + even.length),
  ])
  const item = Buffer.concat([even, block])
  return Buffer.concat([u16(item.length + 2), item])
}

function rootItem(id: string): Buffer {
  return Buffer.concat([u16(20), Buffer.from('1f50', 'hex'), Buffer.from(id, 'hex')])
}

const thisPc = rootItem('e04fd020ea3a6910a2d808002b30309d')
const drive = Buffer.concat([u16(25), Buffer.from('2f433a5c', 'hex'), Buffer.alloc(19)])

test('ShellBags are paths, each with the folder’s times, the one in front with its own', () => {
  const root = 'Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU'
  const list = activities([
    key(root, [binary('0', thisPc), binary('MRUListEx', u32(0, 0xff_ff_ff_ff))]),
    key(`${root}\\0`, [binary('0', drive), binary('MRUListEx', u32(0, 0xff_ff_ff_ff))]),
    key(`${root}\\0\\0`, [
      binary('0', fileItem('LONGFO~1', 'Long folder')),
      binary('1', fileItem('B', '비밀')),
      binary('MRUListEx', u32(1, 0, 0xff_ff_ff_ff)),
    ]),
  ])
  assert.deepEqual(
    list.map(({ what, time: at, details }) => [what, at, details['folderModified']]),
    [
      ['This PC', writtenTimeText, undefined],
      ['This PC\\C:\\', writtenTimeText, undefined],
      ['This PC\\C:\\Long folder', undefined, '2026-01-02T03:04:10'],
      ['This PC\\C:\\비밀', writtenTimeText, '2026-01-02T03:04:10'],
    ],
  )
})

test('lists of what was typed and opened are read, the newest with the key’s time', () => {
  const list = activities([
    key('Control Panel'),
    key(`${explorer}\\RunMRU`, [sz('a', 'cmd\\1'), sz('b', 'mstsc\\1'), sz('MRUList', 'ba')]),
    key(`${explorer}\\RecentDocs\\.txt`, [
      binary('0', utf16('note.txt\0xx')),
      binary('MRUListEx', u32(0, 0xff_ff_ff_ff)),
    ]),
    key('Software\\Microsoft\\Internet Explorer\\TypedURLs', [
      sz('url1', 'http://a/'),
      sz('url2', 'http://b/'),
    ]),
    key('Software\\Microsoft\\Internet Explorer\\TypedURLsTime', [binary('url2', time())]),
    key(`${explorer}\\ComDlg32\\OpenSavePidlMRU\\txt`, [
      binary('0', Buffer.concat([thisPc, drive, fileItem('X', 'x.txt'), u16(0)])),
    ]),
    key(`${explorer}\\ComDlg32\\LastVisitedPidlMRU`, [
      binary('0', Buffer.concat([utf16('notepad.exe\0'), thisPc, drive, u16(0)])),
    ]),
    key(`${explorer}\\WordWheelQuery`, [binary('0', utf16('passwords\0'))]),
  ])
  assert.deepEqual(
    list.map(({ source, what, timeIs }) => [source, what, timeIs]),
    [
      ['RunMRU', 'cmd', undefined],
      ['RunMRU', 'mstsc', 'last used'],
      ['TypedURLs', 'http://a/', 'last used'],
      ['TypedURLs', 'http://b/', 'typed'],
      ['RecentDocs', 'note.txt', 'last used'],
      ['OpenSaveMRU', 'This PC\\C:\\x.txt', undefined],
      ['LastVisitedMRU', 'notepad.exe in This PC\\C:\\', undefined],
      ['WordWheelQuery', 'passwords', undefined],
    ],
  )
})

test('Amcache of both layouts has path and digest, MUICache the names', () => {
  const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
  const list = activities([
    key('Root\\File\\volume\\1000', [
      sz('15', 'c:\\a.exe'),
      sz('101', `0000${sha1}`),
      sz('1', 'Corp'),
      dword('f', 1),
    ]),
    key('Root\\InventoryApplicationFile\\a.exe|1', [
      sz('LowerCaseLongPath', 'c:\\b.exe'),
      sz('FileId', `0000${sha1}`),
      sz('Publisher', 'corp'),
    ]),
    key('Root\\InventoryDriverBinary\\c:/windows/d.sys', [
      sz('DriverName', 'd.sys'),
      sz('DriverId', `0000${sha1}`),
    ]),
  ])
  assert.deepEqual(
    list.map(({ what, details }) => [what, details['sha1']]),
    [
      ['c:\\a.exe', sha1],
      ['c:\\b.exe', sha1],
      ['c:\\windows\\d.sys', sha1],
    ],
  )
  assert.equal(list[0]?.details['CompanyName'], 'Corp')
  const [cached] = activities([
    key('Local Settings\\Software\\Microsoft\\Windows\\Shell\\MuiCache', [
      sz('C:\\t.exe.FriendlyAppName', 'Tool'),
      sz('C:\\t.exe.ApplicationCompany', 'Corp'),
      sz('LangID', 'x'),
    ]),
  ])
  assert.deepEqual([cached?.what, cached?.details], ['C:\\t.exe', { name: 'Tool', company: 'Corp' }])
})
