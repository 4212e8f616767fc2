import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { hashesIn, partsIn, problemOfList } from './local-files.ts'

const md5 = '44d88612fea8a8f36de82e1278abb02f'

test('the entries of a hash list are read as the engine reads them', () => {
  const list = [
    `${md5}:68:Eicar`,
    '# comment',
    `${md5.toUpperCase()}:Any`,
    ` ${md5}:*: Star `,
    `${md5}:a:b`,
    'x:Bad',
    '',
  ]
  assert.deepEqual(
    hashesIn(Buffer.from(list.join('\r\n'))).map(({ name, size, line }) => [name, size, line]),
    [
      ['Eicar', 68, 0],
      ['Any', undefined, 2],
      ['Star', undefined, 3],
      ['a:b', undefined, 4],
    ],
  )
})

test('a list that the engine would not take whole is told with its line', () => {
  assert.equal(problemOfList(Buffer.from(`${md5}:A\n`)), undefined)
  assert.match(problemOfList(Buffer.from(`${md5}:A\nnothing\n`)) ?? '', /^line 2: /)
})

test('every line that the engine takes is an entry here, with any name', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 30 }), fc.option(fc.nat()), (name, size) => {
      const line = Buffer.from(`${md5}:${size ?? '*'}:${name}`)
      if (problemOfList(line) !== undefined || name.includes('\n')) return
      assert.equal(hashesIn(line)[0]?.name, name.trim())
    }),
  )
})

test('the places of rules are their own text', () => {
  const text =
    '/* ü } */ import "pe"\nprivate rule A : t { condition: (true /* } */) } rule B { condition: A }\nglobal rule C { condition: "}" == "}" }'
  const bytes = Buffer.from(text)
  const { rules, includes } = partsIn(bytes)
  assert.deepEqual(
    rules.map(({ name, global, start, end }) => [name, global, bytes.subarray(start, end).toString()]),
    [
      ['A', false, 'private rule A : t { condition: (true /* } */) }'],
      ['B', false, 'rule B { condition: A }'],
      ['C', true, 'global rule C { condition: "}" == "}" }'],
    ],
  )
  assert.deepEqual(includes, [])
  assert.deepEqual(partsIn(Buffer.from('include "a.yar"')).includes, ['a.yar'])
})

test('any bytes are read without a fault, and places lie inside of them', () => {
  const token = fc.constantFrom(
    'rule a ',
    '{',
    '}',
    'condition:',
    'true',
    '"',
    '/*',
    '*/',
    'private ',
    '\0',
    'ÿ',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
      const bytes = Buffer.from(tokens.join(' '))
      for (const { start, end } of partsIn(bytes).rules) {
        assert.ok(start < end && end <= bytes.length)
        assert.equal(String.fromCharCode(bytes[end - 1] ?? 0), '}')
      }
      hashesIn(bytes)
    }),
    { numRuns: 300 },
  )
})
