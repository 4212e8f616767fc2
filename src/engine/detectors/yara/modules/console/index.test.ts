// Expected lines are those of YARA-X's own tests and of the formatting of Rust, which it prints with.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits } from '../../../../limits.ts'
import type { ScalarType } from '../../condition/node.ts'
import { consoleModule } from './index.ts'

function lineOf(name: string, types: readonly ScalarType[], args: readonly unknown[]): string | undefined {
  const fn = consoleModule.type.fields[name]
  assert.ok(typeof fn === 'object' && fn.kind === 'function')
  const overload = fn.overloads.find((one) => one.args.join() === types.join())
  assert.ok(overload !== undefined, types.join())
  const lines: string[] = []
  const context = {
    bytes: new Uint8Array(),
    budget: new Budget(defaultLimits),
    log: (line: string) => lines.push(line),
  }
  assert.equal(overload.call(consoleModule.open(context), args, context), true)
  assert.equal(lines.length, 1)
  return lines[0]
}

test('texts and integers are written, with a message or without', () => {
  assert.equal(lineOf('log', ['text'], ['foo']), 'foo')
  assert.equal(lineOf('log', ['text', 'text'], ['bar: ', 'x']), 'bar: x')
  assert.equal(lineOf('log', ['text', 'int'], ['bar: ', 1]), 'bar: 1')
  assert.equal(lineOf('log', ['int'], [-(2n ** 63n)]), '-9223372036854775808')
  assert.equal(lineOf('hex', ['int'], [10]), '0xa')
  assert.equal(lineOf('hex', ['text', 'int'], ['qux: ', 255]), 'qux: 0xff')
  assert.equal(lineOf('hex', ['int'], [-1]), '0xffffffffffffffff')
})

test('texts are UTF-8 where they can be', () => {
  assert.equal(lineOf('log', ['text'], ['\xc3\xa9']), 'é')
  assert.equal(lineOf('log', ['text'], ['\xff!']), '\ufffd!')
})

test('floats are written with all their digits', () => {
  for (const [value, expected] of [
    [3.14, '3.14'],
    [1, '1'],
    [-0, '-0'],
    [1.5e21, '1500000000000000000000'],
    [1e-7, '0.0000001'],
    [-1.25e-9, '-0.00000000125'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.POSITIVE_INFINITY, 'inf'],
  ] as const) {
    assert.equal(lineOf('log', ['float'], [value]), expected)
    assert.equal(lineOf('log', ['text', 'float'], ['f ', value]), `f ${expected}`)
  }
})
