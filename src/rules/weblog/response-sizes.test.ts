import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ResponseSizes } from './response-sizes.ts'

test('a path keeps its sizes while the table grows', () => {
  const sizes = new ResponseSizes()
  for (let index = 0; index < 200; index += 1) sizes.see('/item', 500, 'learn')
  assert.equal(sizes.see('/item', 9000, 'ask'), 'new')
  for (let index = 0; index < 20_000; index += 1) sizes.see(`/page/${index}`, index, 'learn')
  assert.equal(sizes.see('/item', 500, 'ask'), 'usual')
  assert.equal(sizes.see('/item', 9000, 'ask'), 'new')
  assert.equal(sizes.see('/none', 1, 'ask'), 'unknown')
})
