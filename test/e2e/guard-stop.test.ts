// However the guard ends, or stands still: nobody who opens a file is left waiting.

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import { isRunning, statusOf } from '../support/guard-figures.ts'
import { type GuardProcess, startGuard } from '../support/guard.ts'
import { eventually } from '../support/opener.ts'
import { type Opened, openEach, openOnce } from '../support/probe.ts'
import { requireRoot, type Scratch, withScratch } from '../support/scratch.ts'
import { options, trouble } from '../support/troublemaker.ts'

const watchdogMs = 1500

interface Waiting {
  readonly guard: GuardProcess
  readonly clean: string
  /** Openers of slow files that wait for their answer. */
  readonly openers: readonly Promise<Opened>[]
}

async function guardWithWaiters(t: TestContext, scratch: Scratch, count: number): Promise<Waiting> {
  const slow = Array.from({ length: count }, (_, index) => scratch.at(`slow-${index}.bin`))
  for (const [index, path] of slow.entries()) writeFileSync(path, trouble.slow(20_000, `${index}`))
  const clean = scratch.at('clean.txt')
  writeFileSync(clean, 'clean\n')
  const guard = await startGuard({
    places: [scratch.path],
    args: options(t, `--instances 2 --deadline 20s --watchdog ${watchdogMs}ms`),
  })
  const openers = slow.map((path) => openOnce(path))
  const isAsked = async (): Promise<boolean> => (await statusOf(guard)).gate.counters.questions >= count
  assert.ok(await eventually(isAsked, 3000), 'the openers wait')
  return { guard, clean, openers }
}

test('a stopped process (SIGSTOP) is ended by the kernel within the watchdog time and 1 s, and frees its waiters', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const { guard, clean, openers } = await guardWithWaiters(t, scratch, 1)
  await using _ = guard
  const started = performance.now()
  process.kill(guard.pid, 'SIGSTOP')
  const opened = await Promise.all([...openers, openOnce(clean)])
  const ms = performance.now() - started
  await guard.ended
  t.diagnostic(`free after ${ms.toFixed(0)} ms with a watchdog of ${watchdogMs} ms`)
  assert.deepEqual(
    opened.map(({ code }) => code),
    ['', ''],
  )
  assert.ok(ms < watchdogMs + 1000, `free after ${ms} ms`)
  assert.equal(isRunning(guard.pid), false)
})

test('after SIGKILL files open within 1 s, also for those who waited', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const { guard, clean, openers } = await guardWithWaiters(t, scratch, 2)
  await using _ = guard
  const started = performance.now()
  process.kill(guard.pid, 'SIGKILL')
  const opened = await Promise.all([...openers, openOnce(clean)])
  const ms = performance.now() - started
  t.diagnostic(`free after ${ms.toFixed(0)} ms`)
  assert.deepEqual(
    opened.map(({ code }) => code),
    ['', '', ''],
  )
  assert.ok(ms < 1000, `free after ${ms} ms`)
  await guard.ended
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} with questions open: every opener is answered, the guard ends with 0 within 5 s`, async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const { guard, clean, openers } = await guardWithWaiters(t, scratch, 6)
    await using _ = guard
    const started = performance.now()
    assert.equal(await guard.stop(signal), 0)
    const ms = performance.now() - started
    t.diagnostic(`stopped after ${ms.toFixed(0)} ms`)
    assert.ok(ms < 5000, `stopped after ${ms} ms`)
    const opened = await Promise.all([...openers, openOnce(clean)])
    assert.deepEqual(
      opened.filter(({ code }) => code !== ''),
      [],
    )
    assert.equal(isRunning(guard.pid), false)
    assert.equal(existsSync(guard.socket), false)
  })
}

test('stopping while files are opened as fast as possible loses nobody', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const files = Array.from({ length: 2000 }, (_, index) => scratch.at(`file-${index}.txt`))
  for (const [index, path] of files.entries()) writeFileSync(path, `clean ${index}\n`)
  await using guard = await startGuard({ places: [scratch.path], args: ['--no-sweep', '--instances', '2'] })
  const openers = [0, 1, 2].map((part) => openEach(files.filter((_, index) => index % 3 === part)))
  const isBusy = async (): Promise<boolean> => (await statusOf(guard)).gate.counters.questions > 200
  assert.ok(await eventually(isBusy, 5000))
  assert.equal(await guard.stop(), 0)
  const opened = (await Promise.all(openers)).flat()
  assert.equal(opened.length, files.length)
  assert.deepEqual(
    opened.filter(({ code }) => code !== ''),
    [],
  )
})
