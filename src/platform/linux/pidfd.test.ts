import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'

import { readProcessStat } from './process-stat.ts'
import { signalProcess } from './pidfd.ts'

test('a signal reaches the very process that is named, and none when the number belongs to another', async (t) => {
  const child = spawn('sleep', ['60'])
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const pid = child.pid ?? 0
  const startTicks = readProcessStat(pid)?.startTicks ?? 0
  assert.equal(signalProcess({ pid, startTicks: startTicks - 1 }, 'KILL'), false)
  assert.equal(signalProcess({ pid, startTicks }, 'STOP'), true)
  for (let tries = 0; readProcessStat(pid)?.state !== 'T' && tries < 1000; tries++) await setImmediate()
  assert.equal(readProcessStat(pid)?.state, 'T')
  assert.equal(signalProcess({ pid, startTicks }, 'KILL'), true)
  const [, signal] = (await once(child, 'exit')) as [number | null, string]
  assert.equal(signal, 'SIGKILL')
  assert.equal(signalProcess({ pid, startTicks }, 'KILL'), false)
})
