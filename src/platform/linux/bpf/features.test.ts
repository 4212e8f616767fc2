import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'

import { requireRoot } from '../../../../test/support/scratch.ts'
import { bpfFeatureIds, probeBpf } from './features.ts'

test('every feature is tried, and works or says why not', (t) => {
  if (!requireRoot(t)) return
  const before = readdirSync('/proc/self/fd').length
  const features = probeBpf()
  assert.deepEqual(
    features.map(({ id }) => id),
    [...bpfFeatureIds],
  )
  for (const { id, refused } of features) t.diagnostic(`${id}: ${refused === '' ? 'ok' : refused}`)
  for (const { refused } of features) if (refused !== '') assert.match(refused, /^[^\n]{10,}$/)
  assert.equal(readdirSync('/proc/self/fd').length, before)
})
