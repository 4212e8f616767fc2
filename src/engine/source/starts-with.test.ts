import assert from 'node:assert/strict'
import { test } from 'node:test'

import { startsWith } from './starts-with.ts'

test('a signature stands where all of its bytes do, and not behind the end', () => {
  const bytes = Uint8Array.of(1, 2, 3, 0)
  assert.equal(startsWith(bytes, [1, 2]), true)
  assert.equal(startsWith(bytes, Buffer.of(1, 3)), false)
  assert.equal(startsWith(bytes, [2, 3, 0], 1), true)
  assert.equal(startsWith(bytes, [3, 0, 0], 2), false)
  assert.equal(startsWith(bytes, [0], 4), false)
  assert.equal(startsWith(bytes, []), true)
})
