import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { blockOf, joinBlocks, packBlock, rowStarts, splitRows, unpackBlock } from './block.ts'
import { decodeColumns, encodeColumns } from './columns.ts'
import type { EventRow } from './row.ts'
import { makeFilter, mayHold, tokensOf } from './token-filter.ts'

function row(index: number, timeUs: number): EventRow {
  const json = JSON.stringify({ '@timestamp': 't', index })
  return {
    json,
    timeUs,
    dataset: 'hx.log',
    action: `a ${index % 3}`,
    pid: index * 1000,
    severity: 1,
    logId: '',
  }
}

test('a block comes back as it was, also when it spans years', () => {
  for (const stepUs of [1, 86_400_000_000]) {
    const rows = Array.from({ length: 700 }, (_, index) => row(index, 1.7e15 + ((index * 11) % 700) * stepUs))
    const [first = [], second = []] = splitRows(rows)
    assert.deepEqual([first.length, second.length], [512, 188])
    const packed = packBlock(joinBlocks([blockOf(first), blockOf(second)]), 'final')
    const { columns, text } = unpackBlock(packed.columns, packed.body)
    assert.deepEqual(
      [...columns.timeUs],
      rows.map(({ timeUs }) => timeUs),
    )
    assert.deepEqual(
      [...columns.pid],
      rows.map(({ pid }) => pid),
    )
    assert.deepEqual(
      [...columns.kind].map((kind) => columns.kinds[kind]),
      rows.map(({ action }) => `hx.log ${action}`),
    )
    assert.deepEqual(
      text.toString().split('\n'),
      rows.map(({ json }) => json),
    )
    assert.deepEqual([packed.minUs, packed.maxUs], [1.7e15, 1.7e15 + 699 * stepUs])
    assert.equal(rowStarts(text, 700)[1], (rows[0]?.json.length ?? 0) + 1)
    assert.throws(() => rowStarts(text, 699), RangeError)
    assert.throws(() => rowStarts(text, 701), RangeError)
  }
})

test('rows of a megabyte do not gather in one block', () => {
  const long = { ...row(0, 0), json: 'x'.repeat(700_000) }
  assert.deepEqual(
    splitRows([long, long, long, long]).map(({ length }) => length),
    [2, 2],
  )
})

test('damaged columns are an error, never a crash or a long wait', () => {
  const good = encodeColumns(blockOf(Array.from({ length: 50 }, (_, index) => row(index, index))).columns)
  fc.assert(
    fc.property(
      fc.nat({ max: good.length - 1 }),
      fc.nat({ max: 255 }),
      fc.nat({ max: good.length }),
      (at, byte, end) => {
        const bytes = Buffer.from(good.subarray(0, end))
        if (at < bytes.length) bytes[at] = byte
        try {
          assert.ok(decodeColumns(bytes).kind.length > 0)
        } catch (thrown) {
          assert.ok(thrown instanceof Error && !(thrown instanceof assert.AssertionError))
        }
      },
    ),
    { numRuns: 1000 },
  )
  assert.throws(() => decodeColumns(new Uint8Array(0)))
})

test('a filter knows every word of its block, whatever stands around it, and few others', () => {
  const unit = fc.constantFrom(
    'a',
    'B',
    '7',
    '_',
    ' ',
    '/',
    '"',
    '\\',
    '\n',
    '\u0001',
    '\u007f',
    'ü',
    '한',
    '😀',
  )
  const text = fc.string({ unit, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), text, text, (values, before, after) => {
      const lines = values.map((value) =>
        JSON.stringify({ '@timestamp': 'unknown', key: `${before}${value}${after}` }),
      )
      const filter = makeFilter(Buffer.from(lines.join('\n')))
      for (const value of values) {
        for (const hash of tokensOf(value, 'both')) assert.ok(mayHold(filter, hash), value)
        for (const hash of tokensOf(before + value, 'end')) assert.ok(mayHold(filter, hash), value)
        for (const hash of tokensOf(value + after, 'start')) assert.ok(mayHold(filter, hash), value)
      }
      for (const hash of tokensOf('key', 'none')) assert.ok(mayHold(filter, hash))
    }),
    { numRuns: 500 },
  )
  const many = Array.from({ length: 2000 }, (_, index) => `{"@timestamp":"unknown","key":"word${index}"}`)
  const filter = makeFilter(Buffer.from(many.join('\n')))
  const [unknown = 0] = tokensOf('unknown', 'none')
  assert.equal(mayHold(filter, unknown), false, 'the time is no word')
  const wrong = Array.from({ length: 10_000 }, (_, index) => tokensOf(`other${index}`, 'none')[0] ?? 0)
  const held = wrong.filter((hash) => mayHold(filter, hash)).length
  assert.ok(held < 500, `${held} of 10,000`)
})
