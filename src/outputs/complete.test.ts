import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../model/index.ts'
import { completer, eventOf } from './complete.ts'

const origin = { hostId: 'h1', hostName: 'web "1"', bootId: 'b1', version: '0.1.0' }
const event: Event = {
  '@timestamp': '2026-01-01T00:00:00.000000Z',
  event: {
    kind: 'event',
    category: ['process'],
    type: ['start'],
    action: 'exec',
    dataset: 'hx.process',
    provider: 'ebpf',
  },
  message: 'sh -c "event":{',
}

test('a stored event gets its sequence, the host and the agent, and stays what it was', () => {
  const completed: unknown = JSON.parse(completer(origin)(JSON.stringify(event), 7))
  assert.deepEqual(completed, {
    ecs: { version: '9.0.0' },
    host: { id: 'h1', hostname: 'web "1"', boot: { id: 'b1' } },
    agent: { type: 'haechi', version: '0.1.0' },
    ...event,
    event: { ...event.event, sequence: 7 },
  })
  assert.equal(eventOf(JSON.stringify(event), 7).event.sequence, 7)
})
