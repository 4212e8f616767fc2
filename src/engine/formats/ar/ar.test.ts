import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { ar } from './ar.ts'

const flat = { formats: [ar], isFlat: true } as const

function entry(name: string, data: string, size = `${data.length}`): string {
  const header = `${name.padEnd(16)}${'0'.padEnd(32)}${size.padEnd(10)}\`\n`
  return `${header}${data}${data.length % 2 === 1 ? '\n' : ''}`
}
const archive = (...entries: readonly string[]): Buffer => Buffer.from(`!<arch>\n${entries.join('')}`)

test('names are short, in the table of GNU, or before the data as BSD has them', () => {
  const table = 'a rather long name.o/\nanother long name.o/\n'
  const bytes = archive(
    entry('//', table),
    entry('short.o/', 'odd'),
    entry('plain', '2'),
    entry('/22', 'gnu'),
    entry('#1/20', 'bsd name with spaces3'),
  )
  const result = unpack(bytes, flat)
  assert.deepEqual(listed(result), [
    `//=${table}`,
    'short.o=odd',
    'plain=2',
    'another long name.o=gnu',
    'bsd name with spaces=3',
  ])
  assert.deepEqual(result.faults, [])
})

test('a place in the table that is not there is shown as it stands, and one behind it as nothing', () => {
  assert.deepEqual(listed(unpack(archive(entry('/5', 'x')), flat)), ['/5=x'])
  assert.deepEqual(listed(unpack(archive(entry('//', 'a/\n'), entry('/5000', 'x')), flat)), ['//=a/\n', '=x'])
})

test('a header that is none ends the members, and the rest is an object of its own', () => {
  const result = unpack(archive(entry('a', '12'), entry('b', '34').replace('`', '!')), flat)
  assert.deepEqual(result.faults, ['damaged (header)'])
  assert.equal(result.members[1]?.chain, 'trailing-data')
  const wrong = unpack(archive(entry('a', '12', '1e9')), flat)
  assert.deepEqual(wrong.faults, ['damaged (header)'])
})

test('a size behind the end is damage, and what is there is read', () => {
  const result = unpack(archive(entry('a', '12', '9999999999')), flat)
  assert.deepEqual([listed(result), result.faults], [['a=12'], ['damaged a']])
})

test('a BSD name longer than its member is cut', () => {
  assert.deepEqual(listed(unpack(archive(entry('#1/9999', 'name')), flat)), ['name='])
})
