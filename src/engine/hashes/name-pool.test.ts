import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { attachNames, createNamePool } from './name-pool.ts'

test('any names come back under their ids', () => {
  const similar = fc.tuple(
    fc.constantFrom('', 'Win.', 'Win.Trojan.', '해치.'),
    fc.string({ unit: 'binary', maxLength: 50 }),
  )
  fc.assert(
    fc.property(fc.array(similar, { maxLength: 200 }), (parts) => {
      const names = parts.map((part) => part.join(''))
      const pool = createNamePool()
      const ids = names.map((name) => {
        const bytes = Buffer.from(`<${name}>`)
        return pool.add(bytes, 1, bytes.length - 1)
      })
      const nameOf = attachNames(pool.share())
      assert.deepEqual(ids.map(nameOf), names)
    }),
  )
})

test('names of 0 and 255 bytes in turn come back, over many blocks', () => {
  const pool = createNamePool()
  const names = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? '' : 'n'.repeat(255)))
  const ids = names.map((name) => pool.add(Buffer.from(name), 0, name.length))
  assert.deepEqual(ids.map(attachNames(pool.share())), names)
})

test('a name that just fits the first 4,096 bytes of the pool, or just does not, comes back', () => {
  // 15 names of 2 + 255 bytes leave 241 bytes, room for a name of 239.
  const filler = Array.from({ length: 15 }, (_, index) => 'xy'.charAt(index % 2).repeat(255))
  for (let length = 235; length <= 245; length++) {
    const names = [...filler, 'z'.repeat(length), 'end']
    const pool = createNamePool()
    const ids = names.map((name) => pool.add(Buffer.from(name), 0, name.length))
    assert.deepEqual(ids.map(attachNames(pool.share())), names)
  }
})

test('a name that is repeated at once is stored once', () => {
  const pool = createNamePool()
  const name = Buffer.from('Haechi.Family')
  assert.deepEqual([pool.add(name, 0, 13), pool.add(name, 0, 13), pool.add(name, 0, 13)], [0, 0, 0])
  assert.equal(pool.share().bytes.byteLength, 15)
})

test('numbered names cost at most 6 bytes each', () => {
  const pool = createNamePool()
  for (let index = 0; index < 10_000; index++) {
    const name = Buffer.from(`Haechi.Test.Hash-${String(index).padStart(6, '0')}`)
    pool.add(name, 0, name.length)
  }
  const { bytes, blocks } = pool.share()
  assert.ok(bytes.byteLength + blocks.byteLength <= 60_000)
})
