// Whoever reads the guard's lines may stand still: the guard answers all the same, and can be ended.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { ask, type GuardStatus } from '../../src/daemon/index.ts'
import { eicar, eventually } from '../support/opener.ts'
import { probe } from '../support/probe.ts'
import { launcher } from '../support/run-haechi.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

test('a reader that takes nothing: opens are answered, status answers, SIGTERM ends the guard with 0 within 5 s', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('infected')
  writeFileSync(path, eicar)
  const own = mkdtempSync(join(tmpdir(), 'haechi-guard-'))
  const socket = join(own, 'haechi.sock')
  const args = ['guard', '--json', '--socket', socket, '--watchdog', '3s', '--no-sweep', '--instances', '2']
  const guard = spawn('setpriv', ['--pdeathsig', 'KILL', '--', launcher, ...args, '--', scratch.path], {
    // Nobody ever reads from this pipe; it holds 64 KiB.
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => {
    guard.kill('SIGKILL')
    rmSync(own, { recursive: true, force: true })
  })
  const ended = once(guard, 'exit')
  const isThere = async (): Promise<boolean> =>
    ask(socket, { command: 'ping' }).then(
      () => true,
      () => false,
    )
  assert.ok(await eventually(isThere, 10_000))
  const code = `
    let refused = 0
    for (let index = 0; index < 3000; index++) if (open(args).code === 'EPERM') refused++
    done(refused)`
  assert.equal(await probe<number>(code, path), 3000)
  const status = (await ask(socket, { command: 'status' })) as GuardStatus
  assert.equal(status.gate.counters.deadlines, 0)
  const started = performance.now()
  guard.kill('SIGTERM')
  const [exit, signal] = (await ended) as [number | null, string | null]
  const ms = performance.now() - started
  t.diagnostic(`ended after ${ms.toFixed(0)} ms`)
  assert.deepEqual({ exit, signal }, { exit: 0, signal: null })
  assert.ok(ms < 5000, `ended after ${ms} ms`)
})
