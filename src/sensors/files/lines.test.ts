import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { lineChanges } from './lines.ts'

test('lines that came and went are told, the others and empty ones are not', () => {
  assert.deepEqual(lineChanges('a\nb\nc\n', 'a\nx\n\nc\n'), { added: ['x'], removed: ['b'] })
  assert.deepEqual(lineChanges('a\nb\n', 'b\na\n'), {})
  assert.deepEqual(lineChanges('', 'evil\xff'), { added: ['evil\ufffd'] })
})

test('many lines and long ones are cut, and it is said', () => {
  const many = lineChanges('', Array.from({ length: 60 }, (_, i) => `line ${i}`).join('\n'))
  assert.equal(many.added?.length, 50)
  assert.equal(many.lines_truncated, true)
  const long = lineChanges('x'.repeat(501), '')
  assert.equal(long.removed?.[0]?.length, 500)
  assert.equal(long.lines_truncated, true)
  assert.equal(lineChanges('', 'x'.repeat(500)).lines_truncated, undefined)
})

test('whatever the texts are, what is told is bounded', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), fc.string({ maxLength: 2000 }), (before, after) => {
      const { added = [], removed = [] } = lineChanges(before, after)
      for (const list of [added, removed])
        assert.ok(list.length <= 50 && list.every((line) => line.length <= 500))
    }),
  )
})
