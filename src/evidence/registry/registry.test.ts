import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  binary,
  dword,
  type HiveOptions,
  multiSz,
  sz,
  writeHive,
  writeNewLog,
  writeOldLog,
  type WrittenKey,
  writtenTimeText,
} from '../../../test/support/hive-writer.ts'
import { must } from '../../../test/support/must.ts'
import { opened, pathsOf } from '../../../test/support/opened-hive.ts'
import { checksumOf } from './base-block.ts'
import { deletedIn } from './index.ts'
import { marvin32 } from './marvin32.ts'

const big = Buffer.alloc(40_000, 'regdata ')

const tree: WrittenKey = {
  name: 'ROOT',
  subkeys: [
    {
      name: 'Software',
      className: 'Shell',
      values: [
        sz('', 'nameless'),
        sz('Ünïcode', 'täxt'),
        sz('값', '한국어'),
        sz('path', '%SystemRoot%\\x', 2),
        multiSz('many', 'a', 'bb', 'ccc'),
        dword('number', 0xfe_dc_ba_98),
        { name: 'reverse', type: 5, data: Buffer.from('00000102', 'hex') },
        { name: 'long', type: 11, data: Buffer.from('0100000002000000', 'hex') },
        { name: 'odd', type: 0x222, data: Buffer.from('abcde') },
        { name: 'empty', type: 3, data: Buffer.alloc(0) },
        binary('two', Buffer.from('beef', 'hex')),
        binary('big', big),
      ],
      subkeys: [
        { name: '한글 키', subkeys: [{ name: 'deep' }] },
        { name: 'ri', list: 'ri', subkeys: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name })) },
        { name: 'li', list: 'li', subkeys: [{ name: 'x' }, { name: 'y' }] },
        { name: 'lf', list: 'lf', subkeys: [{ name: 'x' }, { name: 'y' }] },
      ],
    },
    { name: 'Control Panel' },
  ],
}

function treeWith(...names: string[]): WrittenKey {
  return { name: 'ROOT', subkeys: names.map((name) => ({ name, values: [sz('v', name.repeat(800))] })) }
}

test('keys are read from all kinds of lists, with names in Latin and UTF-16', () => {
  const hive = opened(writeHive(tree, { fileName: '\\??\\C:\\Users\\bob\\ntuser.dat' }))
  assert.deepEqual(pathsOf(hive), [
    '',
    'Software',
    'Software\\한글 키',
    'Software\\한글 키\\deep',
    'Software\\ri',
    ...['a', 'b', 'c', 'd', 'e'].map((name) => `Software\\ri\\${name}`),
    'Software\\li',
    'Software\\li\\x',
    'Software\\li\\y',
    'Software\\lf',
    'Software\\lf\\x',
    'Software\\lf\\y',
    'Control Panel',
  ])
  assert.equal(hive.kind, 'NTUSER')
  assert.equal(hive.fileName, '\\??\\C:\\Users\\bob\\ntuser.dat')
  assert.equal(hive.base.time, writtenTimeText)
  assert.equal(hive.wasDirty, false)
  assert.deepEqual(hive.notes.kept, [])
  const software = must(hive.find('SOFTWARE'))
  assert.equal(software.className, 'Shell')
  assert.equal(software.time, writtenTimeText)
  assert.equal(hive.find('software\\RI\\E')?.name, 'e')
  assert.equal(hive.find('software\\nothing'), undefined)
})

test('values of every type have their data, up to those in segments', () => {
  const software = must(opened(writeHive(tree)).find('Software'))
  const told = Object.fromEntries(software.values().map((value) => [value.name, value]))
  assert.equal(told['']?.text(), 'nameless')
  assert.equal(told['Ünïcode']?.text(), 'täxt')
  assert.equal(told['값']?.text(), '한국어')
  assert.equal(told['path']?.typeName, 'REG_EXPAND_SZ')
  assert.deepEqual(told['many']?.strings(), ['a', 'bb', 'ccc'])
  assert.equal(told['number']?.number(), 0xfe_dc_ba_98)
  assert.equal(told['reverse']?.number(), 0x01_02)
  assert.equal(told['long']?.number(), 2 ** 33 + 1)
  assert.equal(told['odd']?.typeName, '0x222')
  assert.equal(told['odd']?.data.toString(), 'abcde')
  assert.equal(told['odd']?.text(), '')
  assert.equal(told['empty']?.data.length, 0)
  assert.equal(told['two']?.data.toString('hex'), 'beef')
  assert.ok(told['big']?.data.equals(big))
  assert.equal(software.value('NUMBER')?.name, 'number')
})

