import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import { endThread, threadsLeft } from './end-thread.ts'

/** Opens a pipe that nobody writes to: no signal of V8 gets it out of the kernel. */
const stuckCode = `require('node:fs').openSync(require('node:worker_threads').workerData)`

/** Until a thread of this process stands in the kernel's open of a pipe. */
async function someThreadWaitsForAPartner(): Promise<void> {
  const isThere = (id: string): boolean =>
    readFileSync(`/proc/self/task/${id}/wchan`, 'latin1') === 'wait_for_partner'
  while (!readdirSync('/proc/self/task').some(isThere)) await delay(5)
}

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
  const exit = once(thread, 'exit')
  await someThreadWaitsForAPartner()
  const ended = await endThread(thread, 50)
  const counted = threadsLeft()
  // Let go in any case: the test's own process would wait for it. For reading and writing: then this open waits for nobody.
  const fd = openSync(path, 'r+')
  await exit
  closeSync(fd)
  assert.equal(ended, false)
  assert.equal(counted, 1)
  assert.equal(threadsLeft(), 0)
})
