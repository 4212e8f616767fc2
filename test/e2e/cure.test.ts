// Curing in place: what is malicious is gone, everything else stays, the original lies in the quarantine.

import assert from 'node:assert/strict'
import { existsSync, linkSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { summaryLine, verdictLine } from '../../src/model/output.ts'
import { startGuard } from '../support/guard.ts'
import { makeInfected } from '../support/infected.ts'
import { eicar, must, run, tryRead } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')

function configured(scratch: ReturnType<typeof withScratch>): string[] {
  const file = scratch.at('haechi.toml')
  writeFileSync(file, `[quarantine]\ndirectory = "${scratch.at('quarantine')}"\n[engine]\nlocal = ""\n`)
  return ['--config', file]
}

const linesOf = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

test('scan --on-found cure rebuilds what it can, quarantines what it cannot, and says which', async (t) => {
  const scratch = withScratch(t)
  const { plain, zip } = await makeInfected(scratch.folder('mail'))
  await must('chmod', ['640', zip])
  const before = statSync(zip)
  const args = ['scan', ...configured(scratch), '--on-found', 'cure', '--json', scratch.at('mail')]
  const done = await run(launcher, args)
  const lines = linesOf(done.stdout)
  const verdicts = lines.slice(0, -1).map((line) => verdictLine.parse(line))
  const by = (path: string) => verdicts.find((line) => line.path === path)
  assert.equal(by(zip)?.response, 'cured')
  assert.deepEqual(
    by(zip)?.changes?.map(({ kind, chain }) => [kind, chain]),
    [['removed', ['invoice.zip', 'docs/eicar.com']]],
  )
  assert.equal(by(plain)?.response, 'quarantined')
  assert.match(done.stderr, /eicar\.com could not be cured: it is no container/)
  assert.equal(summaryLine.parse(lines.at(-1)).found, 3)

  assert.ok(!existsSync(plain))
  assert.equal(statSync(zip).mode, before.mode)
  assert.equal(readdirSync(scratch.at('mail')).filter((name) => name.startsWith('.haechi')).length, 0)
  assert.equal((await must('unzip', ['-Z1', zip])).stdout.trim(), 'readme.txt')
  const again = await run(launcher, ['scan', ...configured(scratch), scratch.at('mail')])
  assert.match(again.stdout, /0 found/)

  const listed = await must(launcher, ['quarantine', 'list', '--json', '-d', scratch.at('quarantine')])
  const items = linesOf(listed.stdout) as { id: string; path: string }[]
  assert.equal(items.length, 3)
  const original = items.find(({ path }) => path === zip)
  assert.ok(original !== undefined)
  await must(launcher, ['quarantine', 'restore', '-d', scratch.at('quarantine'), '--force', original.id])
  assert.equal((await must('unzip', ['-Z1', zip])).stdout.trim(), 'readme.txt\ndocs/eicar.com')
})

test('a cure says that other names lead to the original', async (t) => {
  const scratch = withScratch(t)
  const { zip } = await makeInfected(scratch.folder('mail'))
  linkSync(zip, scratch.at('second.zip'))
  const done = await run(launcher, ['scan', ...configured(scratch), '--on-found', 'cure', zip])
  assert.match(done.stdout, /\[cured\]/)
  assert.match(done.stderr, /1 more name/)
  assert.equal((await must('unzip', ['-Z1', scratch.at('second.zip')])).stdout.split('\n').length, 3)
})

test('a guard cures what it refused; then it opens', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const { zip } = await makeInfected(scratch.folder('place'))
  const guard = await startGuard({
    places: [scratch.at('place')],
    args: ['--on-found', 'cure', '--no-sweep'],
    quarantine: scratch.at('quarantine'),
  })
  assert.match((await tryRead(zip)).stderr, /Operation not permitted/)
  const line = await guard.waitForDecision(({ response }) => response !== undefined)
  assert.equal(line.response, 'cured')
  assert.deepEqual(
    line.changes?.map(({ chain }) => chain.at(-1)),
    ['docs/eicar.com'],
  )
  assert.ok((await tryRead(zip)).ok)
  await guard.stop()
  assert.ok(!(await must('unzip', ['-p', zip])).stdout.includes(eicar))
})
