// Spare instances: started when nobody answers, and gone again when somebody does.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { statusOf } from '../support/guard-figures.ts'
import { startGuard } from '../support/guard.ts'
import { eventually } from '../support/opener.ts'
import { openEach } from '../support/probe.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'
import { options, trouble } from '../support/troublemaker.ts'

/** A spare looks every 30 s whether it is still needed. */
const retiredWithinMs = 75_000
/** A worker without a pulse for a deadline is called hanging. */
const deadlineMs = 1000

test('a spare ends when it is no longer needed, and is not taken for one that hangs', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const hanging = [0, 1].map((index) => scratch.at(`hanging-${index}`))
  for (const [index, path] of hanging.entries()) writeFileSync(path, trouble.hang(`${index}`))
  writeFileSync(scratch.at('clean'), 'clean')
  await using guard = await startGuard({
    places: [scratch.path],
    args: options(t, '--instances 2 --deadline 1s --watchdog 3s'),
  })
  const spares = async (): Promise<number> => (await statusOf(guard)).gate.spares
  await Promise.all([...hanging, scratch.at('clean')].map((path) => openEach([path])))
  assert.ok(await eventually(async () => (await spares()) > 0, 5000), 'a spare was started')
  assert.ok(await eventually(async () => (await spares()) === 0, retiredWithinMs), 'it has retired')
  const retiredAt = performance.now()
  await eventually(() => Promise.resolve(performance.now() - retiredAt > 3 * deadlineMs), 4 * deadlineMs)
  const { replaced } = (await statusOf(guard)).gate
  assert.equal(guard.stderr.match(/hangs and is replaced/g)?.length ?? 0, replaced)
  assert.deepEqual(
    (await openEach([scratch.at('clean')])).map(({ code }) => code),
    [''],
  )
  assert.equal(await guard.stop(), 0)
})
