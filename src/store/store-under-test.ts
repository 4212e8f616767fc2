// What the tests of the store share: events with numbers in them, and a store in a folder of the test.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

import type { Event, EventDataset } from '../model/index.ts'
import { rowOf } from './row.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

export const startMs = Date.now() - 3_600_000

export function eventAt(
  index: number,
  details: Partial<Event> = {},
  dataset: EventDataset = 'hx.process',
): Event {
  return {
    '@timestamp': `${new Date(startMs + index).toISOString().slice(0, -1)}500Z`,
    event: {
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: 'exec',
      dataset,
      provider: 'test',
    },
    process: { pid: index + 1, executable: `/bin/tool${index % 7}`, args: ['tool', String(index)] },
    ...details,
  }
}

export function open(
  t: TestContext,
  folder: string,
  options: Partial<StoreOptions> = {},
): { store: Store; problems: string[] } {
  const problems: string[] = []
  const store = openStore({
    folder,
    maxBytes: 256 * 1024 * 1024,
    maxAgeMs: 365 * 86_400_000,
    onProblem: (message) => problems.push(message),
    ...options,
  })
  t.after(() => store.close())
  return { store, problems }
}

export function appendMany(store: Store, count: number, batch: number): void {
  for (let at = 0; at < count; at += batch) {
    const rows = Array.from({ length: Math.min(batch, count - at) }, (_, index) => rowOf(eventAt(at + index)))
    store.append(rows)
  }
}

/** Text that does not get smaller. */
export function noise(): string {
  return Array.from({ length: 20 }, () => Math.random().toString(36)).join(' ')
}

export const sequences = (events: readonly Event[]): (number | undefined)[] =>
  events.map(({ event }) => event.sequence)
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/** All pages of a question. */
export function readAll(
  store: Pick<Store, 'query'>,
  order: 'newest' | 'oldest',
  limit: number,
  where?: string,
): Event[] {
  const events: Event[] = []
  let after: number | undefined
  for (;;) {
    const page = store.query({
      order,
      limit,
      ...(where === undefined ? {} : { where }),
      ...(after === undefined ? {} : { after }),
    })
    events.push(...page.events)
    if (!page.more) return events
    assert.notEqual(page.last, after, 'a page goes on')
    after = page.last
  }
}
