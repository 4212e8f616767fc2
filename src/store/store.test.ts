import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { withFolder } from '../../test/support/folder.ts'
import type { Event } from '../model/index.ts'
import { openReader } from './reader.ts'
import { rowOf } from './row.ts'
import { appendMany, eventAt, noise, open, readAll, sequences, startMs, upTo } from './store-under-test.ts'

function logLine(file: string, offset: number): Event {
  return eventAt(0, { message: `line ${offset}`, hx: { log: { id: `${file}:${offset}` } } }, 'hx.log')
}

test('events come back as they were, with their sequence, in both orders and page by page', (t) => {
  const { store } = open(t, withFolder(t).path)
  assert.equal(store.append([rowOf(eventAt(0)), rowOf(eventAt(1))]).first, 1)
  assert.equal(store.append(upTo(1200).map((index) => rowOf(eventAt(index + 1)))).first, 3)
  assert.equal(store.append([rowOf(eventAt(1202))]).first, 1203)
  for (const limit of [1000, 7, 5000]) {
    const oldest = readAll(store, 'oldest', limit)
    assert.deepEqual(sequences(oldest), upTo(1203))
    assert.deepEqual(sequences(readAll(store, 'newest', limit)), upTo(1203).toReversed())
    const third = eventAt(2)
    third.event.sequence = 3
    assert.deepEqual(oldest[2], third)
  }
})

test('a follower gets what comes, once, also when its filter takes none of it', (t) => {
  const { store } = open(t, withFolder(t).path)
  appendMany(store, 3, 1)
  const asked = { where: 'pid = 5', order: 'oldest', limit: 10 } as const
  const nothing = store.query(asked)
  assert.deepEqual(nothing, { events: [], last: 3, more: false })
  store.append([rowOf(eventAt(3)), rowOf(eventAt(4))])
  const one = store.query({ ...asked, after: nothing.last })
  assert.deepEqual([sequences(one.events), one.last, one.more], [[5], 5, false])
})

test('a time range leaves out what is before it and from its end on', (t) => {
  const { store } = open(t, withFolder(t).path)
  appendMany(store, 1000, 300)
  const since = (startMs + 100) * 1000 + 500
  const until = (startMs + 103) * 1000 + 500
  const { events } = store.query({ since, until, order: 'oldest', limit: 10 })
  assert.deepEqual(sequences(events), [101, 102, 103])
  assert.equal(store.count({ since }).count, 900)
})

test('a question whose time is over says where it stands, and the rest follows', (t) => {
  const { store } = open(t, withFolder(t).path)
  appendMany(store, 3000, 500)
  const events: Event[] = []
  let after: number | undefined
  let pages = 0
  for (let more = true; more; pages++) {
    const page = store.query({
      where: 'args contains "99"',
      order: 'newest',
      limit: 10_000,
      budgetMs: 0,
      ...(after === undefined ? {} : { after }),
    })
    events.push(...page.events)
    ;({ more, last: after } = page)
  }
  const fits = upTo(3000).filter((sequence) => String(sequence - 1).includes('99'))
  assert.ok(pages > 3)
  assert.deepEqual(sequences(events), fits.toReversed())
})

test('sequences go on after a restart, and when every event has gone', async (t) => {
  const folder = withFolder(t).path
  const first = open(t, folder)
  appendMany(first.store, 10, 3)
  first.store.close()
  const second = open(t, folder, { maxAgeMs: 1 })
  assert.equal(second.store.append([rowOf(eventAt(10))]).first, 11)
  second.store.maintain()
  assert.equal(second.store.stats().events, 0)
  assert.equal(second.store.stats().deleted, 11)
  second.store.close()
  assert.equal(open(t, folder).store.append([rowOf(eventAt(11))]).first, 12)
})

test('small blocks become full ones, and nothing changes for who reads', (t) => {
  const { store } = open(t, withFolder(t).path)
  appendMany(store, 1500, 1)
  const before = readAll(store, 'newest', 100, 'exe ends 3')
  assert.equal(store.stats().blocks, 1500)
  while (store.maintain());
  const { blocks, freshBlocks } = store.stats()
  assert.equal(blocks - freshBlocks, 2)
  assert.equal(freshBlocks, 1500 - 1024)
  assert.deepEqual(readAll(store, 'newest', 100, 'exe ends 3'), before)
  assert.equal(before.length, 214)
  appendMany(store, 300, 300)
  appendMany(store, 10, 1)
  appendMany(store, 300, 300)
  while (store.maintain());
  assert.equal(store.stats().freshBlocks, 0)
  const all = readAll(store, 'oldest', 1000)
  assert.deepEqual(sequences(all), upTo(2110))
  assert.deepEqual(
    all.map(({ process }) => process?.pid),
    [...upTo(1500), ...upTo(300), ...upTo(10), ...upTo(300)],
  )
})

