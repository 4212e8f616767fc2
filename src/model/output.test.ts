import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Detection, Reason, Verdict } from './index.ts'
import { decisionLine, detectionSchema, readyLine, reasonSchema, verdictLine } from './output.ts'

const detection: Detection = { name: 'Test', detector: 'eicar', chain: ['a.zip', 'b'], offset: 0, sha256: '' }

test('the schemas and the types of the model are the same', () => {
  const back: Detection = detectionSchema.parse(detection)
  const reason: Reason = reasonSchema.parse({ code: 'deadline', chain: [], message: 'late' })
  const code: Reason['code'] = reason.code
  // Each way: a code or status that only one side knows does not compile.
  const codes: Parameters<typeof reasonSchema.parse>[0] = code
  const status: Verdict['status'] = verdictLine.shape.verdict.parse('clean')
  assert.deepEqual([back, codes, status], [detection, 'deadline', 'clean'])
})

test('a decision and a ready line fit their schemas', () => {
  decisionLine.parse({
    type: 'decision',
    version: 1,
    time: '2026-11-22T01:02:03.004Z',
    event: 'close-write',
    path: '/srv/evil',
    verdict: 'found',
    decision: 'deny',
    detections: [detection],
    reasons: [],
    pid: 1,
    uid: 0,
    process: 'cat',
    instance: 2,
    us: 41.5,
    response: 'quarantined',
  })
  readyLine.parse({
    type: 'ready',
    version: 1,
    pid: 1,
    places: [{ path: '/srv', kind: 'directory' }],
    mode: 'open',
    instances: 2,
    engine: { engine: '0.1.0', database: 'x', signatures: 1 },
    ms: 80,
  })
})

test('a line with an unknown field or a wrong version is refused', () => {
  const line = {
    type: 'verdict',
    version: 1,
    path: '/',
    verdict: 'clean',
    detections: [],
    reasons: [],
    size: 0,
    ms: 0,
  }
  assert.equal(verdictLine.safeParse(line).success, true)
  assert.equal(verdictLine.safeParse({ ...line, version: 2 }).success, false)
  assert.equal(verdictLine.safeParse({ ...line, extra: 1 }).success, false)
})
