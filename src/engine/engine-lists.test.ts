// Hash lists through the library: what is wrong in them is told, everything else works.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { withFolder } from '../../test/support/folder.ts'
import { eicar } from '../../test/support/samples.ts'
import { AppError } from '../base/app-error.ts'
import { type Engine, load } from './index.ts'

const [first, second] = [Buffer.from('first sample'), Buffer.from('second sample')]
const hashOf = (bytes: Uint8Array, kind = 'sha256'): string => createHash(kind).update(bytes).digest('hex')
const namesIn = (engine: Engine, bytes: Uint8Array): string[] =>
  engine
    .instance()
    .scan(bytes)
    .detections.map(({ name }) => name)

test('bad lines are listed as problems with file and line, and the rest works', (t) => {
  const text = ['# comment', 'nonsense', `${hashOf(first)}:First`, 'abc:Bad', `${hashOf(second)}:13:Second`]
  const file = withFolder(t).file('list.txt', text.join('\n'))
  const engine = load({ hashLists: [file] })
  assert.deepEqual(
    engine.problems.map((problem) => [problem.file, problem.line]),
    [
      [file, 2],
      [file, 4],
    ],
  )
  for (const { message } of engine.problems) assert.match(message, /^[^\n]{5,200}$/)
  assert.deepEqual(namesIn(engine, first), ['First'])
  assert.deepEqual(namesIn(engine, second), ['Second'])
  assert.equal(engine.version().signatures, 3)
})

test('a list that is missing, or a folder, is an AppError list-invalid with a hint', (t) => {
  const folder = withFolder(t)
  for (const file of [`${folder.path}/missing`, folder.path]) {
    assert.throws(
      () => load({ hashLists: [file] }),
      (thrown) => {
        assert.ok(thrown instanceof AppError)
        assert.equal(thrown.code, 'list-invalid')
        assert.ok(thrown.message.includes(file))
        assert.notEqual(thrown.hint, '')
        return true
      },
    )
  }
})

test('adding one list hides nothing: the old one, EICAR and the new one are all found', (t) => {
  const folder = withFolder(t)
  const old = folder.file('old', `${hashOf(first)}:Old.First\n`)
  const added = folder.file(
    'added',
    `${hashOf(second, 'md5')}:New.Second\n${hashOf(first, 'sha1')}:New.First\n`,
  )
  const before = load({ hashLists: [old] })
  assert.deepEqual(namesIn(before, first), ['Old.First'])
  for (const hashLists of [
    [old, added],
    [added, old],
  ]) {
    const engine = load({ hashLists })
    assert.deepEqual(namesIn(engine, first).toSorted(), ['New.First', 'Old.First'])
    assert.deepEqual(namesIn(engine, second), ['New.Second'])
    assert.deepEqual(namesIn(engine, Buffer.from(eicar)), ['Eicar-Test-Signature'])
  }
})

test('a pattern that a user adds is found after a new load, and not before', (t) => {
  const folder = withFolder(t)
  const list = folder.file('own', `${hashOf(first)}:Own.First\n`)
  const before = load({ hashLists: [list] })
  folder.file('own', `${hashOf(first)}:Own.First\n${hashOf(second)}:Own.Second\n`)
  assert.deepEqual(namesIn(before, second), [])
  const after = load({ hashLists: [list] })
  assert.deepEqual([namesIn(after, first), namesIn(after, second)], [['Own.First'], ['Own.Second']])
})

test('the database id changes with the content of the lists, and only with it', (t) => {
  const folder = withFolder(t)
  const idOf = (...texts: readonly string[]): string =>
    load({ hashLists: texts.map((text, index) => folder.file(`list-${index}`, text)) }).version().database
  const [one, two] = [`${hashOf(first)}:A`, `${hashOf(second)}:B`]
  const ids = [idOf(), idOf(one), idOf(two), idOf(one, two), idOf(`${one}x`)]
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(idOf(one, two), ids[3])
  assert.equal(load({ hashLists: [folder.file('renamed', one)] }).version().database, ids[1])
})

test('detections of several lists and detectors on one object are all told', (t) => {
  const list = withFolder(t).file('list', `${hashOf(Buffer.from(eicar))}:My.Eicar\n`)
  const { detections } = load({ hashLists: [list] })
    .instance()
    .scan(Buffer.from(eicar))
  assert.deepEqual(
    detections.map(({ name, detector }) => `${detector} ${name}`),
    ['eicar Eicar-Test-Signature', 'hash My.Eicar'],
  )
})
