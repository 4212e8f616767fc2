import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'

import * as fc from 'fast-check'

import { withFolder } from '../../test/support/folder.ts'
import type { Event } from '../model/index.ts'
import { rowOf } from './row.ts'
import { openStore } from './store.ts'
import { compilePredicate } from './where/predicate.ts'
import { parseWhere } from './where/parser.ts'

/** What the store finds, beside what the predicate takes of the same events: few at a time, and as full blocks. */
function bothWays(t: TestContext, events: readonly Event[], filters: readonly string[]): number {
  const folder = withFolder(t).path
  const store = openStore({ folder, maxBytes: 1e9, maxAgeMs: 1e15, onProblem: assert.fail })
  let found = 0
  try {
    const rows = events.map(rowOf)
    for (let at = 0; at < rows.length; at += 3) store.append(rows.slice(at, at + 3))
    // Enough for full blocks, whose filters leave them out.
    store.append(Array.from({ length: 300 }, () => rowOf(other)))
    store.append(Array.from({ length: 300 }, (_, index) => rows[index % rows.length] ?? rowOf(other)))
    while (store.maintain());
    const all = [
      ...events,
      ...Array.from({ length: 300 }, () => other),
      ...Array.from({ length: 300 }, (_, index) => events[index % events.length] ?? other),
    ]
    for (const where of filters) {
      const predicate = compilePredicate(parseWhere(where, Date.now()))
      // As it is after it was stored: half a surrogate pair or -0 may look different.
      const expected = all.flatMap((event, index) => (predicate(copy(event)) ? [index + 1] : []))
      const result = store.query({ where, order: 'oldest', limit: 10_000 })
      assert.deepEqual(
        result.events.map(({ event }) => event.sequence),
        expected,
        where,
      )
      assert.equal(store.count({ where }).count, expected.length, where)
      found += expected.length
    }
  } finally {
    store.close()
  }
  return found
}

function copy(event: Event): Event {
  const { json } = rowOf(event)
  return JSON.parse(json) as Event
}

const head = { kind: 'event', category: ['process'], type: ['start'], provider: 'test' } as const
const other: Event = {
  '@timestamp': '2026-01-01T00:00:00.000000Z',
  event: { ...head, action: 'other', dataset: 'hx.health' },
}

const words = [
  'sh',
  '/bin/sh',
  '10.0.0.7',
  '::ffff:10.0.0.7',
  'fe80::1',
  '0755',
  '7',
  '-1.5',
  'true',
  'Ünï',
  'a"b',
  '\\n',
  '',
]
const value = fc.oneof(
  fc.constantFrom(...words),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom('a', 'B', '/', ' ', '"', '\\', '\n', '\u0001', '\ud800', '한'),
    maxLength: 6,
  }),
  fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((some) => some.join(' ')),
)
const number = fc.oneof(
  fc.integer({ min: -3, max: 70_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const anything = fc.oneof(
  value,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(value, number), { maxLength: 3 }),
)
const time = fc.integer({ min: 0, max: 3 }).map((second) => `2026-01-01T00:00:0${second}.00000${second}Z`)

const event = fc
  .record({
    '@timestamp': time,
    event: fc.record({
      kind: fc.constant('event'),
      category: fc.constant([]),
      type: fc.constant([]),
      action: fc.oneof(fc.constantFrom('exec', 'exit', 'connect'), value),
      dataset: fc.constantFrom('hx.process', 'hx.network', 'hx.log'),
      provider: value,
      severity: fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }),
    }),
    message: fc.option(value, { nil: undefined }),
    process: fc.option(
      fc.record(
        {
          pid: fc.integer({ min: 0, max: 9 }),
          executable: value,
          args: fc.array(value, { maxLength: 3 }),
          start: time,
        },
        { requiredKeys: ['pid'] },
      ),
      { nil: undefined },
    ),
    destination: fc.option(fc.record({ ip: value, port: fc.integer({ min: 0, max: 9 }) }), {
      nil: undefined,
    }),
    hx: fc.option(fc.record({ a: anything, list: fc.array(fc.record({ a: anything }), { maxLength: 2 }) }), {
      nil: undefined,
    }),
  })
  .map((made) => made as unknown as Event)

