import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { guidBytes, time, u16, u32, u64, wide } from '../../../test/support/artefact-fields.ts'
import { cfbOf } from '../../../test/support/cfb-writer.ts'
import { linkClass, lpwstr, numberedProperty, propertyStore } from '../../../test/support/shortcut-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { type JumpList, readJumpList } from './jump-lists.ts'

/** A link of these tests: `L`, the length of its name, the name. */
function link(name: string): Buffer {
  return Buffer.from(`L${String.fromCharCode(name.length)}${name}`, 'latin1')
}

function readLink(bytes: Uint8Array): { link: string; end: number } | undefined {
  const end = 2 + (bytes[1] ?? 0)
  if (bytes[0] !== 0x4c || end > bytes.length) return undefined
  return { link: Buffer.from(bytes.subarray(2, end)).toString(), end }
}

const ids = [1, 2, 3, 4].map((index) => `0000000${index}-0000-0000-0000-000000000000`)

interface EntrySpec {
  readonly number: number
  readonly path: string
  readonly pinned?: number
  readonly store?: Buffer
}

function destList(version: number, entries: readonly EntrySpec[]): Buffer {
  const head = Buffer.concat([u32(version, entries.length, 0, 0), u64(0, 0)])
  const list = entries.map(({ number, path, pinned = -1, store = Buffer.alloc(0) }) => {
    const host = Buffer.alloc(16)
    host.write('pc-1')
    const count = Buffer.alloc(4)
    count.writeFloatLE(3.4)
    const common = [
      u64(0),
      ...ids.map(guidBytes),
      host,
      u32(number, 0),
      count,
      time('2015-08-29T15:32:44.0343008Z'),
      u32(pinned),
    ]
    const later = version === 1 ? [] : [u32(-1, 6), u64(0)]
    const text = [u16(path.length), wide(path)]
    return Buffer.concat([...common, ...later, ...text, ...(version === 1 ? [] : [u32(store.length), store])])
  })
  return Buffer.concat([head, ...list])
}

function read(bytes: Uint8Array): { list: JumpList<string> | undefined; notes: string[] } {
  const notes = new Notes()
  const list = readJumpList(memorySource(bytes), readLink, notes)
  return { list, notes: notes.kept.map(({ text }) => text) }
}

const common = {
  lastAccessed: '2015-08-29T15:32:44.0343008Z',
  hostname: 'pc-1',
  droid: { volumeId: ids[0], fileId: ids[1] },
  birthDroid: { volumeId: ids[2], fileId: ids[3] },
}

test('Windows 7: entries with their shortcuts, and one that the list does not name any more', () => {
  const bytes = cfbOf([
    {
      name: 'DestList',
      data: destList(1, [
        { number: 0x1a, path: 'C:\\한글' },
        { number: 2, path: 'D:\\b', pinned: 0 },
      ]),
    },
    { name: '1a', data: link('first') },
    { name: '2', data: Buffer.from('no link') },
    { name: '3', data: link('forgotten') },
  ])
  const { list, notes } = read(bytes)
  assert.deepEqual(notes, ['the stream 2 is no shortcut'])
  assert.deepEqual(list, {
    kind: 'automatic',
    version: 1,
    entries: [
      { entryNumber: 26, path: 'C:\\한글', pinned: false, accessCount: 3, ...common, link: 'first' },
      { entryNumber: 2, path: 'D:\\b', pinned: true, accessCount: 3, ...common },
      { link: 'forgotten', entryNumber: 3 },
    ],
  })
})

test('Windows 10: counts, and a property store behind the path', () => {
  const store = propertyStore([
    { format: '9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3', values: [numberedProperty(5, 0x1f, lpwstr('App'))] },
  ])
  const list4 = destList(4, [
    { number: 1, path: 'C:\\a', store },
    { number: 2, path: 'C:\\b' },
  ])
  const { list, notes } = read(
    cfbOf([
      { name: 'DestList', data: list4 },
      { name: '1', data: link('one') },
    ]),
  )
  assert.deepEqual(notes, [])
  assert.deepEqual(list?.entries, [
    {
      entryNumber: 1,
      path: 'C:\\a',
      pinned: false,
      accessCount: 6,
      ...common,
      properties: [{ name: 'System.AppUserModel.ID', value: 'App' }],
      link: 'one',
    },
    { entryNumber: 2, path: 'C:\\b', pinned: false, accessCount: 6, ...common },
  ])
})

test('a DestList that is cut off gives the entries before', () => {
  const whole = destList(1, [
    { number: 1, path: 'C:\\a' },
    { number: 2, path: 'C:\\b' },
  ])
  const { list, notes } = read(cfbOf([{ name: 'DestList', data: whole.subarray(0, -3) }]))
  assert.deepEqual(notes, ['the DestList is cut off: 1 of 2 entries are there'])
  assert.equal(list?.entries.length, 1)
  assert.deepEqual(read(cfbOf([{ name: 'x', data: 'y' }])).notes, ['there is no DestList'])
})

const clsid = guidBytes(linkClass)
const end = u32(0xbabffbab)
const custom = Buffer.concat([
  u32(2, 3, 0),
  Buffer.concat([u32(0), u16(4), wide('나의 것'), u32(2), clsid, link('a'), clsid, link('bb'), end]),
  Buffer.concat([u32(1, 2), end]),
  Buffer.concat([u32(2, 1), clsid, link('task'), end]),
])

test('custom lists: categories with their shortcuts one behind another', () => {
  assert.deepEqual(read(custom), {
    list: {
      kind: 'custom',
      version: 2,
      entries: [
        { category: '나의 것', link: 'a' },
        { category: '나의 것', link: 'bb' },
        { category: 'tasks', link: 'task' },
      ],
    },
    notes: [],
  })
  assert.deepEqual(read(u32(2, 0, 0)).list?.entries, [])
})

test('a damaged category ends the list, and is told', () => {
  const damaged = Buffer.concat([custom.subarray(0, -12), Buffer.alloc(12)])
  const { list, notes } = read(damaged)
  assert.equal(list?.entries.length, 2)
  assert.deepEqual(notes, ['the category tasks does not end where its shortcuts end'])
})

test('what is no jump list is none', () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(64),
    Buffer.alloc(64, 0xff),
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  ])
    assert.equal(read(bytes).list, undefined)
})

test('any change of any byte is survived', () => {
  const automatic = cfbOf([
    { name: 'DestList', data: destList(3, [{ number: 1, path: 'C:\\a' }]) },
    { name: '1', data: link('one') },
  ])
  const changes = fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(custom, automatic), changes, (sample, list) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of list) bytes[at % bytes.length] = value
      JSON.stringify(read(bytes))
    }),
    { numRuns: 300 },
  )
})
