// Test files of Sigma rules: what they may say, and how what is wrong in one is told.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { AppError } from '../../base/app-error.ts'
import { withFolder } from '../../../test/support/folder.ts'
import { readSigmaTestFile, type SigmaTestFile, sigmaTestFilesOf } from './sigma-test-file.ts'

const own = '{event: {dataset: hx.process, action: exec}, process: {pid: 1}}'

test('events are filled with what no rule asks for, at one second each', (t) => {
  const folder = withFolder(t)
  folder.file('r.yml', '')
  const path = folder.file(
    'r.test.yml',
    `match:\n  - ${own}\n  - {name: two, rules: [a, b], events: [${own}, {request: {target: /x, status: 404}}, ${own}]}\nno_match:\n  - {Channel: Security, EventID: 4688}\n`,
  )
  assert.deepEqual(sigmaTestFilesOf(folder.path), [path])
  assert.deepEqual(sigmaTestFilesOf(`${folder.path}/r.yml`), [path])
  const { rules, tests } = readSigmaTestFile(path)
  assert.deepEqual(rules, [`${folder.path}/r.yml`])
  assert.deepEqual(
    tests.map(({ name, rules: wanted, isMatch, events }) => [
      name,
      wanted,
      isMatch,
      events.map(({ kind }) => kind),
    ]),
    [
      ['match 1', [], true, ['event']],
      ['two', ['a', 'b'], true, ['event', 'request', 'event']],
      ['no_match 1', [], false, ['windows']],
    ],
  )
  const [, two] = tests
  const [first, second, third] = two?.events ?? []
  assert.deepEqual(third?.kind === 'event' && [third.event['@timestamp'], third.event.event.sequence], [
    '2026-01-01T00:00:02.000Z',
    2,
  ])
  assert.deepEqual(first?.kind === 'event' && first.event, {
    '@timestamp': '2026-01-01T00:00:00.000Z',
    event: {
      kind: 'event',
      category: [],
      type: [],
      provider: 'test',
      dataset: 'hx.process',
      action: 'exec',
      sequence: 0,
    },
    process: { pid: 1 },
  })
  assert.deepEqual(second?.kind === 'request' && second.request, {
    timeMs: Date.parse('2026-01-01T00:00:01Z'),
    client: '192.0.2.1',
    method: 'GET',
    target: '/x',
    status: 404,
    bytes: -1,
    referer: '',
    userAgent: '',
    host: '',
    user: '',
    durationMs: -1,
  })
})

test('rules elsewhere are named from the folder of the test', (t) => {
  const folder = withFolder(t)
  const path = folder.file('x.test.yaml', `rules: ../set/a.yml\nmatch: [${own}]`)
  assert.deepEqual(readSigmaTestFile(path).rules, [`${folder.path.replace(/\/[^/]+$/, '')}/set/a.yml`])
})

test('what is wrong is told with its line', (t) => {
  const folder = withFolder(t)
  folder.file('r.yml', '')
  const cases = [
    ['', /:1: it is empty$/],
    ['a: [', /:1: \S/],
    ['match: []\n---\nmatch: []', /:1: there is more than one document/],
    ['- x', /:1: a test file has `match` and `no_match`/],
    ['match: []', /:1: there are no events/],
    [`match:\n  - ${own}\nnone: []`, /:3: unknown key none/],
    ['match: 5', /:1: match is a list/],
    [`match:\n  - ${own}\n  - 5`, /:3: match 2: an event is a map/],
    ['no_match:\n  - {process: {pid: 1}}', /:2: no_match 1: an event has `event` with `dataset`/],
    ['match:\n  - {request: {path: /}}', /:2: match 1: unknown key path of a request/],
    ['match:\n  - {events: []}', /:2: match 1: events is a list/],
    [`match:\n  - {events: [${own}], title: x}`, /:2: match 1: unknown key title/],
    [`no_match:\n  - {events: [${own}], rules: [x]}`, /:2: no_match 1: rules is a list/],
    [`rules: {a: 1}\nmatch: [${own}]`, /:1: rules is a list of paths/],
  ] as const
  for (const [text, message] of cases) {
    const path = folder.file('r.test.yml', text)
    assert.throws(
      () => readSigmaTestFile(path),
      (thrown) =>
        thrown instanceof AppError && thrown.code === 'config-invalid' && message.test(thrown.message),
      text,
    )
  }
  assert.throws(
    () => readSigmaTestFile(folder.file('alone.test.yml', `match: [${own}]`)),
    /there is no alone\.yml beside it/,
  )
  assert.throws(() => readSigmaTestFile(`${folder.path}/none.test.yml`), { code: 'not-found' })
  assert.throws(() => sigmaTestFilesOf(`${folder.path}/none`), { code: 'not-found' })
})

test('whatever is in a test file, it is read or refused', (t) => {
  const folder = withFolder(t)
  folder.file('r.yml', '')
  const item = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { event: fc.jsonValue(), events: fc.jsonValue(), request: fc.jsonValue(), name: fc.jsonValue() },
      { requiredKeys: [] },
    ),
  )
  const file = fc.record(
    { match: fc.oneof(fc.array(item), fc.jsonValue()), rules: fc.jsonValue() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(file, (value) => {
      let read: SigmaTestFile
      try {
        read = readSigmaTestFile(folder.file('r.test.yml', JSON.stringify(value)))
      } catch (thrown) {
        assert.ok(thrown instanceof AppError)
        return
      }
      assert.ok(read.tests.every(({ events }) => events.length > 0))
    }),
    { numRuns: 200 },
  )
})
