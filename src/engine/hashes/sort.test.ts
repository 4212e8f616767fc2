import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { digestWords } from './kinds.ts'
import { sortedOrder } from './sort.ts'

// Few values, so that ties at every depth are common; the extremes, so that a signed comparison shows.
const word = fc.constantFrom(0, 1, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff)
const entry = fc.record({ size: word, digest: fc.tuple(word, word, word, word) })

test('the order is that of a plain comparison by size, digest and place', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const expected = entries
        .map((value, place) => [value.size, ...value.digest, place])
        .toSorted((left, right) => {
          const index = left.findIndex((value, at) => value !== right[at])
          return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0)
        })
      const order = sortedOrder({
        count: entries.length,
        digests: Uint32Array.from(entries.flatMap((value) => value.digest)),
        sizes: Uint32Array.from(entries, (value) => value.size),
      })
      assert.deepEqual(
        [...order],
        expected.map((key) => key.at(-1)),
      )
    }),
    { numRuns: 300 },
  )
})

test('a list made of one prefix in falling order does not cost n squared', () => {
  const count = 200_000
  const digests = new Uint32Array(count * digestWords)
  for (let index = 0; index < count; index++) digests[index * digestWords + 3] = count - index
  const started = performance.now()
  const order = sortedOrder({ count, digests, sizes: new Uint32Array(count) })
  const ms = performance.now() - started
  assert.equal(order[0], count - 1)
  assert.equal(order.at(-1), 0)
  assert.ok(ms < 3000, `${ms} ms`)
})
