// What trees become. That they still match the same is tested in machine-model.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parseHex } from './parse-hex.ts'
import { parseRegex } from './parse-regex.ts'
import { foldCase, maxLength, minLength, reverse, simplify, widen } from './transform.ts'
import type { Tree } from './tree.ts'

const parse = (source: string): Tree => parseRegex(source, '').tree

test('neighbouring bytes, nested groups and single alternatives become one node', () => {
  assert.deepEqual(parse('a(b(?:c)d)(?:[e])f'), {
    kind: 'bytes',
    bytes: Uint8Array.from(Buffer.from('abcdef')),
  })
  assert.deepEqual(parse('a|b|(c|[d])'), parse('[a-d]'))
  assert.deepEqual(parse('(ab){1}'), parse('ab'))
  assert.deepEqual(parse('(ab){0}'), parse(''))
  assert.deepEqual(parse('(\\b)*a'), parse('a'))
  assert.deepEqual(parse('(\\b)+a'), parse('\\ba'))
  assert.deepEqual(simplify(parseHex('41 (42 | 43) 44')), parse('A[BC]D'))
})

test('widening puts a zero after each byte', () => {
  assert.deepEqual(widen(parse('ab[cd]e')), parseHex('61 00 62 00 (63|64) 00 65 00'))
  assert.deepEqual(minLength(widen(parse('(a|bc){2,3}'))), 4)
})

test('folding makes both cases of ASCII letters match and leaves the rest', () => {
  assert.deepEqual(foldCase(parse('a1[x-z]')), parseRegex('a1[x-z]', 'i').tree)
  assert.deepEqual(foldCase(parse('\\xe9@\\[`\\{')), parse('\\xe9@\\[`\\{'))
})

test('reversing turns the order of everything around', () => {
  assert.deepEqual(reverse(parse('ab[cd]e(fg)+')), parse('(gf)+e[cd]ba'))
})

const lengths: readonly [source: string, least: number, most: number][] = [
  ['', 0, 0],
  ['\\b^$', 0, 0],
  ['abc', 3, 3],
  ['a|bcd', 1, 3],
  ['(ab){2,5}c?', 4, 11],
  ['a*', 0, Infinity],
  ['(|)*b', 1, 1],
  ['[a&&b]', Infinity, 1],
]

for (const [source, least, most] of lengths) {
  test(`/${source}/ matches ${least} to ${most} bytes`, () => {
    assert.deepEqual([minLength(parse(source)), maxLength(parse(source))], [least, most])
  })
}
