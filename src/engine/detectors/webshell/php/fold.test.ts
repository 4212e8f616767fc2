// Expected values are PHP's, from its manual or by its documented rules.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { foldBinary, foldCall, incremented, listed } from './fold.ts'
import { textValue, type Value } from './value.ts'

const text = (value: string): Value => textValue(value)
const call = (name: string, ...args: (string | string[])[]): string | undefined =>
  foldCall(
    name,
    args.map((arg) => (typeof arg === 'string' ? text(arg) : listed(arg.map(text)))),
  )?.text

const calls: readonly (readonly [
  expected: string | undefined,
  name: string,
  ...args: (string | string[])[],
])[] = [
  ['Hello', 'base64_decode', 'SGVsbG8='],
  ['CUC 4.3', 'str_rot13', 'PHP 4.3'],
  ['abc', 'strrev', 'cba'],
  ['def', 'substr', 'abcdef', '-3'],
  ['d', 'substr', 'abcdef', '-3', '1'],
  ['cde', 'substr', 'abcdef', '2', '-1'],
  ['', 'substr', 'abcdef', '4', '-4'],
  ['example', 'hex2bin', '6578616d706c65'],
  ['abc', 'pack', 'H*', '616263'],
  ['ABC', 'pack', 'C*', '65', '66', '67'],
  ['A', 'chr', '65'],
  ['\xf9', 'chr', '-7'],
  ['00042', 'sprintf', '%05d', '42'],
  ['b a', 'sprintf', '%2$s %1$s', 'a', 'b'],
  ['abc', 'implode', '', ['a', 'b', 'c']],
  ['abc', 'implode', ['a', 'b', 'c']],
  ['Hll Wrld', 'str_replace', ['e', 'o'], '', 'Hello World'],
  ['baab', 'strtr', 'abba', 'ab', 'ba'],
  ['1e3', 'dechex', '483'],
  ['101000110111001100110100', 'base_convert', 'a37334', '16', '2'],
  ['test\ntext text\n', 'convert_uudecode', "/=&5S=`IT97AT('1E>'0*\n`\n"],
  ['a b&c', 'urldecode', 'a+b%26c'],
  [undefined, 'no_such_function', 'x'],
]
for (const [expected, name, ...args] of calls) {
  test(`${name} of ${JSON.stringify(args)} is ${JSON.stringify(expected)}`, () => {
    assert.equal(call(name, ...args), expected)
  })
}

test('texts are combined byte by byte, numbers as numbers', () => {
  assert.equal(foldBinary('^', text('12'), text('9'))?.text, '5')
  assert.equal(foldBinary('^', text('hallo'), text('hello'))?.text, '\0\x04\0\0\0')
  assert.equal(foldBinary('|', text('a'), text('bcd'))?.text, 'ccd')
  assert.equal(foldBinary('&', text('ab'), text('c'))?.text, 'a')
  assert.equal(foldBinary('>', text('>'), text('<'))?.text, '1')
})

test('a text that is counted up goes on in letters', () => {
  assert.equal(incremented(text('Az'), 1)?.text, 'Ba')
  assert.equal(incremented(text('Zz'), 1)?.text, 'AAa')
  assert.equal(incremented(text('a9'), 1)?.text, 'b0')
  assert.equal(incremented(text('9'), 1)?.text, '10')
})

test('what inflates to more than the bound is not computed', () => {
  const bomb = Buffer.alloc(1024).toString('latin1')
  assert.equal(call('gzinflate', bomb), undefined)
  assert.equal(call('str_repeat', 'x'.repeat(1000), '100000'), undefined)
})
