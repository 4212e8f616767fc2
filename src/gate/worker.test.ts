import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readProgram } from '../base/program.ts'

test('a worker loads what scans, and nothing that compiles signatures, cures or searches for them', async () => {
  const { modules } = await readProgram([new URL('worker.ts', import.meta.url)])
  const names = [...modules.keys()].map((url) => url.replace(/^.*\/src\//, ''))
  assert.ok(names.includes('gate/case-work.ts'))
  assert.ok(names.includes('engine/formats/zip/zip.ts'))
  const wrong = /^engine\/(load\.ts|cure\/|matcher\/|detectors\/(yara|clamav)\/|signatures\/signatures\.ts)/
  // The rules' names are read by whoever lists them.
  const allowed = /^engine\/detectors\/yara\/(rule-table|layout)\.ts/
  assert.deepEqual(
    names.filter((name) => wrong.test(name) && !allowed.test(name)),
    [],
  )
})
