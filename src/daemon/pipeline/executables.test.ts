import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { Executables } from './executables.ts'
import type { ExecutableRequest } from './messages.ts'

function exec(pid: number, inode: string): Event {
  return {
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'ebpf',
    },
    process: { pid, executable: `/bin/${inode}` },
    hx: { process: { executable_stat: { device: '8:1', inode, ctime_ns: '5', size: 10 } } },
  }
}

function start(): { executables: Executables; released: Event[]; requests: ExecutableRequest[] } {
  const released: Event[] = []
  const requests: ExecutableRequest[] = []
  const executables = new Executables({
    request: (asked) => requests.push(...asked),
    release: (event) => released.push(event),
  })
  return { executables, released, requests }
}

const facts = { key: '8:1:7:5:10', sha256: 'ab', verdict: { status: 'clean', names: [] } }

test('the first event waits for the digest, later ones have it at once, and each file is asked for once', () => {
  const { executables, released, requests } = start()
  assert.equal(executables.take(exec(1, '7'), 0), true)
  assert.equal(executables.take(exec(2, '7'), 0), true)
  executables.tick(0)
  executables.tick(10)
  assert.deepEqual(requests, [{ key: '8:1:7:5:10', pid: 1, path: '/bin/7' }])
  executables.learn([facts])
  assert.deepEqual(
    released.map(({ process, hx }) => [process?.pid, process?.hash?.sha256, hx?.verdict?.status]),
    [
      [1, 'ab', 'clean'],
      [2, 'ab', 'clean'],
    ],
  )
  const third = exec(3, '7')
  assert.equal(executables.take(third, 0), false)
  assert.equal(third.process?.hash?.sha256, 'ab')
})

test('an event does not wait for ever, and a file that could not be read is asked for again', () => {
  const { executables, released, requests } = start()
  executables.take(exec(1, '7'), 0)
  executables.tick(1999)
  assert.equal(released.length, 0)
  executables.tick(2000)
  assert.equal(released.length, 1)
  assert.equal(released[0]?.process?.hash, undefined)
  executables.learn([{ key: '8:1:7:5:10' }])
  executables.take(exec(2, '7'), 3000)
  executables.tick(3000)
  assert.equal(requests.length, 2)
})

test('what a process does while its start is held does not overtake it', () => {
  const { executables, released } = start()
  const { hx, ...later } = exec(1, '7')
  assert.ok(hx)
  executables.take(exec(1, '7'), 0)
  assert.equal(executables.take({ ...later, event: { ...later.event, action: 'exit' } }, 5), true)
  assert.equal(executables.take({ ...later, process: { pid: 2 } }, 5), false)
  executables.learn([facts])
  assert.deepEqual(
    released.map(({ event }) => event.action),
    ['exec', 'exit'],
  )
  assert.equal(executables.take(later, 9), false)
})

test('events without an executable pass, and no more than a bound is held', () => {
  const { executables, released } = start()
  const { hx, ...bare } = exec(1, '7')
  assert.ok(hx)
  assert.equal(executables.take(bare, 0), false)
  for (let index = 0; index < 10_000; index++) executables.take(exec(index, '7'), 0)
  assert.equal(executables.take(exec(1, '7'), 0), false)
  executables.end()
  assert.equal(released.length, 10_000)
  assert.equal(executables.held, 0)
})
