import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { SnapshotTable } from '../sensors/sensor.ts'
import { parseSnapshot, type Snapshot } from './snapshot.ts'
import { diffSnapshots } from './snapshot-diff.ts'

function snapshot(rows: SnapshotTable['rows'], name = 'suid'): Snapshot {
  return {
    type: 'snapshot',
    version: 1,
    taken: '2026-01-01T00:00:00.000Z',
    host: 'h',
    tables: [{ name, key: ['path'], rows, problems: [] }],
  }
}

test('rows that came, went and changed are told by their key', () => {
  const before = snapshot([
    { path: '/a', mode: '4755', sha256: 'x' },
    { path: '/b', mode: '4755', sha256: 'y' },
    { path: '/same', mode: '2755', sha256: 'z' },
  ])
  const after = snapshot([
    { path: '/same', mode: '2755', sha256: 'z' },
    { path: '/b', mode: '6755', sha256: 'y2' },
    { path: '/c', mode: '4755', sha256: 'w' },
  ])
  assert.deepEqual(
    diffSnapshots(before, after).map(({ change, key, columns }) => [change, key['path'], columns]),
    [
      ['removed', '/a', []],
      ['changed', '/b', ['mode', 'sha256']],
      ['added', '/c', []],
    ],
  )
  assert.deepEqual(diffSnapshots(after, after), [])
})

test('a table that only one of them has counts as empty in the other', () => {
  const [change] = diffSnapshots(snapshot([], 'suid'), snapshot([{ path: '/x' }], 'autostart'))
  assert.deepEqual([change?.table, change?.change], ['autostart', 'added'])
})

test('rows with one key do not hide each other, and what always differs is no difference', () => {
  const one = snapshot([{ path: '/a', rss_bytes: 1 }])
  const two = snapshot([
    { path: '/a', rss_bytes: 2 },
    { path: '/a', rss_bytes: 2 },
  ])
  assert.deepEqual(
    diffSnapshots(one, two).map(({ change }) => change),
    ['added'],
  )
})

test('what is no snapshot is refused with its reason', () => {
  assert.throws(() => parseSnapshot('{', 'x.json'), /x\.json is no snapshot/)
  assert.throws(() => parseSnapshot('null', 'x'), /no tables/)
  assert.throws(() => parseSnapshot('{"type":"snapshot","version":2,"tables":[]}', 'x'), /version 2/)
  assert.throws(() => parseSnapshot('{"type":"snapshot","version":1,"tables":[{}]}', 'x'), /damaged/)
  assert.equal(parseSnapshot(JSON.stringify(snapshot([])), 'x').tables.length, 1)
})
