import assert from 'node:assert/strict'
import { test } from 'node:test'

import { type Event, eventDatasets, type EventInfo } from '../../model/index.ts'
import { toOcsf } from './ocsf.ts'

const origin = { hostId: 'h1', hostName: 'web1', bootId: 'b1', version: '0.1.0' }

function event(dataset: EventInfo['dataset'], action: string, more: Partial<Event> = {}): Event {
  return {
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: {
      kind: 'event',
      category: ['host'],
      type: ['info'],
      action,
      dataset,
      provider: 'test',
      sequence: 3,
    },
    ...more,
  }
}

const expected: readonly [EventInfo['dataset'], string, number][] = [
  ['hx.process', 'exec', 100_701],
  ['hx.process', 'exit', 100_702],
  ['hx.process', 'module-load', 100_201],
  ['hx.process', 'new-in-a-later-version', 100_799],
  ['hx.network', 'connect', 400_101],
  ['hx.network', 'close', 400_102],
  ['hx.network', 'connection-refused', 400_105],
  ['hx.network', 'listen', 400_107],
  ['hx.dns', 'query', 400_301],
  ['hx.file', 'setuid-added', 100_107],
  ['hx.login', 'logon', 300_201],
  ['hx.login', 'sudo', 300_207],
  ['hx.login', 'user-added', 300_101],
  ['hx.schedule', 'job-removed', 100_603],
  ['hx.log', 'log-cleared', 100_801],
  ['hx.verdict', 'open', 200_401],
  ['hx.detection', 'sigma', 200_401],
  ['hx.incident', 'opened', 200_501],
  ['hx.incident', 'closed', 200_503],
  ['hx.health', 'sensor.loss', 99],
]

test('events become the classes and activities of OCSF', () => {
  for (const [dataset, action, type] of expected) {
    assert.equal(toOcsf(event(dataset, action), origin)['type_uid'], type, `${dataset} ${action}`)
  }
})

test('every dataset has a class, and the required fields are there', () => {
  for (const dataset of eventDatasets) {
    const object = toOcsf(event(dataset, 'x'), origin)
    for (const name of [
      'category_uid',
      'class_uid',
      'activity_id',
      'type_uid',
      'severity_id',
      'time',
      'metadata',
    ]) {
      assert.notEqual(object[name], undefined, `${dataset} ${name}`)
    }
  }
})

test('a process has its parent, user and digest', () => {
  const { process, actor } = toOcsf(
    event('hx.process', 'exec', {
      process: {
        pid: 7,
        executable: '/bin/sh',
        args: ['sh', '-c', 'id'],
        hash: { sha256: 'ab' },
        user: { id: '0', name: 'root' },
        parent: { pid: 1, executable: '/sbin/init' },
      },
    }),
    origin,
  ) as { process: object; actor: object }
  assert.deepEqual(process, {
    pid: 7,
    path: '/bin/sh',
    cmd_line: 'sh -c id',
    user: { name: 'root', uid: '0' },
    file: {
      path: '/bin/sh',
      name: 'sh',
      type_id: 1,
      hashes: [{ algorithm_id: 3, algorithm: 'SHA-256', value: 'ab' }],
    },
    parent_process: { pid: 1, path: '/sbin/init' },
  })
  assert.deepEqual(actor, {
    process: { pid: 1, path: '/sbin/init' },
    user: { name: 'root', uid: '0' },
  })
})

test('what OCSF has no field for is kept', () => {
  const object = toOcsf(event('hx.process', 'exec', { hx: { process: { memfd: true } } }), origin)
  assert.deepEqual(object['unmapped'], { hx: { process: { memfd: true } } })
})

test('severities are spread over the five levels', () => {
  const levels = [1, 20, 45, 79, 99].map((severity) => {
    const base = event('hx.file', 'create')
    return toOcsf({ ...base, event: { ...base.event, severity } }, origin)['severity_id']
  })
  assert.deepEqual(levels, [1, 2, 3, 4, 5])
})
