import assert from 'node:assert/strict'
import { test } from 'node:test'

import { statFields, statOf } from '../../test/support/stat-of.ts'
import type { TableAnswer, TableTask } from '../../test/support/table-thread.ts'
import { runThread } from '../../test/support/thread.ts'
import { VerdictTable } from './verdict-table.ts'

const tableOf = (entries = 64): VerdictTable => new VerdictTable(VerdictTable.allocate(entries))

test('what was put is got, and nothing else', () => {
  const table = tableOf()
  assert.equal(table.get(statOf(), 1), undefined)
  table.put(statOf(), 1, 'clean')
  assert.equal(table.get(statOf(), 1), 'clean')
  assert.equal(table.get(statOf({ inodeLow: 2 }), 1), undefined)
})

test('an empty table knows nothing, also nothing about a file whose words are all 0', () => {
  const zeros = statOf(Object.fromEntries(statFields.map((field) => [field, 0])))
  for (const generation of [0, 1]) assert.equal(tableOf().get(zeros, generation), undefined)
})

for (const field of statFields) {
  test(`a file that differs in ${field} alone is another one`, () => {
    const table = tableOf()
    table.put(statOf(), 1, 'clean')
    for (const value of [0, 2, 0x7fffffff, 0x80000000, 0xffffffff]) {
      assert.equal(table.get(statOf({ [field]: value }), 1), undefined, `${value}`)
    }
    table.put(statOf({ [field]: 0xffffffff }), 1, 'clean')
    assert.equal(table.get(statOf({ [field]: 0xffffffff }), 1), 'clean')
  })
}

test('a verdict of another generation of the database is void, in both directions', () => {
  const table = tableOf()
  table.put(statOf(), 1, 'clean')
  assert.deepEqual([table.get(statOf(), 0), table.get(statOf(), 2)], [undefined, undefined])
  table.put(statOf(), 2, 'clean')
  assert.deepEqual([table.get(statOf(), 1), table.get(statOf(), 2)], [undefined, 'clean'])
})

test('a file that hung an instance is remembered as stuck until it is judged otherwise', () => {
  const table = tableOf()
  table.put(statOf(), 1, 'stuck')
  assert.equal(table.get(statOf(), 1), 'stuck')
  table.put(statOf(), 1, 'clean')
  assert.equal(table.get(statOf(), 1), 'clean')
})

test('a new state of a file takes the place of its old one', () => {
  const table = tableOf(4)
  for (let mtimeNs = 0; mtimeNs < 100; mtimeNs++) {
    table.put(statOf({ inodeLow: 7 }), 1, 'clean')
    table.put(statOf({ mtimeNs, inodeLow: 8 }), 1, 'clean')
  }
  assert.equal(table.get(statOf({ mtimeNs: 99, inodeLow: 8 }), 1), 'clean')
  assert.equal(table.get(statOf({ mtimeNs: 98, inodeLow: 8 }), 1), undefined)
  assert.equal(table.get(statOf({ inodeLow: 7 }), 1), 'clean')
})

for (const generation of [0, 1]) {
  test(`unused entries are filled before any is overwritten (generation ${generation})`, () => {
    const table = tableOf(4)
    const files = [1, 2, 3, 4].map((inodeLow) => statOf({ inodeLow }))
    for (const file of files) table.put(file, generation, 'clean')
    assert.deepEqual(
      files.map((file) => table.get(file, generation)),
      ['clean', 'clean', 'clean', 'clean'],
    )
  })
}

test('entries of an older generation are the first to go', () => {
  const table = tableOf(4)
  for (const inodeLow of [1, 2, 3, 4]) table.put(statOf({ inodeLow }), 1, 'clean')
  const files = [5, 6, 7, 8].map((inodeLow) => statOf({ inodeLow }))
  for (const file of files) table.put(file, 2, 'clean')
  for (const file of files) assert.equal(table.get(file, 2), 'clean')
})

test('a full table forgets old files for new ones, and is right about every one it knows', () => {
  const table = tableOf(64)
  const count = 1000
  for (let inodeLow = 0; inodeLow < count; inodeLow++) {
    table.put(statOf({ inodeLow, ctimeNs: inodeLow * 16 }), 1, inodeLow % 2 === 0 ? 'clean' : 'stuck')
  }
  let known = 0
  for (let inodeLow = 0; inodeLow < count; inodeLow++) {
    const verdict = table.get(statOf({ inodeLow, ctimeNs: inodeLow * 16 }), 1)
    if (verdict === undefined) continue
    known++
    assert.equal(verdict, inodeLow % 2 === 0 ? 'clean' : 'stuck')
  }
  assert.ok(known >= 40 && known <= 64, `${known}`)
})

test('as many files as it was made for are nearly all remembered', () => {
  const table = tableOf(4096)
  for (let inodeLow = 0; inodeLow < 2048; inodeLow++) table.put(statOf({ inodeLow }), 1, 'clean')
  let known = 0
  for (let inodeLow = 0; inodeLow < 2048; inodeLow++) {
    if (table.get(statOf({ inodeLow }), 1) !== undefined) known++
  }
  assert.ok(known > 1800, `${known} of 2048`)
})

test('any number of entries gives a table, and at most twice the memory that was asked for', () => {
  for (const entries of [0, 1, 3, 4, 5, 63, 64, 65, 100_000]) {
    const buffer = VerdictTable.allocate(entries)
    assert.ok(buffer.byteLength >= entries * 48)
    assert.ok(buffer.byteLength <= Math.max(4, entries * 2) * 48)
    const table = new VerdictTable(buffer)
    table.put(statOf(), 1, 'clean')
    assert.equal(table.get(statOf(), 1), 'clean')
  }
})

test('three threads that put and get at once never get a verdict that nobody put', async () => {
  const buffer = VerdictTable.allocate(16)
  const module = new URL('../../test/support/table-thread.ts', import.meta.url)
  const task = { buffer, ms: 1500 }
  const answers = await Promise.all(
    [1, 2, 3].map((seed) => runThread<TableAnswer>(module, { ...task, seed } satisfies TableTask)),
  )
  for (const { wrong } of answers) assert.deepEqual(wrong, [])
  const hits = answers.reduce((sum, answer) => sum + answer.hits, 0)
  assert.ok(hits > 1000, `${hits} hits`)
})
