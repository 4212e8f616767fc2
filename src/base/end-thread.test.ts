import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Worker } from 'node:worker_threads'

import { endThread, threadsLeft } from './end-thread.ts'

/** Opens a pipe that nobody writes to: no signal of V8 gets it out of the kernel. */
const stuckCode = `
  const { parentPort, workerData } = require('node:worker_threads')
  parentPort.postMessage('opens')
  require('node:fs').openSync(workerData)
`

function pipeIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

test('a thread that runs is ended', async () => {
  const thread = new Worker('for (;;);', { eval: true })
  await once(thread, 'online')
  assert.equal(await endThread(thread, 10_000), true)
  assert.equal(threadsLeft(), 0)
})

test('a thread that hangs in the kernel is left behind in time, and counted until it ends', async (t) => {
  const path = pipeIn(t)
  const thread = new Worker(stuckCode, { eval: true, workerData: path })
  await once(thread, 'message')
  const exit = once(thread, 'exit')
  const ended = await endThread(thread, 50)
  const counted = threadsLeft()
  // Let go in any case: the test's own process would wait for it.
  closeSync(openSync(path, 'w'))
  await exit
  assert.equal(ended, false)
  assert.equal(counted, 1)
  assert.equal(threadsLeft(), 0)
})