test('the oldest events go when the store is too large, and the newest stay', (t) => {
  const folder = withFolder(t).path
  const maxBytes = 2 * 1024 * 1024
  const { store } = open(t, folder, { maxBytes })
  for (let at = 0; at < 40_000; at += 1000) {
    store.append(upTo(1000).map((index) => rowOf(eventAt(at + index, { message: noise() }))))
    while (store.maintain());
  }
  const { usedBytes, events, firstSequence, lastSequence, deleted } = store.stats()
  assert.ok(usedBytes <= maxBytes, `${usedBytes}`)
  assert.ok(usedBytes > maxBytes / 2, `${usedBytes}`)
  assert.equal(lastSequence, 40_000)
  assert.equal(events, lastSequence - firstSequence + 1)
  assert.equal(deleted, firstSequence - 1)
  const onDisk = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  assert.ok(onDisk < maxBytes * 1.5, `${onDisk}`)
})

test('too old events go, younger ones stay', (t) => {
  const { store } = open(t, withFolder(t).path, { maxAgeMs: 60_000 })
  appendMany(store, 1000, 500)
  const now = eventAt(Date.now() - startMs)
  store.append([rowOf(now)])
  while (store.maintain());
  assert.deepEqual(sequences(readAll(store, 'oldest', 10)), [1001])
})

test('a log line that comes again is stored once, also after a restart, and others are not touched', (t) => {
  const folder = withFolder(t).path
  const first = open(t, folder)
  first.store.append([0, 10, 20].map((offset) => rowOf(logLine('8:1:5:ab', offset))))
  first.store.append([10, 20, 30].map((offset) => rowOf(logLine('8:1:5:ab', offset))))
  assert.deepEqual(first.store.append([rowOf(logLine('8:1:5:ab', 30))]), { first: 5, rows: [] })
  assert.equal(first.store.stats().repeated, 3)
  first.store.close()
  const { store } = open(t, folder)
  const rows = [20, 30, 40, 40].map((offset) => rowOf(logLine('8:1:5:ab', offset)))
  store.append([
    ...rows,
    rowOf(logLine('8:1:6:ab', 0)),
    rowOf(eventAt(3)),
    rowOf(logLine('no place', Number.NaN)),
  ])
  const messages = readAll(store, 'oldest', 100).map(({ message }) => message)
  assert.deepEqual(messages, [
    'line 0',
    'line 10',
    'line 20',
    'line 30',
    'line 40',
    'line 0',
    undefined,
    'line NaN',
  ])
  assert.equal(store.stats().repeated, 3)
})

test('a reader sees what is written beside it, and changes nothing', (t) => {
  const folder = withFolder(t).path
  const { store } = open(t, folder)
  appendMany(store, 600, 300)
  const reader = openReader(folder)
  t.after(() => reader.close())
  assert.equal(reader.count().count, 600)
  store.append([rowOf(eventAt(600))])
  assert.deepEqual(sequences(reader.query({ order: 'newest', limit: 1 }).events), [601])
  assert.equal(reader.figures().events, 601)
  store.close()
  assert.equal(reader.count({ where: 'pid = 601' }).count, 1)
})

test('an event beyond all measure is stored without its details', (t) => {
  const { store } = open(t, withFolder(t).path)
  store.append([rowOf(eventAt(0, { message: 'x'.repeat(1_000_000) }))])
  const [event] = store.query({ order: 'newest', limit: 1 }).events
  assert.equal(event?.message, 'x'.repeat(1024))
  assert.deepEqual(event?.hx, { shortened: true })
})

test('20,000 events a second are far below what is possible', (t) => {
  const { store } = open(t, withFolder(t).path)
  const rows = upTo(1000).map((index) => rowOf(eventAt(index)))
  const before = process.cpuUsage()
  for (let i = 0; i < 20; i++) store.append(rows)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 1_000_000, `${(user + system) / 20_000} µs a row`)
})
