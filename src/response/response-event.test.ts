import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { ResponseRecord } from './audit/record.ts'
import { responseEvent } from './response-event.ts'

const record: ResponseRecord = {
  version: 1,
  id: '20261122T110000Z-00000001',
  time: '2026-11-22T11:00:00.000Z',
  phase: 'done',
  action: 'block-address',
  target: '203.0.113.9',
  by: { kind: 'policy', uid: 0, incident: 12 },
  why: 'it attacked',
  steps: ['drop it'],
  warnings: [],
  isReversible: true,
  expires: '2026-11-23T11:00:00.000Z',
  results: [{ text: 'blocked', ok: true }],
  data: { seconds: 60 },
  process: { pid: 5, startTicks: 1, boot: 'aaaaaaaa' },
}

test('a response is an event that names what it was about, who did it and why', () => {
  assert.deepEqual(responseEvent(record), {
    '@timestamp': '2026-11-22T11:00:00.000Z',
    event: {
      kind: 'event',
      category: ['intrusion_detection'],
      type: ['change'],
      action: 'block-address',
      dataset: 'hx.response',
      provider: 'policy',
      outcome: 'success',
      severity: 20,
    },
    message: 'block-address 203.0.113.9: done',
    user: { id: '0' },
    source: { ip: '203.0.113.9' },
    hx: {
      response: {
        id: '20261122T110000Z-00000001',
        phase: 'done',
        target: '203.0.113.9',
        by: 'policy',
        why: 'it attacked',
        steps: ['drop it'],
        warnings: [],
        reversible: true,
        expires: '2026-11-23T11:00:00.000Z',
        results: [{ text: 'blocked', ok: true }],
        incident: 12,
      },
    },
  })
})

test('each action names its target where others look for it', () => {
  const kill = responseEvent({ ...record, action: 'kill-tree', target: 'aaaaaaaa:4711:99' })
  assert.deepEqual(kill.process, { entity_id: 'aaaaaaaa:4711:99', pid: 4711 })
  assert.equal(kill.source, undefined)
  assert.equal(responseEvent({ ...record, action: 'quarantine', target: '/x' }).file?.path, '/x')
  assert.equal(
    responseEvent({ ...record, action: 'disable-account', target: 'eve' }).user?.target?.name,
    'eve',
  )
  assert.equal(responseEvent({ ...record, target: '203.0.113.0/24' }).source, undefined)
  const host = responseEvent({
    ...record,
    action: 'isolate-host',
    target: '',
    phase: 'failed',
    problem: 'no nft',
  })
  assert.equal(host.message, 'isolate-host of the host: failed: no nft')
  assert.deepEqual([host.event.outcome, host.event.severity, host.event.reason], ['failure', 50, 'no nft'])
  const told = responseEvent({ ...record, phase: 'planned', by: { kind: 'hand', uid: 0, loginUid: 1000 } })
  assert.deepEqual([told.event.type, told.event.outcome, told.user?.id], [['info'], 'unknown', '1000'])
})
