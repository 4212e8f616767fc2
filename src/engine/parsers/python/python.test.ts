import assert from 'node:assert/strict'
import { test } from 'node:test'

import { makePycHeader, MarshalError, type PythonValue, readMarshal, readPycHeader } from './index.ts'

const plain = (value: PythonValue): unknown => {
  if (typeof value !== 'object') return value
  if (!('kind' in value)) return value.map(plain)
  return value.kind === 'code' ? { code: value.parts.map(plain) } : Buffer.from(value.bytes).toString()
}
const read = (hex: string, version = 312): unknown =>
  plain(readMarshal(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 0, version))

test('values are read as CPython writes them', () => {
  // marshal.dumps of 3.12: (1, 'a', b'bc', None, [True, 2.5], {'k': -1})
  assert.deepEqual(
    read('a906 e901000000 da0161 f3020000006263 4e 5b02000000 54 e70000000000000440 7b da016b e9ffffffff 30'),
    [1, 'a', 'bc', undefined, [undefined, 0], ['k', -1]],
  )
})

test('references give what was marked before, in the order in which it began', () => {
  // ('ab', ('cd', 'ab')): the outer tuple is 0, 'ab' 1, the inner tuple 2, 'cd' 3.
  assert.deepEqual(read('a902 da026162 a902 da026364 7201000000'), ['ab', ['cd', 'ab']])
  // Python 2: interned texts and references to them.
  assert.deepEqual(read('2802000000 7402000000 6162 5200000000', 207), ['ab', 'ab'])
})

test('a list that refers to itself is read once', () => {
  assert.deepEqual(read('db01000000 7200000000'), [undefined])
})

test('what is no value is an error, whatever it claims', () => {
  for (const hex of [
    '',
    'ff',
    '73ffffffff',
    '73ffffff7f',
    '28ffffff7f',
    'a9',
    '2802000000 4e',
    '7b 4e',
    'e9 0000',
  ]) {
    assert.throws(() => read(hex), MarshalError, hex)
  }
  assert.throws(() => readMarshal(Buffer.alloc(5000, Buffer.from('a901', 'hex')), 0, 312), MarshalError)
})

test('headers are told by their magic number and what stands behind them', () => {
  for (const version of [207, 303, 306, 307, 308, 311, 312, 313, 314]) {
    const header = makePycHeader(version)
    const bytes = Buffer.concat([header, Buffer.from('e300000000', 'hex'), Buffer.alloc(20)])
    assert.deepEqual(readPycHeader(bytes), { version, bytes: header.length })
    assert.equal(readPycHeader(Buffer.concat([header, Buffer.from('28'), Buffer.alloc(20)])), undefined)
  }
  assert.equal(makePycHeader(999).length, 0)
  assert.equal(readPycHeader(Buffer.alloc(40)), undefined)
})
