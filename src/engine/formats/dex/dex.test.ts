import assert from 'node:assert/strict'
import { test } from 'node:test'

import { dexOf } from '../../../../test/support/dex-writer.ts'
import { listed, unpack } from '../../../../test/support/unpack.ts'
import { dex } from './dex.ts'

const flat = { formats: [dex], isFlat: true } as const

test('every string is a line, of any length', () => {
  const strings = ['', 'Lcom/example/Main;', 'x'.repeat(600), 'two\nlines', 'é한글']
  const result = unpack(dexOf(strings), flat)
  const text = Buffer.from(strings.map((each) => `${each}\n`).join('')).toString('latin1')
  assert.deepEqual([listed(result), result.faults], [[`strings=${text}`], []])
})

test('a string longer than one read is cut, all strings together at 8 MiB', () => {
  const long = unpack(dexOf(['a', 'y'.repeat(300_000), 'b']), flat)
  assert.equal(long.members[0]?.size, 2 + 262_144 - 3 + 1 + 2)
  const bytes = dexOf(['z'.repeat(200_000)])
  // The same string again and again: the table is as long as its writer likes.
  const ids = Buffer.alloc(4 * 1000)
  for (let at = 0; at < ids.length; at += 4) ids.writeUInt32LE(bytes.readUInt32LE(0x70), at)
  const many = Buffer.concat([bytes, ids])
  many.writeUInt32LE(1000, 0x38)
  many.writeUInt32LE(bytes.length, 0x3c)
  many.writeUInt32LE(many.length, 0x20)
  assert.equal(unpack(many, { ...flat, keepBytes: 10 }).members[0]?.size, 8 * 1024 * 1024 + 1)
})

test('what is appended is an object, zeros are not', () => {
  const bytes = dexOf(['a'])
  assert.deepEqual(listed(unpack(Buffer.concat([bytes, Buffer.alloc(9)]), flat)), ['strings=a\n'])
  const result = unpack(Buffer.concat([bytes, Buffer.from('\0more')]), flat)
  assert.deepEqual([listed(result), result.faults], [['strings=a\n', 'trailing-data=\0more'], []])
})

test('a file cut off anywhere is damaged, and the strings that are there are told', () => {
  const bytes = dexOf(['first', 'second'])
  for (let length = 0x28; length < bytes.length; length++) {
    assert.deepEqual(unpack(bytes.subarray(0, length), flat).faults, ['damaged strings'], `${length} bytes`)
  }
  assert.ok(listed(unpack(bytes.subarray(0, -4), flat))[0]?.startsWith('strings=first\n'))
})

test('tables that lie are no trouble', () => {
  for (const [at, value] of [
    [0x38, 0xffffffff],
    [0x3c, 0xffffffff],
    [0x3c, 0],
    [0x70, 0xffffffff],
  ] as const) {
    const bytes = dexOf(['a', 'b'])
    bytes.writeUInt32LE(value, at)
    assert.ok(unpack(bytes, flat).members.length > 0)
  }
})

test('the DEX file inside an optimised one is found', () => {
  const inner = dexOf(['inside'])
  const head = Buffer.alloc(40)
  head.write('dey\n036\0', 0, 'latin1')
  head.writeUInt32LE(40, 8)
  head.writeUInt32LE(inner.length, 12)
  const result = unpack(Buffer.concat([head, inner, Buffer.from('dependencies')]), { formats: [dex] })
  assert.deepEqual(
    result.members.map(({ chain }) => chain),
    ['classes.dex', 'classes.dex → strings'],
  )
  assert.deepEqual(unpack(head, flat).faults, ['damaged classes.dex'])
})

test('other files are none', () => {
  for (const text of ['dex\nis a word', 'dex\n03x\0'.padEnd(200, 'x'), 'dey\n']) {
    assert.deepEqual(unpack(Buffer.from(text, 'latin1'), flat).members, [])
  }
})
