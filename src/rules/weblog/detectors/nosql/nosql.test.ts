// NoSQL injection: operators in names and objects, JavaScript behind a closed string; and what is not.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { nosqlDetector } from './index.ts'

function confidenceOf(value: string, name = 'q'): number {
  return nosqlDetector.detect(value, { place: 'query', name, raw: value, values: [value] })?.confidence ?? 0
}

void test('an operator in the name of a parameter is told whatever its value is', () => {
  for (const name of ['password[$ne]', 'a[b][$regex]', 'login["$gt"]', 'user.$where'])
    assert.ok(confidenceOf('1', name) >= 60, name)
  for (const name of ['price[$]', 'price[ne]', '$filter', '$select', '$top', 'a[$money]'])
    assert.equal(confidenceOf('1', name), 0, name)
})

void test('objects with operators and JavaScript of the database are told', () => {
  const missed = [
    '{"$gt": ""}',
    '{$ne: 1}',
    '[$ne]=1',
    "', $or: [ {}, { 'a':'a",
    "true, $where: '1 == 1'",
    "' && this.password.match(/.*/)//",
    '|| 1==1',
    "';sleep(5000);'",
    "';return 'a'=='a' && ''=='",
    '0;return true',
    'db.users.insert({login:1})',
  ].filter((value) => confidenceOf(value) < 60)
  assert.deepEqual(missed, [])
})

void test('prices, OData, templates and text are not told', () => {
  const told = [
    '$5 and more',
    "$filter=name eq 'x'",
    '{"price":"$10","where":"here"}',
    'a && b || c',
    'How db.collection.find() works in MongoDB; return values',
    'costs $in total; returns true',
    '${name}',
  ].filter((value) => confidenceOf(value) >= 60)
  assert.deepEqual(told, [])
})

const anyText = fc.array(fc.nat(0xffff), { maxLength: 24 }).map((codes) => String.fromCharCode(...codes))

void test('any text is judged without an error', () => {
  fc.assert(
    fc.property(anyText, anyText, (value, name) => confidenceOf(value, name) <= 100),
    { numRuns: 200 },
  )
})
