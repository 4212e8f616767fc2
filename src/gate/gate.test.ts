// The gate as a whole, where it is not a matter of what a user sees (test/e2e): the order in which it comes up.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { startGuard } from '../../test/support/guard.ts'
import { eicar, tryRead } from '../../test/support/opener.ts'
import { pluginFolder } from '../../test/support/plugin-folder.ts'
import { requireRoot, withScratch } from '../../test/support/scratch.ts'

/** Reads a guarded file in every thread that loads it: with the hook on, nobody could answer that yet. */
const readerPlugin = (path: string): string => `
import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, isMainThread ? 0 : 200)
const size = readFileSync(${JSON.stringify(path)}).length
export const plugin = { id: 'reader', detect() { if (size !== 68) throw new Error('the file was not readable') } }
`

test('the engine is loaded before the hook is on: what its instances read while they load waits for nobody', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('eicar.com')
  writeFileSync(path, eicar)
  const plugin = pluginFolder(t, readerPlugin(path)).path
  const started = performance.now()
  await using guard = await startGuard({
    places: [scratch.path],
    args: ['--plugin', plugin, '--instances', '2', '--no-sweep'],
  })
  assert.ok(performance.now() - started < 15_000)
  assert.equal((await tryRead(path)).ok, false)
  const { detections, reasons } = await guard.waitForDecision(({ verdict }) => verdict === 'found')
  assert.deepEqual([detections.length, reasons], [1, []])
})
