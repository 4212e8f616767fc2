import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { memorySource } from '../../evidence/source.ts'
import { sparseContent } from './package-bytes.ts'
import { type Extent, type KnowingSource, readSparseMap, sparseExtents, sparseMap } from './sparse.ts'

function sourceOf(size: number, extents: readonly Extent[]): KnowingSource {
  return {
    path: 'x',
    size,
    read: (_offset, length) => Buffer.alloc(length),
    extents: () => extents,
    [Symbol.dispose]: () => undefined,
  }
}

test('extents are ordered, cut at the end, and taken together over small gaps', () => {
  const extents = [
    { offset: 0, length: 100 },
    { offset: 200, length: 100 },
    { offset: 50_000, length: 10 },
    { offset: 99_990, length: 1000 },
  ]
  assert.deepEqual(sparseExtents(sourceOf(100_000, extents)), [
    { offset: 0, length: 300 },
    { offset: 50_000, length: 10 },
    { offset: 99_990, length: 10 },
  ])
  assert.equal(sparseExtents(sourceOf(100_000, [{ offset: 0, length: 100_000 }])), undefined)
  assert.deepEqual(sparseExtents(sourceOf(100_000, [])), [])
})

test('too many extents become fewer and larger ones', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => ({ offset: index * 4096, length: 512 }))
  const extents = sparseExtents(sourceOf(1e12, many)) ?? []
  assert.ok(extents.length <= 65_536)
  const last = extents.at(-1)
  assert.ok(last !== undefined && last.offset + last.length >= 199_999 * 4096 + 512)
})

test('whatever is written as a map and extents reads as the same content', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 })), {
        maxLength: 60,
      }),
      fc.integer({ min: 0, max: 3000 }),
      (pieces, end) => {
        const extents: Extent[] = []
        let at = 0
        for (const [gap, length] of pieces) {
          extents.push({ offset: at + gap, length })
          at += gap + length
        }
        const size = at + end
        const content = Buffer.alloc(size)
        for (const { offset, length } of extents) content.fill((offset % 255) + 1, offset, offset + length)
        const data = Buffer.concat([
          sparseMap(extents, size),
          ...extents.map(({ offset, length }) => content.subarray(offset, offset + length)),
        ])
        const source = sparseContent(memorySource(data), size)
        assert.deepEqual(Buffer.from(source.read(0, size + 10)), content)
        assert.deepEqual(
          Buffer.from(source.read(size >> 1, 777)),
          content.subarray(size >> 1, (size >> 1) + 777),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('maps that are none are refused', () => {
  const read = (text: string): unknown =>
    readSparseMap(
      (offset, length) => Buffer.from(text.padEnd(512, '\0')).subarray(offset, offset + length),
      1000,
    )
  assert.deepEqual(read('1\n10\n20\n'), { extents: [{ offset: 10, length: 20 }], length: 512 })
  for (const text of [
    '',
    'x\n',
    '1\n10\n',
    '1\n990\n20\n',
    '2\n10\n20\n5\n5\n',
    '99999999\n1\n1\n',
    '1\n-1\n2\n',
  ])
    assert.equal(read(text), undefined, JSON.stringify(text))
})