const quoted = fc
  .oneof(value, number.map(String))
  .map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
const field = fc.constantFrom(
  'exe',
  'args',
  'message',
  'event.action',
  'provider',
  'hx.a',
  'hx.list.a',
  'ip',
  'path',
)
const leaf = fc.oneof(
  fc
    .tuple(field, fc.constantFrom('=', '!=', 'contains', 'starts', 'ends with', '~', '!~'), quoted)
    .map((parts) => parts.join(' ')),
  fc
    .tuple(
      fc.constantFrom('exe', 'ip', 'hx', 'hx.list', 'hx.a', 'process'),
      fc.constantFrom('exists', 'missing'),
    )
    .map((parts) => parts.join(' ')),
  fc
    .tuple(
      fc.constantFrom('pid', 'severity', 'port', 'hx.a', 'args'),
      fc.constantFrom('<', '<=', '>', '>='),
      fc.integer({ min: -1, max: 9 }),
    )
    .map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constantFrom('time', 'process.start'), fc.constantFrom('<', '>='), time)
    .map(([name, sign, at]) => `${name} ${sign} "${at}"`),
  fc.integer({ min: 0, max: 9 }).map((pid) => `pid in (${pid}, 3)`),
  fc.constantFrom(
    'dataset = process',
    'dataset != log',
    'ip in 10.0.0.0/8',
    'hx.a not in (fe80::/10, sh, 7)',
    'action = exec',
  ),
  fc.constantFrom('sh', '"10.0.0.7"', 'BIN', '한', 'Ünï', '"bin sh"', '7', 'exec'),
)
const { where } = fc.letrec<{ where: string }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc
      .tuple(tie('where'), fc.constantFrom('and', 'or'), tie('where'))
      .map(([one, word, two]) => `(${one} ${word} ${two})`),
    tie('where').map((inner) => `not ${inner}`),
  ),
}))

/** Globs with braces or long strings in them may be refused: those are no filters. */
function isFilter(source: string): boolean {
  try {
    parseWhere(source, 0)
    return true
  } catch {
    return false
  }
}

test('the store finds what the predicate takes, whatever the events and filters', (t) => {
  let found = 0
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 12 }),
      fc.array(where, { minLength: 20, maxLength: 40 }),
      (events, filters) => {
        found += bothWays(t, events, filters.filter(isFilter))
      },
    ),
    { numRuns: 20 },
  )
  assert.ok(found > 5000, `${found}`)
})

test('what is escaped in the stored lines is found as it was', (t) => {
  const made: Event = {
    ...other,
    message: 'one\ntwo\u0001three\\four 😀',
    process: { pid: 1, executable: 'a"b\\c' },
  }
  const filters = [
    'two',
    'three',
    'four',
    'message contains "\ud83d"',
    `exe ~ '*b*'`,
    `exe ~ '*c'`,
    `exe = 'a"b\\c'`,
  ]
  assert.equal(bothWays(t, [made], filters), filters.length * 301)
})

test('words are found in values of any case, whole, and not in names of fields', (t) => {
  const made: Event = {
    ...other,
    message: 'Failed password for ROOT from 10.1.2.3',
    process: { pid: 77, args: ['a', 'x-y'] },
  }
  const folder = withFolder(t).path
  const store = openStore({ folder, maxBytes: 1e9, maxAgeMs: 1e15, onProblem: assert.fail })
  t.after(() => store.close())
  store.append(Array.from({ length: 300 }, () => rowOf(made)))
  const counts = (source: string): number => store.count({ where: source }).count
  for (const source of [
    'failed',
    'root password',
    '"password for root"',
    '10.1.2.3',
    '77',
    'x-y',
    'health',
  ]) {
    assert.equal(counts(source), 300, source)
  }
  for (const source of ['fail', 'message', '"root password"', '10.1.2.33', 'timestamp', '2026', 'x-z']) {
    assert.equal(counts(source), 0, source)
  }
})
