import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'

import type { Event, Incident } from '../model/index.ts'
import { rowOf } from './row.ts'
import { appendMany, eventAt, open } from './store-under-test.ts'
import type { Store } from './store.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'haechi-progress-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function incident(id: number, details: Partial<Incident> = {}): Incident {
  return {
    version: 1,
    id,
    title: `incident ${id}`,
    level: 'medium',
    score: 50,
    status: 'open',
    first: '2026-01-01T00:00:00.000000Z',
    last: `2026-01-01T00:00:0${id}.000000Z`,
    nodes: [],
    links: [],
    steps: [],
    accounts: [],
    addresses: [],
    containers: [],
    techniques: [],
    suggestions: [],
    history: [],
    omitted: { nodes: 0, links: 0, steps: 0 },
    ...details,
  }
}

/** Everything behind `after`, as a reader of the stream gets it. */
function follow(store: Store, after = 0): { pids: number[]; sequences: number[] } {
  const pids: number[] = []
  const sequences: number[] = []
  for (let at = after; ;) {
    const { first, lines, last } = store.stretch(at)
    if (first === undefined) return { pids, sequences }
    for (const [index, line] of lines.entries()) {
      pids.push((JSON.parse(line) as Event).process?.pid ?? 0)
      sequences.push(first + index)
    }
    at = last
  }
}

test('a stream gives every event once and in order, from large and small blocks, also after they were joined', (t) => {
  const { store } = open(t, folder(t))
  appendMany(store, 1200, 700)
  appendMany(store, 900, 3)
  const expected = Array.from({ length: 2100 }, (_, index) => index + 1)
  assert.deepEqual(follow(store).sequences, expected)
  const before = follow(store).pids
  while (store.maintain());
  assert.deepEqual(follow(store).sequences, expected)
  assert.deepEqual(follow(store).pids, before)
  assert.deepEqual(follow(store, 1999).sequences, expected.slice(1999))
})

test('at the end of the stream there is nothing, and then what comes', (t) => {
  const { store } = open(t, folder(t))
  assert.deepEqual(store.stretch(0), { first: undefined, lines: [], last: 0 })
  appendMany(store, 2, 1)
  assert.equal(store.stretch(1).first, 2)
  assert.deepEqual(store.stretch(2), { first: undefined, lines: [], last: 2 })
})

test('a damaged block is passed over and told', (t) => {
  const path = folder(t)
  const { store, problems } = open(t, path)
  appendMany(store, 900, 300)
  const db = new DatabaseSync(join(path, 'events.db'))
  db.prepare('UPDATE blocks SET body = ? WHERE first = 301').run(Uint8Array.of(1, 2, 3))
  db.close()
  const { sequences } = follow(store)
  assert.equal(sequences.length, 600)
  assert.ok(!sequences.includes(301) && sequences.includes(601))
  assert.match(problems.join(), /301/)
})

test('damaged blocks at the end are passed over once', (t) => {
  const path = folder(t)
  const { store } = open(t, path)
  appendMany(store, 900, 300)
  const db = new DatabaseSync(join(path, 'events.db'))
  db.prepare('UPDATE blocks SET body = ? WHERE first = 601').run(Uint8Array.of(1, 2, 3))
  db.close()
  const { first, last } = store.stretch(600)
  assert.deepEqual({ first, last }, { first: undefined, last: 900 })
})

test('events, incidents, memory and place are stored together, and are there when it is opened again', (t) => {
  const path = folder(t)
  const { store } = open(t, path)
  assert.deepEqual(store.progress(), {
    upTo: undefined,
    incidents: [],
    memory: undefined,
    lastIncident: 0,
    newest: 0,
  })
  store.append([rowOf(eventAt(0))], { upTo: 7, incidents: [incident(1), incident(2)], memory: 'm' })
  store.append([], { upTo: 9, incidents: [incident(2, { status: 'closed' })] })
  store.close()
  const { store: again } = open(t, path)
  const { upTo, incidents, memory, lastIncident } = again.progress()
  assert.deepEqual({ upTo, memory, lastIncident }, { upTo: 9, memory: 'm', lastIncident: 2 })
  assert.deepEqual(incidents, [incident(1), incident(2, { status: 'closed' })])
  assert.equal(again.incident(2)?.status, 'closed')
  assert.equal(again.incident(3), undefined)
})

test('of closed incidents the newest hundred come back, of open ones all, of merged ones none', (t) => {
  const { store } = open(t, folder(t))
  const statusOf = (id: number): Incident['status'] => {
    if (id <= 3) return 'open'
    return id % 2 === 0 ? 'merged' : 'closed'
  }
  const all = Array.from({ length: 300 }, (_, index) => {
    const last = new Date(1_767_225_600_000 + index * 1000).toISOString()
    return incident(index + 1, { status: statusOf(index + 1), last })
  })
  store.append([], { upTo: 1, incidents: all })
  const closed = Array.from({ length: 100 }, (_, index) => 101 + index * 2)
  assert.deepEqual(
    store.progress().incidents.map(({ id }) => id),
    [1, 2, 3, ...closed],
  )
})

test('when a row cannot be stored, the progress is not either', (t) => {
  const { store } = open(t, folder(t))
  const row = { ...rowOf(eventAt(0)), timeUs: Number.NaN }
  assert.throws(() =>
    store.append([{ ...row, json: undefined as unknown as string }], { upTo: 3, incidents: [incident(1)] }),
  )
  assert.equal(store.progress().upTo, undefined)
  assert.equal(store.incident(1), undefined)
})

test('incidents are listed newest first, by level, time and status; merged ones are not', (t) => {
  const { store } = open(t, folder(t))
  store.append([], {
    upTo: 1,
    incidents: [
      incident(1, { level: 'low' }),
      incident(2, { level: 'critical', status: 'closed' }),
      incident(3, { status: 'merged', into: 2 }),
      incident(4, { level: 'high' }),
    ],
  })
  const ids = (query: Partial<Parameters<Store['incidents']>[0]>): number[] =>
    store.incidents({ limit: 10, ...query }).map(({ id }) => id)
  assert.deepEqual(ids({}), [4, 2, 1])
  assert.deepEqual(ids({ limit: 2 }), [4, 2])
  assert.deepEqual(ids({ least: 'high' }), [4, 2])
  assert.deepEqual(ids({ open: true }), [4, 1])
  assert.deepEqual(ids({ since: Date.parse('2026-01-01T00:00:02Z') * 1000 }), [4, 2])
})
