// Library, command line and guard say the same of the same bytes.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { load } from '../../src/engine/index.ts'
import { verdictLine } from '../../src/model/output.ts'
import { goldenIds, goldenSamples, payloadRule } from '../support/golden.ts'
import { startGuard } from '../support/guard.ts'
import { run, tryRead } from '../support/opener.ts'
import { requireRoot, withScratch } from '../support/scratch.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')

interface Sample {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Of each format the first sample, and the first from which something cannot be read. */
const samples: readonly Sample[] = goldenIds().flatMap((id) => {
  const all = goldenSamples(id).filter(
    ({ bytes, passwords }) => bytes.length < 1 << 20 && passwords === undefined,
  )
  const odd = all.find(({ reasons = [] }) => reasons.length > 0)
  const chosen = [all[0], odd].filter((sample) => sample !== undefined)
  return chosen.map(({ bytes }, index) => ({ name: `${id}-${index}`, bytes }))
})

/** What is to be equal: everything but times. */
const told = (verdict: {
  readonly detections: readonly { readonly name: string; readonly chain: readonly string[] }[]
  readonly reasons: readonly { readonly code: string; readonly chain: readonly string[] }[]
}): unknown => ({
  detections: verdict.detections.map(({ name, chain }) => [name, ...chain]),
  reasons: verdict.reasons.map(({ code, chain }) => [code, ...chain]),
})

test('the library, haechi scan and the guard give the same verdicts', async (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const rules = join(scratch.folder('rules'), 'payload.yar')
  writeFileSync(rules, payloadRule)
  const place = scratch.folder('place')
  for (const { name, bytes } of samples) writeFileSync(join(place, name), bytes)
  const config = scratch.at('haechi.toml')
  writeFileSync(config, '[engine]\nlocal = ""\n')

  const instance = load({ rules: [rules] }).instance()
  const own = new Map(samples.map(({ name }) => [name, instance.scan(join(place, name), { name })]))

  const scanned = await run(launcher, ['scan', '--json', '--config', config, '--rules', rules, place])
  const lines = scanned.stdout.trim().split('\n').slice(0, -1)
  assert.equal(lines.length, samples.length)
  for (const text of lines) {
    const line = verdictLine.parse(JSON.parse(text))
    const name = line.path.slice(place.length + 1)
    const expected = own.get(name)
    assert.ok(expected !== undefined, name)
    assert.equal(line.verdict, expected.status, name)
    assert.deepEqual(told(line), told(expected), name)
  }

  const guard = await startGuard({ places: [place], args: ['--no-sweep', '--rules', rules] })
  for (const { name } of samples) {
    const expected = own.get(name)
    const isBad = expected?.detections.some(
      ({ heuristic }) => heuristic === undefined || heuristic.score >= 90,
    )
    const opened = await tryRead(join(place, name))
    assert.equal(opened.ok, isBad !== true, `${name}: ${expected?.status ?? ''}`)
  }
  await guard.stop()
})
