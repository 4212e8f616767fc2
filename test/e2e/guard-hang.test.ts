// A scanner that hangs: the opener is answered at the deadline, everybody else goes on, the instance is replaced.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'

import { statusOf } from '../support/guard-figures.ts'
import { type GuardProcess, startGuard } from '../support/guard.ts'
import { eventually, python, write } from '../support/opener.ts'
import { latencies, openEach, openOnce } from '../support/probe.ts'
import { haechi, jsonLines } from '../support/run-haechi.ts'
import { requireRoot, type Scratch, withScratch } from '../support/scratch.ts'
import { options, trouble } from '../support/troublemaker.ts'

const instances = 2
const deadlineMs = 1000

function guardOver(t: TestContext, scratch: Scratch, args: readonly string[] = []): Promise<GuardProcess> {
  return startGuard({
    places: [scratch.path],
    args: [...options(t, `--instances ${instances} --deadline 1s --watchdog 2s`), ...args],
  })
}

/** Small clean files, made before there is a guard. */
function cleanFiles(scratch: Scratch, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const path = scratch.at(`clean-${index}.txt`)
    writeFileSync(path, `clean ${index}\n`)
    return path
  })
}

async function replaced(guard: GuardProcess): Promise<number> {
  return (await statusOf(guard)).gate.replaced
}

test('a hanging scan: its opener is let through at the deadline, others in between, the instance is replaced', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const hanging = scratch.at('hanging.bin')
  writeFileSync(hanging, trouble.hang())
  const clean = cleanFiles(scratch, 100)
  await using guard = await guardOver(t, scratch)

  const [first, others] = await Promise.all([openOnce(hanging), openEach(clean, 15)])
  t.diagnostic(`hanging ${first.ms.toFixed(0)} ms; clean meanwhile ${JSON.stringify(latencies(others))} ms`)
  assert.equal(first.code, '')
  assert.ok(first.ms > 0.9 * deadlineMs && first.ms < 2 * deadlineMs, `answered after ${first.ms} ms`)
  assert.deepEqual(
    others.filter(({ code }) => code !== ''),
    [],
  )
  assert.ok(latencies(others).max < 100, `a clean file waited ${latencies(others).max} ms`)
  const line = await guard.waitForDecision(({ path }) => path === hanging)
  assert.equal(line.verdict, 'partial')
  assert.equal(line.decision, 'allow')
  assert.equal(line.reasons[0]?.code, 'deadline')

  await guard.waitForStderr(/instance \d+ hangs and is replaced/)
  assert.ok(await eventually(async () => (await replaced(guard)) >= 1, 3000))
  const [status] = jsonLines(haechi(['status', '--json', '--socket', guard.socket]).stdout)
  const gate = status?.['gate'] as { readonly replaced: number } | undefined
  assert.ok((gate?.replaced ?? 0) >= 1)
  assert.equal(await guard.stop(), 0)
})

test('the unchanged file is not tried a second time, the changed one is judged again', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const hanging = scratch.at('hanging.bin')
  writeFileSync(hanging, trouble.hang())
  await using guard = await guardOver(t, scratch, ['--on-deadline', 'deny'])

  const first = await openOnce(hanging)
  assert.equal(first.code, 'EPERM')
  assert.ok(first.ms > 0.9 * deadlineMs && first.ms < 2 * deadlineMs, `answered after ${first.ms} ms`)
  await eventually(async () => (await replaced(guard)) >= 1, 3000)
  // The replaced thread is gone, and the file remembered, when its successor stands.
  const settled = await eventually(async () => (await openOnce(hanging)).ms < 100, 3000)
  assert.ok(settled, 'later opens are answered at once')
  const before = await replaced(guard)
  for (let round = 0; round < 3; round++) {
    const again = await openOnce(hanging)
    assert.equal(again.code, 'EPERM')
    assert.ok(again.ms < 100, `answered after ${again.ms} ms`)
  }
  assert.equal(await replaced(guard), before, 'no second hang')

  // By truncate(2): opening it for writing is refused as well.
  await python('import os, sys; os.truncate(sys.argv[1], 3)', [hanging])
  assert.equal((await openOnce(hanging)).code, '')
  assert.equal(await guard.stop(), 0)
})

for (const times of [1, 2]) {
  test(`${times} × as many hanging files as instances at once: clean files open within a deadline, all recovers`, async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const hanging = Array.from({ length: times * instances }, (_, index) => {
      const path = scratch.at(`hanging-${index}.bin`)
      writeFileSync(path, trouble.hang(`${index}`))
      return path
    })
    const clean = cleanFiles(scratch, 200)
    await using guard = await guardOver(t, scratch)

    const [hung, others] = await Promise.all([
      Promise.all(hanging.map((path) => openOnce(path))),
      openEach(clean, 10),
    ])
    t.diagnostic(
      `hanging ${JSON.stringify(latencies(hung))} ms; clean ${JSON.stringify(latencies(others))} ms`,
    )
    assert.deepEqual(
      hung.filter(({ code }) => code !== ''),
      [],
    )
    assert.ok(latencies(hung).max < 2 * deadlineMs + 500, `a hanging file took ${latencies(hung).max} ms`)
    assert.deepEqual(
      others.filter(({ code }) => code !== ''),
      [],
    )
    // At worst nobody is free until the first instance is replaced.
    assert.ok(latencies(others).max <= deadlineMs + 200, `a clean file waited ${latencies(others).max} ms`)

    // A file that was let through before anybody tried it hangs one more instance, and then no more.
    const settled = await eventually(async () => latencies(await openEach(hanging)).max < 100, 10_000)
    assert.ok(settled, 'every hanging file is known')
    assert.ok((await replaced(guard)) >= hanging.length, `${await replaced(guard)} replaced`)
    await write(scratch.at('later.txt'), 'clean\n')
    const later = await openOnce(scratch.at('later.txt'))
    assert.ok(later.code === '' && later.ms < 100, `${later.code} ${later.ms} ms`)
    assert.equal(await guard.stop(), 0)
  })
}

test('a guard with a hanging instance stops within 5 s of SIGTERM and answers the opener', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const hanging = scratch.at('hanging.bin')
  writeFileSync(hanging, trouble.hang())
  await using guard = await guardOver(t, scratch, ['--deadline', '10s'])
  const opener = openOnce(hanging)
  const isAsked = await eventually(async () => (await statusOf(guard)).gate.counters.questions > 0, 3000)
  assert.ok(isAsked)
  const started = performance.now()
  assert.equal(await guard.stop(), 0)
  const ms = performance.now() - started
  assert.ok(ms < 5000, `stopped after ${ms} ms`)
  assert.equal((await opener).code, '')
})
