import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Event, EventDataset, ProcessInfo } from '../model/index.ts'
import { createIncidents } from './index.ts'
import { assertSound } from './story-under-test.ts'

const datasets: readonly EventDataset[] = [
  'hx.process',
  'hx.network',
  'hx.dns',
  'hx.file',
  'hx.login',
  'hx.history',
  'hx.service',
  'hx.schedule',
  'hx.log',
  'hx.verdict',
  'hx.health',
  'hx.response',
]
const actions = [
  'exec',
  'exit',
  'create',
  'write',
  'rename',
  'delete',
  'connect',
  'accept',
  'close',
  'logon',
  'logon-failed',
  'su',
  'user-added',
  'job-added',
  'unit-added',
  'line',
  'log-cleared',
  'command',
  'open',
  'setuid-added',
]
const path = fc.constantFrom(
  '/var/tmp/a',
  '/var/www/html/a.php',
  '/tmp',
  '/home/u/b',
  'relative',
  '/etc/cron.d/x',
  '/var/log/syslog',
  '\u0000%2e/../x',
)
const person = fc.constantFrom('127.0.0.1', '192.0.2.1', '192.0.2.2', '::1', 'nonsense')
const processOf = fc
  .record({
    pid: fc.integer({ min: -1, max: 12 }),
    parent: fc.integer({ min: 0, max: 12 }),
    name: fc.constantFrom('sh', 'apache2', 'cron', 'sshd', 'x', 'dpkg'),
  })
  .map(({ pid, parent, name }): ProcessInfo => {
    const info = (own: number, called: string): ProcessInfo => ({
      entity_id: `b:${own}:1`,
      pid: own,
      name: called,
      executable: `/usr/sbin/${called}`,
      args: [called, '-c', '/var/tmp/a'],
      command_line: `${called} -c /var/tmp/a`,
      working_directory: '/var/tmp',
    })
    return { ...info(pid, name), parent: info(parent, 'sh') }
  })
const anyEvent = fc.record({
  '@timestamp': fc.constantFrom(
    '2026-11-22T13:00:00Z',
    '2026-11-22T13:00:00.5Z',
    '2026-11-22T13:00:01.123456Z',
    '2026-11-24T13:00:00.000Z',
    'never',
    '',
  ),
  event: fc.record({
    kind: fc.constantFrom('event', 'alert', 'state'),
    dataset: fc.constantFrom(...datasets),
    action: fc.constantFrom(...actions),
    severity: fc.constantFrom(1, 30, 60, 99, Number.NaN),
    outcome: fc.constantFrom('success', 'failure'),
  }),
  process: fc.option(processOf, { nil: undefined }),
  file: fc.option(fc.record({ path, inode: fc.constantFrom('1', '2') }), { nil: undefined }),
  source: fc.option(fc.record({ ip: person, port: fc.constantFrom(1, 2) }), { nil: undefined }),
  destination: fc.option(fc.record({ ip: person, port: fc.constantFrom(53, 4444) }), { nil: undefined }),
  user: fc.option(fc.record({ name: fc.constantFrom('root', 'eve') }), { nil: undefined }),
  container: fc.option(fc.constant({ id: 'c' }), { nil: undefined }),
  hx: fc.option(
    fc.record({
      schedule: fc.constantFrom({ command: '/var/tmp/a' }, 7, null),
      verdict: fc.constantFrom({ status: 'found', names: ['X'] }),
      login: fc.constantFrom({ session: '3' }),
    }),
    { nil: undefined },
  ),
})
const anyCase = fc.record({
  event: anyEvent,
  severity: fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }),
  request: fc.option(
    fc.record({
      client: person,
      target: fc.constantFrom('/a.php?c=/var/tmp/a', '/upload', '%%%', ''),
      method: fc.constantFrom('GET', 'POST'),
    }),
    { nil: undefined },
  ),
  old: fc.boolean(),
})

test('whatever comes in whatever order: nothing throws, and every incident is sound', () => {
  fc.assert(
    fc.property(fc.array(anyCase, { maxLength: 60 }), (cases) => {
      const engine = createIncidents({ maxNodes: 30, maxSteps: 20, maxLinks: 40, maxOpen: 6 })
      for (const [at, { event, severity, request, old }] of cases.entries()) {
        const base = { category: ['process'], type: ['info'], provider: 'p', sequence: at + 1 }
        const whole = { ...event, event: { ...event.event, ...base } } as unknown as Event
        const detections =
          severity === undefined
            ? []
            : [
                {
                  ...whole,
                  event: { ...whole.event, dataset: 'hx.detection', severity },
                  rule: { id: `r${severity % 3}` },
                } as Event,
              ]
        const seen =
          request === undefined
            ? undefined
            : {
                timeMs: 1_795_352_400_000,
                status: 200,
                bytes: 1,
                referer: '',
                userAgent: '',
                host: '',
                user: '',
                durationMs: -1,
                ...request,
              }
        if (old && at < 10) engine.remember(whole, seen)
        else engine.add(whole, detections, seen)
        if (at % 7 !== 0) continue
        for (const incident of engine.takeChanged()) {
          assertSound(incident)
          const other = createIncidents()
          other.restore(structuredClone(incident))
          assert.deepEqual(other.takeChanged(), [])
        }
      }
      for (const incident of engine.takeChanged()) assertSound(incident)
    }),
    { numRuns: 150 },
  )
})
