import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'

import { withFolder } from '../../test/support/folder.ts'
import type { Event } from '../model/index.ts'
import { rowOf } from './row.ts'
import { openStore, type Store } from './store.ts'

const startUs = Date.UTC(2026, 0, 1) * 1000

function open(t: TestContext): Store {
  const store = openStore({
    folder: withFolder(t).path,
    maxBytes: 1e9,
    maxAgeMs: 1e15,
    onProblem: assert.fail,
  })
  t.after(() => store.close())
  return store
}

function tell(
  second: number,
  action: string,
  pid: number,
  dataset: 'hx.process' | 'hx.network' | 'hx.health' = 'hx.process',
): Event {
  return {
    '@timestamp': new Date(startUs / 1000 + second * 1000).toISOString(),
    event: { kind: 'event', category: ['process'], type: ['start'], action, dataset, provider: 'test' },
    process: { pid, executable: `/bin/${action}-${second}` },
  }
}

const at = (store: Store, second: number): (readonly [number | undefined, string | undefined])[] =>
  store.processesAt(startUs + second * 1_000_000).map(({ process }) => [process?.pid, process?.executable])

test('at any moment there are the processes that had started and not ended', (t) => {
  const store = open(t)
  store.append(
    [
      tell(0, 'process-seen', 1),
      tell(0, 'process-seen', 50),
      tell(10, 'exec', 70),
      tell(11, 'connect', 999, 'hx.network'),
      tell(12, 'ptrace', 998),
      tell(20, 'exec', 60),
      tell(30, 'exec', 70),
      tell(40, 'exit', 50),
      tell(50, 'exit', 70),
      tell(60, 'exec', 50),
    ].map(rowOf),
  )
  assert.deepEqual(at(store, -1), [])
  assert.deepEqual(at(store, 5), [
    [1, '/bin/process-seen-0'],
    [50, '/bin/process-seen-0'],
  ])
  assert.deepEqual(at(store, 35), [
    [1, '/bin/process-seen-0'],
    [50, '/bin/process-seen-0'],
    [60, '/bin/exec-20'],
    [70, '/bin/exec-30'],
  ])
  assert.deepEqual(at(store, 70), [
    [1, '/bin/process-seen-0'],
    [50, '/bin/exec-60'],
    [60, '/bin/exec-20'],
  ])
  assert.equal(store.processesAt(startUs + 70_000_000)[2]?.event.sequence, 6)
})

test('what ended while nobody looked is not there after the next start of the daemon', (t) => {
  const store = open(t)
  store.append([tell(0, 'process-seen', 1), tell(5, 'exec', 7), tell(6, 'exec', 8)].map(rowOf))
  store.append(
    [
      tell(100, 'sensors.started', 0, 'hx.health'),
      tell(100, 'process-seen', 1),
      tell(101, 'process-seen', 8),
    ].map(rowOf),
  )
  store.append([tell(102, 'exec', 9), tell(103, 'process-gone', 1)].map(rowOf))
  const pids = (second: number): (number | undefined)[] => at(store, second).map(([pid]) => pid)
  assert.deepEqual(pids(90), [1, 7, 8])
  assert.deepEqual(pids(102), [1, 8, 9])
  assert.deepEqual(pids(110), [8, 9])
})

test('a process that is seen later, after a loss, does not hide those that are known', (t) => {
  const store = open(t)
  store.append([tell(0, 'exec', 1), tell(50, 'process-seen', 2)].map(rowOf))
  assert.equal(store.processesAt(startUs + 60_000_000).length, 2)
})

test('a hundred thousand events are looked through in a moment', (t) => {
  const store = open(t)
  for (let i = 0; i < 100; i++) {
    const rows = Array.from({ length: 500 }, (_, index) => [
      rowOf(tell(i, 'exec', index + 1)),
      rowOf(tell(i, 'exit', index + 1)),
    ])
    store.append([...rows.flat(), rowOf(tell(i, 'exec', 10_000 + i))])
  }
  const before = process.cpuUsage()
  assert.equal(store.processesAt(startUs + 98_500_000).length, 99)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 500_000, `${user + system} µs`)
})
