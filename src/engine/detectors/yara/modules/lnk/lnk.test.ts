import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits } from '../../../../limits.ts'
import {
  linkInfoBlock,
  type LnkSpec,
  shellItem,
  trackerBlock,
  writeLnk,
} from '../../../../parsers/lnk/lnk-writer.ts'
import type { StructType } from '../module.ts'
import { lnkModule } from './index.ts'

const open = (bytes: Uint8Array): Record<string, unknown> =>
  lnkModule.open({ bytes, budget: new Budget(defaultLimits), log() {} }) as Record<string, unknown>
const opened = (spec: LnkSpec): Record<string, unknown> => open(writeLnk(spec))
const items = (...list: readonly Buffer[]): unknown => opened({ items: list })['target_id_list']
const text = (string: string): string => Buffer.from(string).toString('latin1')
const utf16 = (string: string): Buffer => Buffer.from(`${string}\0`, 'utf16le')
const guid = Buffer.from('e04fd020ea3a6910a2d808002b30309d', 'hex')
const guidText = '20d04fe0-3aea-1069-a2d8-08002b30309d'

test('the header of a shortcut is read', () => {
  // 2008-09-12T20:27:17Z.
  const value = opened({ creationTime: 128_657_248_370_000_000n, showCommand: 7 })
  assert.equal(value['is_lnk'], true)
  assert.equal(value['creation_time'], 1_221_251_237)
  assert.equal(value['access_time'], undefined)
  assert.equal(value['file_size'], 1234)
  assert.equal(value['file_attributes'], 0x20)
  assert.equal(value['icon_index'], 5)
  assert.equal(value['show_command'], 7)
  assert.equal(value['overlay_size'], 0)
  assert.equal(value['overlay_offset'], undefined)
  assert.equal(opened({ showCommand: 0x8000_0000 })['show_command'], undefined)
})

test('other files are no shortcuts', () => {
  assert.equal(open(Buffer.from('MZ'))['is_lnk'], false)
  const file = writeLnk({})
  assert.equal(open(file.subarray(0, 0x4b))['is_lnk'], false)
  file[5] = 0
  assert.equal(open(file)['is_lnk'], false)
})

test('the strings are read in both widths', () => {
  const strings = ['näme', '..\\a.exe', 'C:\\', '/c "calc"', '%SystemRoot%\\x.dll']
  for (const flags of [0, 0x80]) {
    const value = opened({ flags, strings })
    const expected = flags === 0 ? text('n\ufffdme') : text('näme')
    assert.equal(value['name'], expected)
    assert.equal(value['relative_path'], '..\\a.exe')
    assert.equal(value['working_dir'], 'C:\\')
    assert.equal(value['cmd_line_args'], '/c "calc"')
    assert.equal(value['icon_location'], '%SystemRoot%\\x.dll')
  }
  const some = opened({ flags: 0x80, strings: [undefined, undefined, undefined, 'a\ud800b\0c'] })
  assert.equal(some['name'], undefined)
  assert.equal(some['cmd_line_args'], text('a\ufffdb'))
})

test('only the arguments may have more than 260 characters', () => {
  const long = 'a'.repeat(3000)
  assert.equal(opened({ strings: [undefined, undefined, undefined, long] })['cmd_line_args'], long)
  const value = opened({ strings: [long] })
  assert.equal(value['name'], 'a'.repeat(260))
  assert.equal(value['overlay_size'], undefined)
})

test('what is behind a shortcut is its overlay', () => {
  const value = opened({
    strings: ['n'],
    blocks: [Buffer.from('0800000001020304', 'hex')],
    overlay: 'payload',
  })
  assert.equal(value['overlay_size'], 7)
  assert.equal(value['overlay_offset'], 0x4c + 3 + 8 + 4)
})

test('the link information is read in both widths', () => {
  for (const isUnicode of [false, true]) {
    const value = opened({
      linkInfo: linkInfoBlock({ label: 'DISK', path: 'C:\\x', suffix: 'y', isUnicode }),
      strings: ['n'],
    })
    assert.equal(value['drive_type'], 3)
    assert.equal(value['drive_serial_number'], 0xcafe)
    assert.equal(value['volume_label'], 'DISK')
    assert.equal(value['local_base_path'], 'C:\\x')
    assert.equal(value['common_path_suffix'], 'y')
    assert.equal(value['name'], 'n')
  }
})

test('link information that is cut off hides what follows', () => {
  const info = linkInfoBlock({ label: 'DISK', path: 'C:\\x', suffix: 'y' })
  info.writeUInt32LE(10_000)
  const value = opened({ linkInfo: info, strings: ['n'] })
  assert.equal(value['is_lnk'], true)
  assert.equal(value['drive_type'], undefined)
  assert.equal(value['name'], undefined)
})