test('before version 1.4 a large value is one cell, whatever its first bytes are', () => {
  const data = Buffer.concat([Buffer.from('db\x03\0', 'latin1'), Buffer.alloc(30_000, 7)])
  const hive = opened(writeHive({ name: 'r', values: [binary('v', data)] }, { minorVersion: 3 }))
  assert.ok(must(hive.root).value('v')?.data.equals(data))
})

test('the security descriptor is told as Windows names its parts', () => {
  const security = must(must(opened(writeHive(tree)).root).security())
  assert.deepEqual(security, {
    owner: 'S-1-5-18',
    group: 'S-1-5-32-544',
    dacl: [{ type: 0, flags: 0, mask: 0x2_00_19, sid: 'S-1-1-0' }],
    sacl: undefined,
  })
})

test('Marvin32 has the values that a second implementation has, checked on .NET’s vectors and on real logs', () => {
  const vectors: Record<string, readonly [number, number]> = {
    '': [0x03_96_6e_08, 0xb3_9e_fc_a4],
    HvLE: [0x2c_f3_36_dd, 0x91_45_27_93],
    'registry!': [0x84_5e_c3_3a, 0xaa_a0_8f_b1],
  }
  for (const [text, [low, high]] of Object.entries(vectors)) {
    assert.deepEqual(marvin32(Buffer.from(`..${text}..`), 2, 2 + text.length), { low, high })
  }
})

const dirty: HiveOptions = { sequences: [8, 7], spareBytes: 16_384 }
const room: HiveOptions = { spareBytes: 16_384 }

test('logs of the new format are replayed in order, over two files', () => {
  const states = [treeWith('one'), treeWith('one', 'two'), treeWith('two'), treeWith('two', 'three')].map(
    (state) => writeHive(state, dirty),
  ) as [Buffer, Buffer, Buffer, Buffer]
  const [first] = states
  const hive = opened(first, {
    'H.LOG1': writeNewLog(states.slice(2), 9),
    'H.LOG2': writeNewLog(states.slice(0, 3), 7),
  })
  assert.deepEqual(pathsOf(hive), ['', 'two', 'three'])
  assert.deepEqual(
    hive.appliedLogs.map(({ name, entries }) => [name, entries]),
    [
      ['H.LOG2', 2],
      ['H.LOG1', 1],
    ],
  )
  assert.equal(hive.wasDirty, true)
  assert.deepEqual(pathsOf(opened(first)), ['', 'one'])
  assert.match(opened(first).notes.kept[0]?.text ?? '', /dirty/)
  assert.deepEqual(must(hive.find('three')).value('v')?.text(), 'three'.repeat(800))
})

test('a log that is older than the hive, or does not follow the other, is left out', () => {
  const states = [treeWith('one'), treeWith('one', 'two'), treeWith('three')].map((state) =>
    writeHive(state, dirty),
  )
  const [first, second, third] = states as [Buffer, Buffer, Buffer]
  const old = opened(first, {
    'H.LOG1': writeNewLog([first, second], 5),
    'H.LOG2': writeNewLog([first, third], 7),
  })
  assert.deepEqual(
    old.appliedLogs.map(({ name }) => name),
    ['H.LOG2'],
  )
  assert.deepEqual(pathsOf(old), ['', 'three'])
  const gap = opened(first, {
    'H.LOG1': writeNewLog([first, second], 7),
    'H.LOG2': writeNewLog([second, third], 9),
  })
  assert.deepEqual(
    gap.appliedLogs.map(({ name }) => name),
    ['H.LOG1'],
  )
  const clean = opened(writeHive(treeWith('one'), room), { 'H.LOG1': writeNewLog([first, second], 7) })
  assert.deepEqual(pathsOf(clean), ['', 'one'])
})

test('an older entry behind the newest is not replayed', () => {
  const states = [treeWith('one'), treeWith('two'), treeWith('old')].map((state) => writeHive(state, dirty))
  const [first, second, third] = states as [Buffer, Buffer, Buffer]
  const log = Buffer.concat([writeNewLog([first, second], 7), writeNewLog([second, third], 3).subarray(512)])
  assert.deepEqual(pathsOf(opened(first, { 'H.LOG1': log })), ['', 'two'])
})

test('an entry with a wrong checksum ends the replay before it', () => {
  const states = [treeWith('one'), treeWith('one', 'two'), treeWith('two', 'three')].map((state) =>
    writeHive(state, dirty),
  )
  const log = writeNewLog(states, 7)
  const last = log.length - 600
  log[last] = (log[last] ?? 0) ^ 1
  const hive = opened(must(states[0]), { 'H.LOG1': log })
  assert.deepEqual(pathsOf(hive), ['', 'one', 'two'])
  assert.match(hive.notes.kept[0]?.text ?? '', /damaged/)
})

