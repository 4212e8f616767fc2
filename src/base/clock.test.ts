import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import { monotonicMs, since } from './clock.ts'

/** The kernel's clock says this many milliseconds since the start. */
function setClock(t: TestContext, ms: number): void {
  t.mock.restoreAll()
  t.mock.method(process, 'hrtime', () => [Math.floor(ms / 1000), (ms % 1000) * 1_000_000])
}

test('the difference of two moments is the time between them, also over every wrap of 32 bits', (t) => {
  for (const edge of [2 ** 31, 2 ** 32, 3 * 2 ** 31, 2 ** 33]) {
    for (const before of [0, 1, 5, 999, 4000]) {
      setClock(t, edge - before)
      const earlier = monotonicMs()
      assert.equal(earlier, earlier | 0)
      setClock(t, edge + 5000)
      assert.equal(since(earlier), before + 5000, `${before} ms before ${edge}`)
    }
  }
})

test('a moment fits into shared memory of 32 bits and comes back as it was', (t) => {
  const words = new Int32Array(1)
  for (const ms of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 7, 10 * 365 * 86_400_000]) {
    setClock(t, ms)
    const moment = monotonicMs()
    words[0] = moment
    assert.equal(words[0], moment)
    assert.equal(since(words[0]), 0)
  }
})

test('waiting takes as long as the clock says', async () => {
  const started = monotonicMs()
  await delay(40)
  const waited = since(started)
  assert.ok(waited >= 39 && waited < 5000, `${waited}`)
})

test('all threads agree on the time', async () => {
  const before = monotonicMs()
  const code = `import(${JSON.stringify(new URL('clock.ts', import.meta.url).href)}).then(({ monotonicMs }) =>
    require('node:worker_threads').parentPort.postMessage(monotonicMs()))`
  const worker = new Worker(code, { eval: true })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  worker.once('message', resolve)
  worker.once('error', reject)
  const there = await promise
  assert.ok(((there - before) | 0) >= 0 && since(there) >= 0)
})