test('tracker data is read', () => {
  assert.deepEqual(opened({ blocks: [trackerBlock('chris-xps')] })['tracker_data'], {
    version: 0,
    machine_id: 'chris-xps',
    droid_volume_id: '03020100-0504-0706-0809-0a0b0c0d0e0f',
    droid_file_id: '13121110-1514-1716-1819-1a1b1c1d1e1f',
    droid_birth_volume_id: '23222120-2524-2726-2829-2a2b2c2d2e2f',
    droid_birth_file_id: '33323130-3534-3736-3839-3a3b3c3d3e3f',
  })
})

const none = {
  cpl_file_path: undefined,
  root_folder_id: undefined,
  volume_name: undefined,
  volume_id: undefined,
  file_entry_name: undefined,
  network_location: undefined,
}

// The expected values are YARA-X's.
test('shell items are read by their class', () => {
  const drive = Buffer.alloc(20).fill('C:\\', 0, 3)
  const file = Buffer.alloc(11, 1)
  const cpl = Buffer.alloc(21)
  const list = [
    shellItem(0x1f, 'P', guid),
    shellItem(0x2f, drive),
    shellItem(0x2e, '\0', guid),
    shellItem(0x32, file, 'a.txt\0rest'),
    shellItem(0x36, file, utf16('ä.txt')),
    shellItem(0xb1, file, 'dir\0'),
    shellItem(0x41, '\0\0\\\\host\\share\0'),
    shellItem(0x00, cpl, utf16('C:\\evil.dll')),
    shellItem(0x00, Buffer.alloc(9), 'old.cpl\0'),
    shellItem(0x88, '\xaa\xbb'),
  ]
  assert.deepEqual(items(...list), [
    { ...none, item_type: 0x1f, data: `P${guid.toString('latin1')}`, root_folder_id: guidText },
    { ...none, item_type: 0x20, data: drive.toString('latin1'), volume_name: 'C:\\' },
    { ...none, item_type: 0x20, data: `\0${guid.toString('latin1')}`, volume_id: guidText },
    { ...none, item_type: 0x30, data: `${'\x01'.repeat(11)}a.txt\0rest`, file_entry_name: 'a.txt' },
    {
      ...none,
      item_type: 0x30,
      data: '\x01'.repeat(11) + utf16('ä.txt').toString('latin1'),
      file_entry_name: text('ä.txt'),
    },
    { ...none, item_type: 0x30, data: `${'\x01'.repeat(11)}dir\0`, file_entry_name: 'dir' },
    { ...none, item_type: 0x40, data: '\0\0\\\\host\\share\0', network_location: '\\\\host\\share' },
    {
      ...none,
      item_type: 0,
      data: '\0'.repeat(21) + utf16('C:\\evil.dll').toString('latin1'),
      cpl_file_path: 'C:\\evil.dll',
    },
    { ...none, item_type: 0, data: `${'\0'.repeat(9)}old.cpl\0`, cpl_file_path: 'old.cpl' },
    { ...none, item_type: 0x88, data: '\xaa\xbb' },
  ])
})

test('shell items that are too short have no fields of their class, one without a class is left out', () => {
  assert.deepEqual(items(shellItem(0x1f, 'x'), Buffer.alloc(0), shellItem(0x2f, 'C:\\')), [
    { ...none, item_type: 0x1f, data: 'x' },
    { ...none, item_type: 0x20, data: 'C:\\' },
  ])
})

test('constants have names of their own', () => {
  const fields = lnkModule.type.fields
  const kind = fields['ShellItemType'] as StructType
  assert.deepEqual(kind.fields['FILE_ENTRY'], { kind: 'constant', type: 'int', value: 0x30 })
  assert.deepEqual(fields['FILE_ATTRIBUTE_HIDDEN'], { kind: 'constant', type: 'int', value: 2 })
})

test('any bytes: every field can be asked for', () => {
  const whole = writeLnk({
    flags: 0x80,
    items: [shellItem(0x1f, 'P', guid), shellItem(0x36, Buffer.alloc(11), utf16('a'))],
    linkInfo: linkInfoBlock({ label: 'D', path: 'C:', suffix: 's', isUnicode: true }),
    strings: ['a', 'b', 'c', 'd', 'e'],
    blocks: [trackerBlock('m')],
  })
  const change = fc.tuple(fc.integer({ min: 20, max: whole.length - 1 }), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of changes) bytes[at] = byte
      const value = open(bytes.subarray(0, length))
      assert.equal(value['is_lnk'], length >= 0x4c)
    }),
    { numRuns: 500 },
  )
})
