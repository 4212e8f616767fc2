import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { treeOf } from './process-tree.ts'

function process(pid: number, parent: number): Event {
  return {
    '@timestamp': '2026-01-01T00:00:00Z',
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset: 'hx.process',
      provider: 'test',
    },
    process: { pid, parent: { pid: parent } },
  }
}

function drawn(events: Event[]): string[] {
  return treeOf(events).map(({ event, branch }) => `${branch}${event.process?.pid}`)
}

test('children stand below their parents, in the order of their numbers', () => {
  const events = [
    process(30, 1),
    process(1, 0),
    process(20, 1),
    process(21, 20),
    process(2, 0),
    process(22, 20),
  ]
  assert.deepEqual(drawn(events), ['1', '├─ 20', '│  ├─ 21', '│  └─ 22', '└─ 30', '2'])
})

test('a process without a known parent is a root, and a loop ends', () => {
  assert.deepEqual(drawn([process(5, 4), process(7, 7), process(8, 9), process(9, 8)]), [
    '5',
    '7',
    '8',
    '└─ 9',
  ])
})

test('deep chains do not exhaust the stack', () => {
  const chain = Array.from({ length: 3000 }, (_, index) => process(index + 1, index))
  assert.equal(treeOf(chain).length, 3000)
})
