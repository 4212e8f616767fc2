import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { EventRow } from '../../store/index.ts'
import { Outlet } from './outlet.ts'

const row: EventRow = {
  json: '{}',
  timeUs: 0,
  dataset: 'hx.process',
  action: 'exec',
  pid: 1,
  severity: 1,
  logId: '',
}

test('rows are posted together; delivered and dropped are what was added', () => {
  const posted: number[] = []
  const dropped: number[] = []
  const outlet = new Outlet({
    maxQueuedRows: 10,
    post: (rows) => posted.push(rows.length),
    onDropped: (count) => dropped.push(count),
  })
  for (let index = 0; index < 7; index++) outlet.add(row)
  outlet.flush()
  for (let index = 0; index < 8; index++) outlet.add(row)
  outlet.flush()
  outlet.flush()
  assert.deepEqual(posted, [7, 3])
  assert.equal(outlet.queued, 10)
  // Half of it must be free before the loss is told: the events that follow a loss would be lost too.
  outlet.confirm(3)
  assert.deepEqual(dropped, [])
  outlet.confirm(4)
  assert.deepEqual(dropped, [5])
  outlet.add(row)
  outlet.flush()
  outlet.confirm(4)
  assert.deepEqual(dropped, [5])
  assert.equal(outlet.total, 11)
  assert.equal(outlet.queued, 0)
})

test('the first rows go at once, those that follow wait for a block or a moment, an alert does not', () => {
  const posted: number[] = []
  const outlet = new Outlet({
    maxQueuedRows: 10_000,
    post: (rows) => posted.push(rows.length),
    onDropped: () => undefined,
  })
  const add = (count: number, severity = 1): void => {
    for (let index = 0; index < count; index++) outlet.add({ ...row, severity })
  }
  outlet.flushDue(1000)
  assert.deepEqual(posted, [])
  add(1)
  outlet.flushDue(1000)
  assert.deepEqual(posted, [1])
  add(2)
  outlet.flushDue(1199)
  assert.deepEqual(posted, [1])
  outlet.flushDue(1200)
  assert.deepEqual(posted, [1, 2])
  add(512)
  outlet.flushDue(1210)
  assert.deepEqual(posted, [1, 2, 512])
  add(3)
  add(1, 73)
  outlet.flushDue(1220)
  assert.deepEqual(posted, [1, 2, 512, 4])
  add(1)
  outlet.flushDue(1230)
  assert.deepEqual(posted, [1, 2, 512, 4])
  outlet.flush()
  assert.deepEqual(posted, [1, 2, 512, 4, 1])
})
