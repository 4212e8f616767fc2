import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'node:test'

import { clockStep } from './clock.ts'
import { runStep } from './step-under-test.ts'

test('the clock is told with the start of the host', async () => {
  const given = await runStep(clockStep)
  const [clock] = given.rows('clock')
  assert.equal(clock?.['boot_id'], readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  assert.ok(Math.abs(Date.parse(String(clock['now'])) - Date.now()) < 5000)
  const bootedS = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1])
  assert.ok(Math.abs(Date.parse(String(clock['booted'])) / 1000 - bootedS) < 2)
  assert.equal(typeof (clock['synchronisation'] as { synchronised: unknown }).synchronised, 'boolean')
  assert.ok(given.files.includes('/etc/machine-id') || given.files.includes('/etc/hostname'))
  assert.ok(given.notes.includes('no agent runs here that could tell what happened lately'))
})

test('events of the agent are taken in their order, as long as there is time', async () => {
  async function* events(): AsyncGenerator<readonly object[]> {
    yield [{ n: 1 }, { n: 2 }]
    await delay(1)
    yield [{ n: 3 }]
    throw new Error('the store is gone')
  }
  const given = await runStep(clockStep, { events })
  assert.deepEqual(given.rows('agent-events'), [{ n: 1 }, { n: 2 }, { n: 3 }])
  assert.deepEqual(given.notes, ["the agent's events could not be read to the end: the store is gone"])
  const short = await runStep(clockStep, { events, leftMs: () => 0 })
  assert.deepEqual(short.rows('agent-events'), [{ n: 1 }, { n: 2 }])
  assert.deepEqual(short.notes, ["the time for the agent's events is over: the first 2 were taken"])
})
