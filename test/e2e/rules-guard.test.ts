// Rules and a running guard: what is added blocks what was open before, and what was blocked stays so.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'

import { problemLine } from '../../src/model/output.ts'
import { ask, statusOf } from '../support/ask.ts'
import { type GuardProcess, startGuard } from '../support/guard.ts'
import { must, tryRead } from '../support/opener.ts'
import { launcher } from '../support/run-haechi.ts'
import { requireRoot, type Scratch, withScratch } from '../support/scratch.ts'

const refused = /Operation not permitted/

/** A configuration with everything of its own, and a place. */
function prepare(t: TestContext): { scratch: Scratch; config: string } {
  const scratch = withScratch(t)
  scratch.folder('place')
  const config = scratch.at('haechi.toml')
  writeFileSync(config, '[engine]\nlocal = "local"\ncache = "cache"\nrules = ["rules.yar"]\n')
  writeFileSync(scratch.at('rules.yar'), 'rule Old { strings: $a = "old enemy" condition: $a }\n')
  return { scratch, config }
}

function start({ scratch, config }: ReturnType<typeof prepare>, ...args: string[]): Promise<GuardProcess> {
  return startGuard({ places: [scratch.at('place')], args: ['--config', config, '--no-sweep', ...args] })
}

test('what is added while a guard runs blocks files that were open before, and the old rules stay', async (t) => {
  if (!requireRoot(t)) return
  const prepared = prepare(t)
  const { scratch, config } = prepared
  const files = {
    hash: 'harmless?',
    pattern: 'this is \u0001\u0002\u0003\u0004',
    rule: 'a new enemy',
    old: 'an old enemy',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(scratch.at('place', name), text)
  await using guard = await start(prepared)
  const open = async (name: string): Promise<boolean> => (await tryRead(scratch.at('place', name))).ok
  for (const name of ['hash', 'pattern', 'rule']) assert.ok(await open(name), name)
  assert.match((await tryRead(scratch.at('place/old'))).stderr, refused)

  const add = (...args: string[]): Promise<{ stdout: string }> =>
    must(launcher, ['rules', 'add', '--config', config, '--socket', guard.socket, ...args])
  const digest = createHash('sha256').update(files.hash).digest('hex')
  const { stdout } = await add('--hash', digest, 'Own.Hash')
  assert.match(stdout, /^added hash Own\.Hash to .*\nthe guard has loaded 3 signatures\n$/)
  assert.equal(await open('hash'), false)
  assert.equal(await open('pattern'), true)
  await add('--pattern', '01 02 03 04', 'Own_Bytes')
  assert.equal(await open('pattern'), false)
  writeFileSync(scratch.at('own.yar'), 'rule Own_Rule { strings: $a = "new enemy" condition: $a }')
  await add(scratch.at('own.yar'))
  for (const name of ['hash', 'pattern', 'rule', 'old']) assert.equal(await open(name), false, name)
  const decision = await guard.waitForDecision(({ detections }) => detections[0]?.name === 'Own_Rule')
  assert.equal(decision.detections[0]?.detector, 'yara')

  await must(launcher, ['rules', 'remove', '--config', config, '--socket', guard.socket, 'Own_Bytes'])
  assert.equal(await open('pattern'), true, 'what was removed holds nobody back')
  assert.equal(await open('hash'), false)
})

test('a guard takes compiled rules from the cache, and compiles anew after an addition', async (t) => {
  if (!requireRoot(t)) return
  const prepared = prepare(t)
  const { scratch, config } = prepared
  {
    await using guard = await start(prepared)
    assert.equal(guard.ready?.engine['cached'], false)
  }
  await using guard = await start(prepared)
  assert.equal(guard.ready?.engine['cached'], true)
  writeFileSync(scratch.at('own.yar'), 'rule Own { strings: $a = "new enemy" condition: $a }')
  await must(launcher, ['rules', 'add', '-c', config, '--socket', guard.socket, scratch.at('own.yar')])
  const { engine } = await statusOf(guard)
  assert.deepEqual([engine.signatures, engine.cached], [3, false])
})

test('rules with faults are told and cost nothing else', async (t) => {
  if (!requireRoot(t)) return
  const prepared = prepare(t)
  writeFileSync(prepared.scratch.at('bad.yar'), 'rule Bad { condition: nothing }\n')
  writeFileSync(prepared.scratch.at('place/old'), 'an old enemy')
  await using guard = await start(prepared, '--rules', prepared.scratch.at('bad.yar'))
  const { file, line, rule } = problemLine.parse(JSON.parse(guard.lines[0] ?? ''))
  assert.deepEqual([file, line, rule], [prepared.scratch.at('bad.yar'), 1, 'Bad'])
  assert.match((await tryRead(prepared.scratch.at('place/old'))).stderr, refused)
})

test('explain of a running guard names the rule', async (t) => {
  if (!requireRoot(t)) return
  const prepared = prepare(t)
  const path = prepared.scratch.at('place/old')
  writeFileSync(path, 'an old enemy')
  await using guard = await start(prepared)
  const { stdout } = await ask(guard, 'explain', path)
  assert.match(stdout, /^detector +yara: found Old /m)
})
