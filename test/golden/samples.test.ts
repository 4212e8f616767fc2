// Every golden sample: the payload is found where it lies, and what is not read is said, no more and no less.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { load } from '../../src/engine/index.ts'
import { goldenIds, goldenSamples, payloadRule } from '../support/golden.ts'

const folder = mkdtempSync(join(tmpdir(), 'haechi-golden-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const rules = join(folder, 'payload.yar')
writeFileSync(rules, payloadRule)

const tail = (chain: readonly string[]): string => chain.slice(1).join(' → ')

// One format's samples alone: HAECHI_GOLDEN=rar,zip node --test …
const only = process.env['HAECHI_GOLDEN']?.split(',')

for (const id of only ?? goldenIds()) {
  for (const sample of goldenSamples(id)) {
    test(`${id}: ${sample.title}`, () => {
      const engine = load({ rules: [rules], passwords: sample.passwords ?? [] })
      const verdict = engine.instance().scan(sample.bytes, { name: 'sample' })
      const found = verdict.detections.filter(({ heuristic }) => heuristic === undefined)
      const places = new Set(found.map(({ chain }) => tail(chain)))
      for (const place of sample.finds) {
        assert.ok(places.has(place), `not found in '${place}', only in ${JSON.stringify([...places])}`)
      }
      const reasons = verdict.reasons.map(({ code, chain }) => `${code} ${tail(chain)}`.trim())
      assert.deepEqual(reasons, sample.reasons ?? [])
      const suspects = verdict.detections.filter(({ heuristic }) => heuristic !== undefined)
      for (const suspect of sample.suspects ?? []) {
        assert.ok(
          suspects.some(({ name, chain }) => `${name} ${tail(chain)}`.trim() === suspect),
          suspect,
        )
      }
    })
  }
}
