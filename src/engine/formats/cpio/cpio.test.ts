import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { cpio } from './cpio.ts'

const flat = { formats: [cpio], isFlat: true } as const

interface Entry {
  readonly name: string
  readonly data?: string
  readonly mode?: number
  readonly size?: number
  readonly nameBytes?: number
}

function entry({ name, data = '', mode = 0o100644, ...lies }: Entry): string {
  const hex = (value: number): string => value.toString(16).padStart(8, '0')
  const fields = [
    1,
    mode,
    0,
    0,
    1,
    0,
    lies.size ?? data.length,
    0,
    0,
    0,
    0,
    lies.nameBytes ?? name.length + 1,
    0,
  ]
  const pad = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '\0')
  return pad(`${pad(`070701${fields.map(hex).join('')}${name}\0`)}${data}`)
}
const trailer = entry({ name: 'TRAILER!!!', mode: 0 })
const archive = (...entries: readonly Entry[]): Buffer => Buffer.from(entries.map(entry).join('') + trailer)

test('files are members, folders and links are not', () => {
  const bytes = archive(
    { name: 'folder', mode: 0o040755 },
    { name: 'a', data: '123' },
    { name: 'link', mode: 0o120777, data: 'a' },
    { name: 'empty' },
    { name: '../../b', data: 'x' },
  )
  assert.deepEqual(listed(unpack(bytes, flat)), ['a=123', 'empty=', '../../b=x'])
  assert.deepEqual(unpack(bytes, flat).faults, [])
})

test('a device that holds data is read', () => {
  assert.deepEqual(listed(unpack(archive({ name: 'tty', mode: 0o020644, data: 'hidden' }), flat)), [
    'tty=hidden',
  ])
})

test('a second archive behind the end mark is read, and anything else is an object of its own', () => {
  const second = Buffer.concat([
    archive({ name: 'a' }),
    Buffer.alloc(300),
    archive({ name: 'b', data: 'found' }),
  ])
  assert.deepEqual(listed(unpack(second, flat)), ['a=', 'b=found'])
  const appended = Buffer.concat([archive({ name: 'a' }), Buffer.alloc(30), Buffer.from('more')])
  assert.deepEqual(listed(unpack(appended, flat)), ['a=', 'trailing-data=more'])
})

test('lengths that lie are damage, and the rest is still scanned', () => {
  const long = unpack(archive({ name: 'a', data: 'data', size: 4_000_000_000 }), flat)
  assert.deepEqual(long.faults, ['damaged a'])
  assert.ok(long.members[0]?.text.startsWith('data'))
  const unnamed = unpack(
    Buffer.from(entry({ name: 'a' }) + entry({ name: 'b', nameBytes: 99_999_999 })),
    flat,
  )
  assert.deepEqual(unnamed.faults, ['damaged (header)'])
  assert.equal(unnamed.members[1]?.chain, 'trailing-data')
})

test('an archive without its end mark is damaged', () => {
  assert.deepEqual(unpack(Buffer.from(entry({ name: 'a', data: 'x' })), flat).faults, ['damaged (end)'])
})

test('the archives of newer rpm packages are read as one object, which is said', () => {
  const { members, faults } = unpack(Buffer.from('07070X00000000contents'), flat)
  assert.deepEqual([members[0]?.text, faults], ['07070X00000000contents', ['unsupported-method (files)']])
})

test('numbers that are none and texts that begin with 0707 are no archive', () => {
  for (const text of ['070701', '0707 is a year', `070701${'g'.repeat(200)}`, `070707${'9'.repeat(100)}`]) {
    assert.deepEqual(unpack(Buffer.from(text), flat).members, [], text.slice(0, 20))
  }
})
