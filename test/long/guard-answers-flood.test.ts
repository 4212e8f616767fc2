// Very many questions and events at once: nobody waits long, nothing is lost, nobody is taken for dead.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { statusOf } from '../support/guard-figures.ts'
import { startGuard } from '../support/guard.ts'
import { eicar, eventually } from '../support/opener.ts'
import { latencies, openEach, openOnce, startProbe } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const files = 5000
const every = 50

test('5,000 small files written in a loop: every infected one is found, others open meanwhile', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  scratch.folder('written')
  const clean = Array.from({ length: 200 }, (_, index) => scratch.at(`clean-${index}.txt`))
  for (const [index, path] of clean.entries()) writeFileSync(path, `clean ${index}\n`)
  await using guard = await startGuard({ places: [scratch.path], args: ['--no-sweep', '--instances', '2'] })
  const writer = startProbe<number>(
    `const started = now()
    for (let index = 0; index < args.files; index++) {
      const data = index % args.every === 0 ? args.eicar + ' '.repeat(index / args.every % 50) : 'clean ' + index
      fs.writeFileSync(args.folder + '/' + index, data)
    }
    done(now() - started)`,
    { files, every, eicar, folder: scratch.at('written') },
  )
  const others = await openEach(clean, 3)
  const ms = await writer.result
  t.diagnostic(
    `written in ${ms.toFixed(0)} ms; clean opens meanwhile ${JSON.stringify(latencies(others))} ms`,
  )
  assert.deepEqual(
    others.filter(({ code }) => code !== ''),
    [],
  )
  assert.ok(latencies(others).p95 <= 20, `a clean file waited ${latencies(others).p95} ms`)
  const expected = Array.from({ length: files / every }, (_, index) =>
    scratch.at('written', `${index * every}`),
  )
  const found = (): Set<string> =>
    new Set(guard.decisions.filter(({ verdict }) => verdict === 'found').map(({ path }) => path))
  await eventually(async () => {
    await statusOf(guard)
    return found().size >= expected.length
  }, 5000)
  assert.deepEqual([...found()].toSorted(), expected.toSorted())
  const { counters } = (await statusOf(guard)).gate
  assert.equal(counters.written, files)
  assert.equal(await guard.stop(), 0)
})

test('a flood of opens of known files for longer than the deadline: no instance is taken for a hanging one', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const path = scratch.at('infected')
  writeFileSync(path, eicar)
  const clean = scratch.at('clean')
  writeFileSync(clean, 'clean\n')
  await using guard = await startGuard({
    places: [scratch.path],
    args: ['--no-sweep', '--instances', '1', '--deadline', '500ms'],
  })
  const code = `
    const end = now() + args.ms
    let opens = 0
    for (; now() < end; opens++) if (open(args.path).code !== 'EPERM') throw new Error('not refused')
    done(opens)`
  const floods = [0, 1, 2].map(() => startProbe<number>(code, { path, ms: 2000 }))
  const opens = await Promise.all(floods.map(({ result }) => result))
  const status = await statusOf(guard)
  t.diagnostic(`${opens.reduce((sum, count) => sum + count, 0)} opens in 2 s`)
  assert.equal(status.gate.replaced, 0, guard.stderr)
  assert.equal(status.gate.counters.deadlines, 0)
  assert.equal((await openOnce(clean)).code, '')
  assert.equal(await guard.stop(), 0)
})
