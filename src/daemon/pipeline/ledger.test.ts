import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Event } from '../../model/index.ts'
import { Ledger } from './ledger.ts'

function ledger(): { ledger: Ledger; events: Event[] } {
  const events: Event[] = []
  return { ledger: new Ledger((event) => events.push(event)), events }
}

test('losses of one second become one event, those of other sources their own', () => {
  const { ledger: book, events } = ledger()
  book.lost({ source: 'ebpf', count: 3, from: 900, to: 950 }, 1000)
  book.lost({ source: 'ebpf', count: 4, from: 1100, to: 1200 }, 1200)
  book.lost({ source: 'audit', count: 1 }, 1900)
  book.tell(1999)
  assert.equal(events.length, 0)
  book.tell(2000)
  assert.deepEqual(
    events.map(({ hx }) => hx?.loss),
    [{ source: 'ebpf', count: 7, from: new Date(900).toISOString(), to: new Date(1200).toISOString() }],
  )
  book.tell(2001, true)
  assert.equal(events[1]?.hx?.loss?.source, 'audit')
  assert.equal(events[1].event.action, 'sensor.loss')
})

test('the totals stay after the losses have been told', () => {
  const { ledger: book, events } = ledger()
  book.lost({ source: 'fanotify', count: 0 }, 1000)
  book.tell(9000)
  book.lost({ source: 'fanotify', count: 5 }, 10_000)
  book.tell(20_000)
  assert.match(events[0]?.message ?? '', /unknown number/)
  assert.deepEqual(book.entries(), [
    { source: 'fanotify', lost: 5, times: 2, last: new Date(10_000).toISOString() },
  ])
})
