import assert from 'node:assert/strict'
import { test } from 'node:test'

import { must } from '../../../test/support/must.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { Reader, Stalled } from './reader.ts'
import { readersOf } from './readers.ts'

const readers = (): number[] => readersOf(process.pid)

test('a reader that does not answer is killed, and another one serves the next task', async (t) => {
  if (!requireRoot(t)) return
  await using reader = new Reader()
  for await (const part of reader.read({ task: 'mounts' }, 10_000)) assert.equal(part.kind, 'rows')
  const [first] = readers()
  process.kill(must(first), 'SIGSTOP')
  const begun = performance.now()
  await assert.rejects(async () => {
    for await (const part of reader.read({ task: 'mounts' }, 200)) assert.fail(part.kind)
  }, Stalled)
  assert.ok(performance.now() - begun < 5000)
  assert.deepEqual(readers(), [])
  let rows = 0
  for await (const part of reader.read({ task: 'mounts' }, 10_000))
    if (part.kind === 'rows') rows += part.rows.length
  assert.ok(rows > 0)
  assert.notEqual(readers()[0], first)
})

test('a reader that is killed by others is a fault of the task, and none is left behind', async (t) => {
  if (!requireRoot(t)) return
  {
    await using reader = new Reader()
    const parts = reader.read({ task: 'listing' }, 20_000)
    await parts.next()
    for (const pid of readers()) process.kill(pid, 'SIGKILL')
    await assert.rejects(async () => {
      for (let step = await parts.next(); step.done !== true;) step = await parts.next()
    }, /has ended/)
  }
  assert.deepEqual(readers(), [])
})

test('a task that is left in the middle leaves no process behind', async (t) => {
  if (!requireRoot(t)) return
  await using reader = new Reader()
  for await (const part of reader.read({ task: 'kernel' }, 20_000)) {
    assert.equal(part.kind, 'rows')
    break
  }
  assert.deepEqual(readers(), [])
})

test('a fault of a task is an error with its reason', async () => {
  await using reader = new Reader()
  const task = { task: 'memory', pid: 999_999_999, maxBytes: 1, item: 'x' } as const
  await assert.rejects(async () => {
    for await (const part of reader.read(task, 10_000)) assert.fail(part.kind)
  }, /the memory of process 999999999 may not be read, or it is gone/)
})
