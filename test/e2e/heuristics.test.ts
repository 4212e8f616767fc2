// A heuristic's finding from the engine to the gate: told with its reasons from one score on, refused from another.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { verdictLine } from '../../src/model/output.ts'
import { startGuard } from '../support/guard.ts'
import { run, tryRead } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')

// In pieces, so that this file is not what it writes.
const request = ['$_', 'POST["c"]'].join('')
const certain = `<?php ${['ev', 'al'].join('')}(${request}); ?>`
const likely = `<?php move_uploaded_file($_FILES["f"]["tmp_name"], $_FILES["f"]["name"]); ?>`

async function verdictOf(args: readonly string[]): Promise<ReturnType<typeof verdictLine.parse>> {
  const done = await run(launcher, ['scan', '--json', ...args])
  return verdictLine.parse(JSON.parse(done.stdout.split('\n')[0] ?? ''))
}

test('scan tells score, reasons and techniques, and the configuration sets from where on', async (t) => {
  const scratch = withScratch(t)
  const file = join(scratch.folder('www'), 'x.php')
  writeFileSync(file, certain)
  const found = await verdictOf([file])
  assert.equal(found.verdict, 'found')
  const [detection] = found.detections
  assert.equal(detection?.name, 'Heuristic.Webshell.PHP')
  assert.ok((detection?.heuristic?.score ?? 0) >= 90)
  assert.ok(detection?.heuristic?.reasons.some((reason) => /line 1/.test(reason)))
  assert.ok(detection?.heuristic?.techniques.includes('T1505.003'))

  const text = await run(launcher, ['scan', file])
  assert.match(text.stdout, /Heuristic\.Webshell\.PHP\n\s+score \d+: .*T1505\.003/)

  const config = scratch.at('haechi.toml')
  writeFileSync(config, '[engine]\nlocal = ""\nheuristics_report_from = 101\n')
  assert.equal((await verdictOf(['--config', config, file])).verdict, 'clean')
})

test('the guard refuses what is certain and lets pass, and tells, what is only likely', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const place = scratch.folder('place')
  const [bad, doubtful] = [join(place, 'bad.php'), join(place, 'doubtful.php')]
  writeFileSync(bad, certain)
  writeFileSync(doubtful, likely)
  const { detections } = await verdictOf([doubtful])
  const score = detections[0]?.heuristic?.score ?? 0
  assert.ok(score >= 60 && score < 90, `score ${score}`)

  const guard = await startGuard({
    places: [place],
    args: ['--no-sweep', '--on-found', 'quarantine'],
    quarantine: scratch.at('q'),
  })
  assert.ok((await tryRead(doubtful)).ok)
  const told = await guard.waitForDecision(({ path }) => path === doubtful)
  assert.deepEqual([told.verdict, told.decision, told.response], ['found', 'allow', undefined])
  assert.match((await tryRead(bad)).stderr, /Operation not permitted/)
  const refused = await guard.waitForDecision(({ path }) => path === bad)
  assert.deepEqual([refused.verdict, refused.decision], ['found', 'deny'])
  assert.ok((await tryRead(doubtful)).ok, 'it stays')
  await guard.stop()
})
