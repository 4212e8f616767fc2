import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits } from '../../../../limits.ts'
import { stringModule } from './index.ts'

const context = { bytes: new Uint8Array(), budget: new Budget(defaultLimits), log: () => undefined }

function call(name: string, args: readonly unknown[]): unknown {
  const fn = stringModule.type.fields[name]
  assert.ok(typeof fn === 'object' && fn.kind === 'function')
  const overload = fn.overloads.find((one) => one.args.length === args.length)
  assert.ok(overload !== undefined)
  return overload.call(stringModule.open(context), args, context)
}

test('length counts bytes', () => {
  assert.equal(call('length', ['']), 0)
  assert.equal(call('length', ['a\xff\x00']), 3)
})

test('a text that is one number is that number', () => {
  for (const [text, expected] of [
    ['1234', 1234],
    ['-10', -10],
    ['+5', 5],
    ['-0', 0],
    ['0011', 11],
    [`${'0'.repeat(500)}7`, 7],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
  ] as const) {
    assert.equal(call('to_int', [text]), expected, text)
  }
})

test('what is no number, or none of 64 bits, is undefined', () => {
  const bad = [
    '',
    '-',
    '+',
    ' 1',
    '1 ',
    '1_0',
    '0x10',
    '1.5',
    'a',
    '--1',
    '9223372036854775808',
    '-9223372036854775809',
  ]
  for (const text of [...bad, '1\n', '1'.repeat(100_000), `${'0'.repeat(1_000_000)}!`]) {
    assert.equal(call('to_int', [text]), undefined, text.slice(0, 40))
  }
})

test('numbers are read in bases 2 to 36', () => {
  assert.equal(call('to_int', ['A', 16]), 10)
  assert.equal(call('to_int', ['-011', 8]), -9)
  assert.equal(call('to_int', ['zZ', 36]), 35 * 37)
  assert.equal(call('to_int', ['1'.repeat(62), 2]), 2n ** 62n - 1n)
  assert.equal(call('to_int', ['1'.repeat(64), 2]), undefined)
  assert.equal(call('to_int', ['8', 8]), undefined)
  for (const base of [1, 0, -16, 37, 2n ** 60n]) assert.equal(call('to_int', ['1', base]), undefined)
})
