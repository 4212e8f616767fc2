// The expected values were found with clamscan 1.4.6: a file with so many matches of each subsignature, and one .ldb.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { evaluateLogic, greatestIndex, type Logic, parseLogic } from './logic.ts'

function logic(text: string): Logic {
  const parsed = parseLogic(text)
  if (typeof parsed === 'string') assert.fail(`${text}: ${parsed}`)
  return parsed
}

const found: readonly (readonly [text: string, counts: readonly number[], holds: boolean])[] = [
  ['0', [1], true],
  ['0', [0], false],
  ['(0)', [2], true],
  ['0=2', [2], true],
  ['0=2', [3], false],
  ['0>1', [2], true],
  ['0<2', [0], true],
  ['0=0', [0], true],
  ['0=0&1', [0, 1], true],
  ['0&1|2', [0, 1, 1], false],
  ['(0&1|2)', [0, 1, 1], true],
  ['0|1&2', [1, 0, 0], true],
  ['(0|1&2)', [1, 0, 0], false],
  ['(0|1)>1', [1, 1], true],
  ['(0|1)>1,2', [2, 0], false],
  ['((0|1)>1,2)', [1, 1], true],
  ['(0|1)=0', [0, 0], true],
  ['(0&1)=0', [1, 0], true],
  ['(0|1)=0&2', [0, 0, 1], true],
  ['(0=0|1)>0,2', [0, 1], true],
  ['(0&1)>2', [1, 1], false],
  ['((0|1)>1|2)>2,1', [2, 0, 1], true],
  ['((0|1)>1|2)>2,2', [1, 1, 1], false],
]

for (const [text, counts, holds] of found) {
  test(`${text} with ${counts.join(', ')} matches ${holds ? 'holds' : 'does not hold'}`, () => {
    assert.equal(
      evaluateLogic(logic(text), (index) => counts[index] ?? 0),
      holds,
    )
  })
}

test('a condition of one subsignature and one of a group are kept', () => {
  assert.deepEqual(logic('0=2,9'), {
    kind: 'subsignature',
    index: 0,
    condition: { symbol: '=', count: 2, distinct: 0 },
  })
  assert.deepEqual(logic('(0|1)<5,2'), {
    kind: 'or',
    left: { kind: 'subsignature', index: 0 },
    right: { kind: 'subsignature', index: 1 },
    condition: { symbol: '<', count: 5, distinct: 2 },
  })
})

test('the greatest subsignature is found wherever it stands', () => {
  assert.equal(greatestIndex(logic('(0|7)&((3)|1)>2')), 7)
})

for (const text of ['0x', '0 & 1', '0>1x', '(0|1)>1,', '0&(0|1)>1', '((0)|(1))&(0)']) {
  test(`${text} is taken`, () => assert.notEqual(typeof parseLogic(text), 'string'))
}

const refused = [
  '',
  '()',
  'x0',
  '(0)=1',
  '0=',
  '0&',
  '&0',
  '0&&1',
  '(|0)',
  '(0|)',
  '(0&1',
  '0&1)',
  '(0|1)(2|3)',
  '0(0|1)',
  '(0|1)x',
  '(0|1)>1>2',
  '(0|1)>1,2 ',
  '(0|1)>,1',
  '64',
]

for (const text of refused) {
  test(`${JSON.stringify(text)} is refused`, () => assert.equal(typeof parseLogic(text), 'string'))
}

test('deep and long expressions are refused or read without ending the stack', () => {
  assert.equal(typeof parseLogic('('.repeat(100_000)), 'string')
  assert.equal(typeof parseLogic(`${'0|'.repeat(50_000)}0`), 'string')
  assert.notEqual(typeof parseLogic(`${'0|'.repeat(1000)}0`), 'string')
  assert.notEqual(typeof parseLogic(`${'('.repeat(1000)}0${')'.repeat(1000)}`), 'string')
})

test('any text is an expression or a message', () => {
  const piece = fc.constantFrom('0', '1', '(', ')', '&', '|', '=', '<', '>', ',', ' ', 'x')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const parsed = parseLogic(pieces.join(''))
      if (typeof parsed !== 'string') evaluateLogic(parsed, () => 1)
    }),
    { numRuns: 3000 },
  )
})