test('with a broken base block the newer log alone counts, and gives its own', () => {
  const states = [treeWith('one'), treeWith('one', 'two'), treeWith('three')].map((state) =>
    writeHive(state, dirty),
  )
  const [first, second, third] = states as [Buffer, Buffer, Buffer]
  const broken = Buffer.from(first)
  broken.writeUInt32LE(0xdead, 36)
  // Its numbers alone would say that nothing is missing.
  broken.writeUInt32LE(7, 4)
  const hive = opened(broken, {
    'H.LOG1': writeNewLog([first, second], 7),
    'H.LOG2': writeNewLog([first, third], 8),
  })
  assert.deepEqual(
    hive.appliedLogs.map(({ name }) => name),
    ['H.LOG2'],
  )
  assert.deepEqual(pathsOf(hive), ['', 'three'])
})

test('a log of the old format is replayed when its time is the hive’s', () => {
  const before = writeHive(treeWith('one'), dirty)
  const after = writeHive(treeWith('one', 'two', 'three'), dirty)
  const log = writeOldLog(before, after, 8)
  const hive = opened(before, { 'H.LOG': log })
  assert.deepEqual(pathsOf(hive), ['', 'one', 'two', 'three'])
  assert.deepEqual(
    hive.appliedLogs.map(({ format }) => format),
    ['old'],
  )
  const other = Buffer.from(log)
  other.writeUInt32LE(12_345, 12)
  other.writeUInt32LE(checksumOf(other), 508)
  assert.deepEqual(pathsOf(opened(before, { 'H.LOG': other })), ['', 'one'])
  const unfinished = Buffer.from(log)
  unfinished.writeUInt32LE(9, 4)
  unfinished.writeUInt32LE(checksumOf(unfinished), 508)
  assert.deepEqual(pathsOf(opened(before, { 'H.LOG': unfinished })), ['', 'one'])
})

test('pages of a log that lie outside of what the hive can be are not written', () => {
  const states = [treeWith('one'), treeWith('two')].map((state) => writeHive(state, dirty))
  const huge = must(states[1])
  huge.writeUInt32LE(0x7f_ff_f0_00, 40)
  huge.writeUInt32LE(checksumOf(huge), 508)
  const hive = opened(must(states[0]), { 'H.LOG1': writeOldLog(must(states[0]), huge, 8) })
  assert.deepEqual(pathsOf(hive), ['', 'one'])
  assert.ok(hive.notes.kept.some(({ text }) => text.includes('outside')))
})

/** Frees a key and its values as Windows does: out of its parent's list, its cells marked free. */
function withDeleted(name: string): Buffer {
  const bytes = writeHive({
    name: 'ROOT',
    subkeys: [
      { name: 'kept', values: [sz('alive', 'yes, and longer than the other')] },
      { name, values: [sz('secret', 'was here'), dword('n', 7)] },
    ],
  })
  const hive = opened(bytes)
  const gone = must(hive.find(name))
  const free = (offset: number): void => {
    const at = 4096 + offset
    bytes.writeInt32LE(-bytes.readInt32LE(at), at)
  }
  const list = must(hive.root).subkeysOffset + 4096 + 4
  bytes.writeUInt16LE(1, list + 2)
  bytes.writeUInt32LE(1, must(hive.root).position + 20)
  for (const value of gone.values()) {
    free(value.position - 4 - 4096)
    if (value.dataOffset !== undefined) free(value.dataOffset)
  }
  free(gone.valuesOffset)
  free(gone.offset)
  return bytes
}

test('a deleted key comes back with its path, values and data', () => {
  const hive = opened(withDeleted('gone'))
  assert.deepEqual(pathsOf(hive), ['', 'kept'])
  const found = [...deletedIn(hive.image, hive.root)]
  assert.equal(found.length, 1)
  const [deleted] = found
  assert.ok(deleted?.kind === 'key')
  assert.equal(deleted.path, 'gone')
  assert.equal(deleted.key.time, writtenTimeText)
  assert.deepEqual(
    deleted.values.map(({ value, isOverwritten }) => [
      value.name,
      value.text() || value.number(),
      isOverwritten,
    ]),
    [
      ['secret', 'was here', false],
      ['n', 7, false],
    ],
  )
})

test('a hive without deletions has none, and of a value whose data are in use again that is told', () => {
  const whole = opened(writeHive(tree))
  assert.deepEqual([...deletedIn(whole.image, whole.root)], [])
  const bytes = withDeleted('gone')
  const hive = opened(bytes)
  const kept = must(must(hive.find('kept')).value('alive'))
  const [deleted] = deletedIn(hive.image, hive.root)
  assert.ok(deleted?.kind === 'key')
  bytes.writeUInt32LE(must(kept.dataOffset), must(deleted.values[0]).value.position + 8)
  const [again] = deletedIn(hive.image, hive.root)
  assert.ok(again?.kind === 'key')
  assert.equal(must(again.values[0]).isOverwritten, true)
})
