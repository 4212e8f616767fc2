import assert from 'node:assert/strict'
import { test } from 'node:test'

import { aceOf, header } from '../../../../test/support/ace-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { ace } from './ace.ts'

const flat = { formats: [ace], isFlat: true } as const
const text = Array.from({ length: 100 }, (_, i) => `line ${i}: hello hello\n`).join('')

test('files of every method are read, folders and empty files are not', () => {
  const bytes = aceOf([
    { name: 'dir', data: '', isFolder: true },
    { name: 'empty', data: '' },
    { name: 'dir\\stored', data: text },
    { name: 'one', data: text, method: 1 },
    { name: 'two', data: text, method: 2, is64: true },
  ])
  const result = unpack(bytes, flat)
  const expected = ['dir\\stored', 'one', 'two'].map((name) => `${name}=${text}`)
  assert.deepEqual([listed(result), result.faults], [expected, []])
})

test('the files of a solid archive are parts of one stream', () => {
  const members = [
    { name: 'a', data: text, method: 1 },
    { name: 'dir', data: '', isFolder: true },
    { name: 'stored', data: `between ${text}` },
    { name: 'b', data: `between ${text}`, method: 2 },
  ]
  const bytes = aceOf(members, { flags: 0x8000 })
  const result = unpack(bytes, flat)
  const expected = members.filter(({ data }) => data !== '').map(({ name, data }) => `${name}=${data}`)
  assert.deepEqual([listed(result), result.faults], [expected, []])
  const alone = aceOf(members.slice(0, 1), { flags: 0x8000 })
  assert.ok(bytes.length < alone.length + text.length + 600)
})

test('behind a file that cannot be read a solid archive ends', () => {
  const bytes = aceOf(
    [
      { name: 'a', data: text, method: 1 },
      { name: 'locked', data: text, flags: 0x4000 },
      { name: 'b', data: text, method: 1 },
    ],
    { flags: 0x8000 },
  )
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [[`a=${text}`], ['encrypted locked', 'damaged b']])
})

test('encrypted files, unknown methods and other volumes are said', () => {
  const bytes = aceOf([
    { name: 'locked', data: text, flags: 0x4000 },
    { name: 'odd', data: text, method: 7, packed: Buffer.from('x') },
    { name: 'sound', data: text, method: 2, packed: Buffer.alloc(4) },
    { name: 'plain', data: text },
  ])
  const result = unpack(bytes, flat)
  assert.deepEqual(result.faults, ['encrypted locked', 'unsupported-method odd', 'damaged sound'])
  assert.ok(listed(result).includes(`plain=${text}`))
  const volume = aceOf(
    [
      { name: 'later', data: text, flags: 0x1000 },
      { name: 'b', data: text },
      { name: 'more', data: text, flags: 0x2000 },
    ],
    { flags: 0x800, volume: 1 },
  )
  const second = unpack(volume, flat)
  assert.deepEqual(second.faults, ['missing-volume (archive)', 'missing-volume later', 'missing-volume more'])
  assert.deepEqual(listed(second), [`b=${text}`, `more=${text}`])
})

test('wrong checksums of data and headers are said, and the data read', () => {
  const wrong = unpack(aceOf([{ name: 'a', data: text, method: 1, crc: 1 }]), flat)
  assert.deepEqual([listed(wrong), wrong.faults], [[`a=${text}`], ['damaged a']])
  const bytes = aceOf([{ name: 'a', data: text }])
  for (const at of [14, 40]) bytes[at] = (bytes[at] ?? 0) ^ 1
  const broken = unpack(bytes, flat)
  assert.deepEqual([listed(broken), broken.faults], [[`a=${text}`], ['damaged (archive)', 'damaged a']])
})

test('other headers are skipped; what follows the last is an object', () => {
  const recovery = Buffer.concat([header(2, 1, Buffer.from([5, 0, 0, 0])), Buffer.from('12345')])
  const bytes = Buffer.concat([aceOf([{ name: 'a', data: 'x' }]), recovery, Buffer.from('this is appended')])
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [['a=x', 'trailing-data=this is appended'], []])
})

test('a file cut off anywhere is read as far as it goes, and said to be', () => {
  const bytes = aceOf([{ name: 'a', data: text }])
  for (let length = 120; length < bytes.length; length += 17) {
    const result = unpack(bytes.subarray(0, length), flat)
    assert.deepEqual(result.faults, ['damaged a'], `${length} bytes`)
    assert.ok((result.members[0]?.size ?? 0) >= length - 100)
  }
})
