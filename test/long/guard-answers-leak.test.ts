// A guard runs for months: descriptors and memory come back, and an idle one does nothing.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { cpuMs, openDescriptors, rssBytes, statusOf } from '../support/guard-figures.ts'
import { type GuardProcess, startGuard } from '../support/guard.ts'
import { eicar, eventually } from '../support/opener.ts'
import { probe } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

/** Writes and opens files: fresh clean ones, and a few infected ones again and again. */
const work = `
for (let index = 0; index < args.count; index++) {
  const path = args.folder + '/' + index % 2000
  fs.writeFileSync(path, 'clean ' + index)
  if (open(path).code !== '') throw new Error('refused ' + path)
  if (open(args.infected + index % 20).code !== 'EPERM') throw new Error('not refused')
}
done(0)`

/** Descriptors of a worker thread's own event loop; a spare that was started meanwhile brings so many. */
const perThread = 12

async function descriptorsAreBack(guard: GuardProcess, start: readonly string[]): Promise<void> {
  let allowed = 0
  const isBack = async (): Promise<boolean> => {
    allowed = start.length + 5 + perThread * (await statusOf(guard)).gate.spares
    const now = openDescriptors(guard.pid)
    const isFile = (target: string): boolean => target.startsWith('/tmp/')
    // The files of questions above all: one forgotten a question is a leak, however slow.
    return now.length <= allowed && now.filter(isFile).length <= start.filter(isFile).length
  }
  const last = (): string => openDescriptors(guard.pid).join(' ')
  assert.ok(await eventually(isBack, 3000), `${start.length} before, ${allowed} allowed: ${last()}`)
}

test('descriptors are back after 5,000 opens, memory is flat over 20,000 questions', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const infected = scratch.at('infected-')
  for (let index = 0; index < 20; index++) writeFileSync(infected + index, eicar + '\n'.repeat(index))
  const folder = scratch.folder('files')
  await using guard = await startGuard({ places: [scratch.path], args: ['--no-sweep', '--instances', '2'] })
  const start = openDescriptors(guard.pid)
  await probe(work, { count: 2500, folder, infected })
  await descriptorsAreBack(guard, start)

  await probe(work, { count: 5000, folder, infected })
  const figures = async (): Promise<{ rss: number; questions: number; spares: number }> => {
    const { counters, spares } = (await statusOf(guard)).gate
    return { rss: rssBytes(guard.pid), questions: counters.questions, spares }
  }
  // A spare that is started meanwhile brings its own memory: then once more, with it there from the beginning.
  let before = await figures()
  let after = before
  for (let round = 0; round < 4 && (round === 0 || before.spares !== after.spares); round++) {
    before = await figures()
    await probe(work, { count: 15_000, folder, infected })
    after = await figures()
  }
  const questions = after.questions - before.questions
  const mib = (after.rss - before.rss) / 1024 ** 2
  t.diagnostic(
    `${start.length} descriptors; ${(before.rss / 1024 ** 2).toFixed(0)} MiB, ` +
      `${mib >= 0 ? '+' : ''}${mib.toFixed(1)} MiB over ${questions} questions, ${after.spares} spares`,
  )
  assert.ok(questions >= 20_000, `${questions} questions`)
  assert.ok(mib < 20, `${mib} MiB more`)
  await descriptorsAreBack(guard, start)
  assert.equal(await guard.stop(), 0)
})

test('an idle guard uses less than 30 ms of CPU time in 3 s', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  await using guard = await startGuard({ places: [scratch.path], args: ['--no-sweep', '--instances', '4'] })
  // What the start left to do (compiling, collecting) is done when nothing was used for half a second.
  let last = -1
  await eventually(async () => {
    await delay(500)
    const now = cpuMs(guard.pid)
    const isQuiet = now === last
    last = now
    return isQuiet
  }, 8000)
  const before = cpuMs(guard.pid)
  await delay(3000)
  const used = cpuMs(guard.pid) - before
  t.diagnostic(`${used} ms in 3 s`)
  assert.ok(used < 30, `${used} ms`)
  assert.equal(await guard.stop(), 0)
})
