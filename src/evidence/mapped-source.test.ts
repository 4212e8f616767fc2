import assert from 'node:assert/strict'
import { test } from 'node:test'

import { asFile, mappedSource, unitSource } from './mapped-source.ts'
import { memorySource } from './source.ts'

const volume = memorySource(Buffer.from('0123456789'))

test('pieces, holes and what lies beyond the volume', () => {
  const places = [7, undefined, 8, 2] as const
  const source = mappedSource(volume, 11, (offset) => {
    const index = Math.min(3, Math.floor(offset / 3))
    const from = places[index]
    return {
      from: from === undefined ? undefined : from + (offset - 3 * index),
      bytes: 3 - (offset - 3 * index),
    }
  })
  const whole = Buffer.from('789\0\0\x0089\x0023', 'latin1')
  for (let at = 0; at <= 12; at++) {
    for (let length = 0; length <= 12; length++)
      assert.ok(
        Buffer.from(source.read(at, length)).equals(whole.subarray(at, at + length)),
        `${at} ${length}`,
      )
  }
})

test('the last units are kept, not all', () => {
  const loaded: number[] = []
  const source = asFile(
    '/x',
    unitSource(100, 10, (unit) => {
      loaded.push(unit)
      return Buffer.alloc(unit === 9 ? 3 : 10, String(unit))
    }),
  )
  assert.equal(Buffer.from(source.read(5, 10)).toString(), '0000011111')
  source.read(0, 20)
  assert.deepEqual(loaded, [0, 1])
  assert.equal(Buffer.from(source.read(88, 50)).toString('latin1'), `88999${'\0'.repeat(7)}`)
  source.read(20, 30)
  source.read(0, 1)
  assert.deepEqual(loaded, [0, 1, 8, 9, 2, 3, 4, 0])
})

test('a hostile size is no size of memory', () => {
  const source = mappedSource(volume, 2 ** 52, () => ({ from: undefined, bytes: 2 ** 53 }))
  assert.equal(source.read(2 ** 51, 10).length, 10)
  assert.equal(source.read(2 ** 52 + 1, 10).length, 0)
})
