import assert from 'node:assert/strict'
import { test } from 'node:test'

import { alzBzip2Of, alzOf } from '../../../../test/support/alz-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { alz } from './alz.ts'

const flat = { formats: [alz], isFlat: true } as const
const text = 'hello hello hello '.repeat(200)
/** What `bzip2 -9` 1.0.8 makes of the text. */
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWTy/RrwAA4ORAEAAAkSgAFBmgClRjRSMFI+KRgpGhSOF3JFOFCQPL9GvAA==',
  'base64',
)

test('members of every method and width are read, folders and empty files are not', () => {
  const bytes = alzOf([
    { name: 'dir/', data: '', isFolder: true },
    { name: 'stored', data: text, method: 0, width: 2 },
    { name: 'deflated', data: text, width: 8 },
    { name: 'empty', data: '', method: 0, width: 1 },
  ])
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [[`stored=${text}`, `deflated=${text}`], []])
})

test('names in the code page of a Korean Windows are decoded', () => {
  const name = Buffer.from('c7d1b1db2e747874', 'hex')
  assert.deepEqual(listed(unpack(alzOf([{ name, data: 'x', method: 0 }]), flat)), ['한글.txt=x'])
})

test('an encrypted member opens with the right password only', () => {
  const bytes = alzOf([
    { name: 'a', data: text, password: 'secret' },
    { name: 'b', data: text, password: 'secret', method: 0 },
  ])
  const opened = unpack(bytes, { ...flat, passwords: ['', 'wrong', 'secret'] })
  assert.deepEqual([listed(opened), opened.faults], [[`a=${text}`, `b=${text}`], []])
  assert.deepEqual(unpack(bytes, { ...flat, passwords: ['wrong'] }).faults, ['encrypted a', 'encrypted b'])
})

test('a password that fits the check byte by chance is not taken', () => {
  const bytes = alzOf([{ name: 'a', data: text, password: 'secret' }])
  const guesses = Array.from({ length: 2000 }, (_, i) => `guess${i}`)
  assert.deepEqual(unpack(bytes, { ...flat, passwords: guesses }).faults, ['encrypted a'])
  assert.deepEqual(listed(unpack(bytes, { ...flat, passwords: [...guesses, 'secret'] })), [`a=${text}`])
})

test('a wrong checksum, a wrong length and an unknown method are said', () => {
  const wrong = unpack(alzOf([{ name: 'a', data: text, crc: 1 }]), flat)
  assert.deepEqual([listed(wrong), wrong.faults], [[`a=${text}`], ['damaged a']])
  const unknown = unpack(alzOf([{ name: 'a', data: text, method: 9 }]), flat)
  assert.deepEqual([listed(unknown), unknown.faults], [[], ['unsupported-method a']])
})

test('a file cut off anywhere is said to be damaged, and read as far as it goes', () => {
  const bytes = alzOf([{ name: 'a', data: text, method: 0 }])
  for (let length = 8; length < bytes.length - 16; length += 13) {
    const result = unpack(bytes.subarray(0, length), flat)
    assert.equal(result.faults.length > 0, true, `${length} bytes`)
    if (length > 100) assert.ok((result.members[0]?.size ?? 0) >= length - 60)
  }
})

test('bytes between members hide none of those behind them', () => {
  const whole = alzOf([
    { name: 'a', data: 'first', method: 0 },
    { name: 'b', data: 'second', method: 0 },
  ])
  const second = whole.indexOf('BLZ\x01', 12, 'latin1')
  const bytes = Buffer.concat([whole.subarray(0, second), Buffer.from('junk'), whole.subarray(second)])
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [['a=first', 'b=second'], ['damaged (archive)']])
})

test('volumes that are not here are named', () => {
  const first = alzOf([{ name: 'a', data: text, method: 0 }], { tail: 3 })
  const cut = Buffer.concat([first.subarray(0, 1000), first.subarray(-16)])
  const result = unpack(cut, flat)
  assert.deepEqual(result.faults, ['missing-volume a', 'missing-volume (archive)'])
  assert.ok(text.startsWith(result.members[0]?.text ?? '-'))
  const second = alzOf([{ name: 'b', data: 'whole', method: 0 }])
  const later = unpack(Buffer.concat([second.subarray(0, 8), Buffer.from(text), second.subarray(8)]), flat)
  assert.deepEqual([listed(later), later.faults], [['b=whole'], ['missing-volume (archive)']])
})

test('comments are skipped, and what follows the end is an object', () => {
  const bytes = Buffer.concat([
    alzOf([{ name: 'a', data: 'x', method: 0 }], { comment: 'about' }),
    Buffer.from('more'),
  ])
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [['a=x', 'trailing-data=more'], []])
})

test('bzip2 is read in the form of alz and in its own', () => {
  const bytes = alzOf([
    { name: 'own', data: text, method: 1, packed: alzBzip2Of(bzip2) },
    { name: 'plain', data: text, method: 1, packed: bzip2 },
  ])
  const result = unpack(bytes, flat)
  assert.deepEqual([listed(result), result.faults], [[`own=${text}`, `plain=${text}`], []])
  const cut = unpack(
    alzOf([{ name: 'a', data: text, method: 1, packed: alzBzip2Of(bzip2).subarray(0, 30) }]),
    flat,
  )
  assert.deepEqual(cut.faults, ['damaged a'])
})
