import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readProgram } from '../base/program.ts'

test('a worker loads what scans, signatures too, and nothing that compiles them or cures', async () => {
  const { modules } = await readProgram([new URL('worker.ts', import.meta.url)])
  const names = [...modules.keys()].map((url) => url.replace(/^.*\/src\//, ''))
  assert.ok(names.includes('gate/case-work.ts'))
  assert.ok(names.includes('engine/formats/zip/zip.ts'))
  // A reload may bring the first rules: then it is too late to open a file.
  assert.ok(names.includes('engine/detectors/yara/detector.ts'))
  assert.ok(names.includes('engine/detectors/clamav/detector.ts'))
  const wrong =
    /^engine\/(load\.ts|cure\/|matcher\/compile\/|detectors\/yara\/language\/|signatures\/signatures\.ts)/
  assert.deepEqual(
    names.filter((name) => wrong.test(name)),
    [],
  )
})
