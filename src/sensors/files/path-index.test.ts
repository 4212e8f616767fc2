import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { PathIndex } from './path-index.ts'

test('every path that was added has its first owner, others have none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 40 }), { maxLength: 300 }),
      fc.array(fc.string()),
      (paths, others) => {
        const index = new PathIndex()
        for (const [number, path] of paths.entries()) index.add(path, number)
        for (const path of paths) assert.equal(index.get(path), paths.indexOf(path))
        for (const path of others) if (!paths.includes(path)) assert.equal(index.get(path), undefined)
      },
    ),
  )
})

test('a quarter of a million paths that differ little are told apart', () => {
  const index = new PathIndex()
  for (let i = 0; i < 250_000; i++) index.add(`/usr/share/x/${i}`, i)
  assert.equal(index.size, 250_000)
  for (let i = 0; i < 250_000; i += 7) assert.equal(index.get(`/usr/share/x/${i}`), i)
  for (let i = 250_000; i < 500_000; i++) assert.equal(index.get(`/usr/share/x/${i}`), undefined)
})
