import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Incident, IncidentChange } from '../../model/index.ts'
import { IncidentTeller } from './incident-event.ts'

function incident(
  id: number,
  status: Incident['status'],
  changes: readonly IncidentChange['change'][],
): Incident {
  return {
    version: 1,
    id,
    title: 'x',
    level: 'low',
    score: 1,
    status,
    first: '2026-01-01T00:00:00.000000Z',
    last: '2026-01-01T00:00:00.000000Z',
    nodes: [],
    links: [],
    steps: [],
    accounts: [],
    addresses: [],
    containers: [],
    techniques: [],
    suggestions: [],
    history: changes.map((change) => ({ time: '2026-01-01T00:00:00.000000Z', change, why: '' })),
    omitted: { nodes: 0, links: 0, steps: 0 },
  }
}

test('each change is told once, also of an incident that is closed and opened again', () => {
  const teller = new IncidentTeller()
  const told = (...given: Parameters<typeof incident>): (string | undefined)[] =>
    teller.news(incident(...given)).map(({ event }) => event.action)
  assert.deepEqual(told(1, 'open', ['opened', 'raised']), ['opened', 'raised'])
  assert.equal(teller.open, 1)
  assert.deepEqual(told(1, 'closed', ['opened', 'raised', 'closed']), ['closed'])
  assert.equal(teller.open, 0)
  assert.deepEqual(told(1, 'open', ['opened', 'raised', 'closed', 'reopened']), ['reopened'])
  assert.equal(teller.open, 1)
})

test('a restored incident has told what it had; closed ones beyond a thousand are forgotten', () => {
  const teller = new IncidentTeller()
  for (let id = 1; id <= 1001; id++) teller.restore(incident(id, 'closed', ['opened', 'closed']))
  assert.equal(teller.open, 0)
  assert.equal(teller.news(incident(2, 'open', ['opened', 'closed', 'reopened'])).length, 1)
  assert.equal(teller.news(incident(1, 'open', ['opened', 'closed', 'reopened'])).length, 3)
})
