import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { time, u32, u64, wide } from '../../../test/support/artefact-fields.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { readDeletedFile, readInfo2 } from './recycle-bin.ts'

const path = 'C:\\Users\\철수\\비밀.zip'
const deleted = '2016-06-29T21:37:45.6180001Z'

function first(): Buffer {
  const name = Buffer.alloc(520)
  wide(path).copy(name)
  return Buffer.concat([u64(1, 724_919), time(deleted), name])
}

function second(): Buffer {
  return Buffer.concat([u64(2, 724_919), time(deleted), u32(path.length + 1), wide(`${path}\0`)])
}

function info2(record: 280 | 800, isGone = false): Buffer {
  const bytes = Buffer.alloc(record)
  bytes.write('D:\\a.txt', 'latin1')
  if (isGone) bytes[0] = 0
  Buffer.concat([u32(12, 3), time(deleted), u32(4096)]).copy(bytes, 260)
  if (record === 800) wide('D:\\가.txt').copy(bytes, 280)
  return Buffer.concat([u32(5, 0, 0, record, 0), bytes])
}

function deletedFile(bytes: Uint8Array): { value: object | undefined; notes: number } {
  const notes = new Notes()
  return { value: readDeletedFile(memorySource(bytes), notes), notes: notes.kept.length }
}

test('both versions of $I', () => {
  for (const [version, bytes] of [
    [1, first()],
    [2, second()],
  ] as const) {
    const value = { version, originalPath: path, fileSize: 724_919, deleted }
    assert.deepEqual(deletedFile(bytes), { value, notes: 0 })
  }
})

test('a $I that is cut off gives the beginning of the path', () => {
  const { value, notes } = deletedFile(second().subarray(0, 40))
  assert.deepEqual([(value as { originalPath: string }).originalPath, notes], [path.slice(0, 6), 1])
  assert.equal(deletedFile(second().subarray(0, 20)).value, undefined)
  assert.equal(deletedFile(Buffer.alloc(64)).value, undefined)
})

test('INFO2 with and without UTF-16, and a record whose file is gone', () => {
  const notes = new Notes()
  const common = { version: 5, fileSize: 4096, deleted, index: 12, drive: 3 }
  assert.deepEqual(
    [...readInfo2(memorySource(info2(800)), notes), ...readInfo2(memorySource(info2(280, true)), notes)],
    [
      { ...common, originalPath: 'D:\\가.txt', isGone: false },
      { ...common, originalPath: 'D:\\a.txt', isGone: true },
    ],
  )
  assert.deepEqual(notes.kept, [])
  assert.equal([...readInfo2(memorySource(info2(800).subarray(0, 600)), notes)].length, 0)
  assert.equal([...readInfo2(memorySource(Buffer.alloc(100)), notes)].length, 0)
  assert.deepEqual(
    notes.kept.map(({ text }) => text),
    ['the last record is cut off', 'this is no INFO2 file'],
  )
})

test('any bytes are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 900 }), (bytes) => {
      deletedFile(Buffer.concat([u64(2), bytes]))
      JSON.stringify([...readInfo2(memorySource(Buffer.concat([u32(5, 0, 0, 280, 0), bytes])), new Notes())])
    }),
  )
})
