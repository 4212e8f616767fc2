import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { Replay } from './replay.ts'

test('events of any shape are replayed or told, and the next one follows', () => {
  const faults: string[] = []
  const seen: unknown[] = []
  const replay = new Replay({
    sigma: undefined,
    hostAddresses: [],
    onFound: () => undefined,
    onEvent: (event) => seen.push(event.message),
    onFault: (what) => faults.push(what),
  })
  const time = '2026-11-22T10:00:00.000000Z'
  const shapes: readonly object[] = [
    { process: 'text', user: 7 },
    { process: { pid: {}, args: 5, parent: 'x' } },
    { log: 'x', message: { deep: true } },
    { event: { kind: 'alert', dataset: 'hx.login', action: 'logon' }, source: 1, user: [], hx: 'no' },
    {
      event: { kind: 'event', dataset: 'hx.process', action: 'exec', provider: 'evtx' },
      process: null,
      hx: 3,
    },
    {
      event: { kind: 'event', dataset: 'hx.log', action: 'line' },
      log: { file: 5, syslog: 'x' },
      message: 9,
    },
  ]
  for (const shape of shapes) {
    const event = { kind: 'event', dataset: 'hx.process', action: 'exec', category: 'none' }
    replay.add({ '@timestamp': time, event, ...shape } as unknown as Event, [])
  }
  replay.add(
    {
      '@timestamp': time,
      event: {
        kind: 'event',
        dataset: 'hx.process',
        action: 'exec',
        category: ['process'],
        type: ['start'],
        provider: 'test',
      },
      message: 'the last',
      process: { pid: 5, name: 'x', executable: '/bin/x' },
    },
    [],
  )
  assert.equal(seen.at(-1), 'the last')
  assert.ok(faults.length > 0)
  assert.ok(faults.every((what) => what.startsWith('an event is passed over')))
  assert.doesNotThrow(() => replay.end())
})
