import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Notes } from '../evidence/note.ts'
import { liveRecords } from './live-rows.ts'

test('what the agent saw is an event again; what it concluded is a record only', () => {
  const time = '2026-11-22T10:00:00.000000Z'
  const seen = {
    '@timestamp': time,
    event: { kind: 'event', dataset: 'hx.process', action: 'exec' },
    message: 'ran',
  }
  const concluded = {
    '@timestamp': time,
    event: { kind: 'alert', dataset: 'hx.detection', action: 'detected' },
  }
  const data = {
    path: 'p.tar.zst',
    liveNames: ['agent-events.jsonl', 'modules.jsonl'],
    rows: (name: string) =>
      name === 'modules' ? [{ name: 'm', ...seen }] : [seen, concluded, { event: 'odd' }],
    live: () => [],
  }
  const records = [...liveRecords(data, new Notes())]
  assert.deepEqual(
    records.map(({ kind, event }) => [kind, event?.event.dataset]),
    [
      ['live-agent-events', 'hx.process'],
      ['live-agent-events', undefined],
      ['live-agent-events', undefined],
      ['live-modules', undefined],
    ],
  )
  assert.deepEqual(records[0]?.times, [{ time, is: 'happened' }])
})
