import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { guidBytes, u16, u32, wide } from '../../../test/support/artefact-fields.ts'
import { must } from '../../../test/support/must.ts'
import {
  extraBlock,
  fileItem,
  lpwstr,
  networkInfo,
  numberedProperty,
  pathBlock,
  propertyStore,
  rootItem,
  trackerBlock,
  volumeInfo,
  volumeItem,
  writeShortcut,
} from '../../../test/support/shortcut-writer.ts'
import { Notes } from '../note.ts'
import { type Lnk, readLnk } from './lnk.ts'

const times = {
  created: '2009-07-13T23:29:02.8491310Z',
  accessed: '2009-07-14T01:00:00.0000001Z',
  modified: '2026-11-22T01:39:18.2200000Z',
}
const items = [
  rootItem('20d04fe0-3aea-1069-a2d8-08002b30309d'),
  volumeItem('C:\\'),
  fileItem({
    type: 0x31,
    shortName: 'PROGRA~1',
    longName: 'Program Files',
    modified: '2006-11-02 15:24:56',
    entry: 15331,
    sequence: 2,
    localized: '@shell32.dll,-21781',
  }),
  fileItem({
    type: 0x32,
    shortName: 'A.EXE',
    longName: '한글.exe',
    modified: '2016-02-29 13:14:58',
    version: 3,
  }),
]
const droids = [
  '494ccbda-98e8-45c8-b8ca-f64d464366c7',
  '846ee3bb-7039-11de-9d20-001d09fa5a1c',
  '494ccbda-98e8-45c8-b8ca-f64d464366c7',
  '846ee3bb-7039-41de-9d20-001d09fa5a1c',
]
const consoleBlock = Buffer.alloc(0xcc - 8)
u16(7, 0, 80, 300, 80, 25).copy(consoleBlock)
wide('Consolas').copy(consoleBlock, 36)
u32(1).copy(consoleBlock, 104)
u32(50).copy(consoleBlock, 120)

const whole = writeShortcut({
  ...times,
  fileSize: 544_768,
  iconIndex: -3,
  items,
  linkInfo: volumeInfo('C:\\Program Files\\', '시스템', '한글.exe'),
  texts: ['설명', '.\\a.exe', 'C:\\', '-e "payload"', '%SystemRoot%\\i.dll'],
  blocks: [
    pathBlock(0xa0000001, '%ProgramFiles%\\한글.exe'),
    extraBlock(0xa0000002, consoleBlock),
    trackerBlock('win-tj9qcsjkags', droids),
    extraBlock(0xa0000004, u32(949)),
    extraBlock(0xa0000005, u32(0x26, 0)),
    pathBlock(0xa0000006, 'darwin-id'),
    pathBlock(0xa0000007, '%windir%\\icon.ico'),
    extraBlock(0xa0000008, wide('WIN95\0')),
    extraBlock(
      0xa0000009,
      propertyStore([
        {
          format: '9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3',
          values: [numberedProperty(5, 0x1f, lpwstr('App.Id'))],
        },
      ]),
    ),
    extraBlock(0xa000000b, Buffer.concat([guidBytes('905e63b6-c1bf-494e-b29c-65b732d3d21a'), u32(0x50)])),
    extraBlock(0xa000000c, Buffer.concat([...items, u16(0)])),
    extraBlock(0xa00000ff, u32(1)),
  ],
})

function read(bytes: Uint8Array): { lnk: Lnk | undefined; end: number | undefined; notes: string[] } {
  const notes = new Notes()
  const found = readLnk(bytes, notes)
  return { lnk: found?.lnk, end: found?.end, notes: notes.kept.map(({ text }) => text) }
}

test('every part of a shortcut is read', () => {
  const { lnk, end, notes } = read(Buffer.concat([whole, Buffer.from('overlay')]))
  assert.deepEqual(notes, [])
  assert.equal(end, whole.length)
  const { target, vistaTarget, ...rest } = must(lnk)
  assert.deepEqual(rest, {
    ...times,
    fileSize: 544_768,
    fileAttributes: 0x20,
    flags: 0xff,
    iconIndex: -3,
    showCommand: 7,
    hotKey: 0x641,
    path: 'C:\\Program Files\\한글.exe',
    name: '설명',
    relativePath: '.\\a.exe',
    workingDirectory: 'C:\\',
    arguments: '-e "payload"',
    iconLocation: '%SystemRoot%\\i.dll',
    linkInfo: {
      volume: { driveType: 'fixed', serialNumber: '0BADCAFE', label: '시스템' },
      localBasePath: 'C:\\Program Files\\',
      commonPathSuffix: '한글.exe',
    },
    environment: '%ProgramFiles%\\한글.exe',
    console: {
      fillAttributes: 7,
      bufferColumns: 80,
      bufferRows: 300,
      windowColumns: 80,
      windowRows: 25,
      fontSize: 0,
      faceName: 'Consolas',
      isFullScreen: true,
      isQuickEdit: false,
      historyCommands: 50,
    },
    tracker: {
      machineId: 'win-tj9qcsjkags',
      droid: {
        volumeId: droids[0],
        fileId: droids[1],
        time: '2009-07-14T05:45:20.5000123Z',
        mac: '00:1d:09:fa:5a:1c',
      },
      birthDroid: { volumeId: droids[2], fileId: droids[3] },
    },
    consoleCodePage: 949,
    specialFolder: 0x26,
    darwin: 'darwin-id',
    iconEnvironment: '%windir%\\icon.ico',
    shim: 'WIN95',
    properties: [{ name: 'System.AppUserModel.ID', value: 'App.Id' }],
    knownFolder: '905e63b6-c1bf-494e-b29c-65b732d3d21a',
    unknownBlocks: [0xa00000ff],
    overlayBytes: 7,
  })
  assert.deepEqual(vistaTarget, target)
  assert.deepEqual(
    target.map(({ type, name }) => [type, name]),
    [
      ['root', 'This PC'],
      ['volume', 'C:\\'],
      ['directory', 'Program Files'],
      ['file', '한글.exe'],
    ],
  )
})

test('8-bit texts, a share, and a path from the items', () => {
  const share = read(
    writeShortcut({
      isAnsi: true,
      texts: [undefined, '.\\é'],
      linkInfo: networkInfo('\\\\server\\share', 'Z:', 'dir\\x.exe'),
    }),
  )
  assert.deepEqual(share.notes, [])
  assert.equal(share.lnk?.relativePath, '.\\é')
  assert.equal(share.lnk?.path, '\\\\server\\share\\dir\\x.exe')
  assert.deepEqual(share.lnk?.linkInfo?.network, {
    shareName: '\\\\server\\share',
    deviceName: 'Z:',
    providerType: 0x20000,
  })
  assert.equal(read(writeShortcut({ items })).lnk?.path, 'C:\\Program Files\\한글.exe')
  assert.equal(read(writeShortcut({})).lnk?.path, undefined)
})

test('what is no shortcut is none', () => {
  assert.equal(read(whole.subarray(0, 0x4b)).lnk, undefined)
  const other = Buffer.from(whole)
  other[5] = 9
  assert.equal(read(other).lnk, undefined)
})

test('cut off anywhere, the header is read and the cut is told', () => {
  for (let length = 0x4c; length < whole.length; length += 7) {
    const { lnk, notes } = read(whole.subarray(0, length))
    assert.equal(lnk?.modified, times.modified)
    assert.ok(notes.length > 0, `nothing is said at ${length}`)
  }
})

test('any change of any byte is survived', () => {
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of list) bytes[at] = value
      JSON.stringify(read(bytes))
    }),
    { numRuns: 300 },
  )
})
