// A scan that ends its thread: the opener is answered, the guard goes on with a new instance.

import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { cpuMs, statusOf } from '../support/guard-figures.ts'
import { startGuard } from '../support/guard.ts'
import { eventually } from '../support/opener.ts'
import { latencies, openEach, openOnce, writeEach } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'
import { trouble, troublemaker } from '../support/troublemaker.ts'

const common = ['--no-sweep', '--instances', '2', '--deadline', '2s']

test('a plugin that throws makes the verdict partial, and nothing else', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('throws.bin')
  writeFileSync(path, trouble.throws())
  await using guard = await startGuard({
    places: [scratch.path],
    args: ['--plugin', troublemaker(t), ...common],
  })
  assert.equal((await openOnce(path)).code, '')
  const line = await guard.waitForDecision((decision) => decision.path === path)
  assert.equal(line.verdict, 'partial')
  assert.equal(line.reasons[0]?.code, 'fault')
  assert.match(line.reasons[0]?.message ?? '', /troublemaker: thrown on purpose/)
  assert.equal((await statusOf(guard)).gate.replaced, 0)
  assert.equal(await guard.stop(), 0)
})

const endings = [
  { title: 'exhausts the memory of its thread', content: trouble.hungry(), notice: /memory/ },
  { title: 'ends its thread without an error', content: trouble.exits(), notice: /instance \d+/ },
] as const
for (const { title, content, notice } of endings) {
  test(`a plugin that ${title}: the opener is answered, others go on, a new instance stands`, async (t) => {
    if (!requireRoot(t)) return
    const scratch = withScratch(t)
    const bad = scratch.at('bad.bin')
    writeFileSync(bad, content)
    const clean = Array.from({ length: 100 }, (_, index) => scratch.at(`clean-${index}.txt`))
    for (const [index, path] of clean.entries()) writeFileSync(path, `clean ${index}\n`)
    await using guard = await startGuard({
      places: [scratch.path],
      args: ['--plugin', troublemaker(t), ...common],
    })
    const [opened, others] = await Promise.all([openOnce(bad), openEach(clean, 10)])
    t.diagnostic(`bad ${opened.ms.toFixed(0)} ms; clean ${JSON.stringify(latencies(others))} ms`)
    assert.equal(opened.code, '')
    assert.ok(opened.ms < 3000, `answered after ${opened.ms} ms`)
    assert.deepEqual(
      others.filter(({ code }) => code !== ''),
      [],
    )
    assert.ok(latencies(others).max < 500, `a clean file waited ${latencies(others).max} ms`)
    const line = await guard.waitForDecision(({ path }) => path === bad)
    assert.notEqual(line.verdict, 'clean')
    await guard.waitForStderr(notice)
    assert.ok(await eventually(async () => (await statusOf(guard)).gate.replaced === 1, 3000))
    // Not a second time: the unchanged file is remembered.
    assert.ok(await eventually(async () => (await openOnce(bad)).ms < 100, 3000))
    assert.equal((await statusOf(guard)).gate.replaced, 1)
    assert.equal(await guard.stop(), 0)
  })
}

test('an instance that cannot be started again is not tried in a loop, and the others answer', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const plugin = troublemaker(t)
  const bad = [0, 1].map((index) => scratch.at(`bad-${index}.bin`))
  for (const [index, path] of bad.entries()) writeFileSync(path, trouble.hungry(`${index}`))
  await using guard = await startGuard({
    places: [scratch.path],
    args: ['--plugin', plugin, '--no-sweep', '--instances', '3', '--deadline', '1s'],
  })
  rmSync(plugin, { recursive: true })
  assert.equal((await openOnce(bad[0] ?? '')).code, '')
  await guard.waitForStderr(/instance \d+ failed: .*plugin/, 5000)
  const before = cpuMs(guard.pid)
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [scratch.at(`new-${i}`), `new ${i}\n`]),
  )
  await writeEach(files)
  const opened = await openEach(Object.keys(files), 25)
  assert.deepEqual(
    opened.filter(({ code }) => code !== ''),
    [],
  )
  const ms = cpuMs(guard.pid) - before
  const { replaced } = (await statusOf(guard)).gate
  t.diagnostic(`${replaced} replaced, ${ms} ms of CPU time in about a second`)
  assert.ok(replaced <= 3, `${replaced} instances were tried within about a second`)
  assert.ok(ms < 800, `${ms} ms of CPU time`)
  assert.equal(await guard.stop(), 0)
})
