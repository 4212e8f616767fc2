import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

test('the reference pages are what the code says', () => {
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'gen-docs.ts'), '--check'], {
    encoding: 'utf8',
  })
  assert.equal(run.stderr, '')
  assert.equal(run.status, 0)
})
