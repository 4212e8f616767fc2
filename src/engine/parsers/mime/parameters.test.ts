import assert from 'node:assert/strict'
import { test } from 'node:test'

import { boundariesOf } from './boundary.ts'
import { decodeHeaderText } from './encoded-word.ts'
import { parseField, plainValues, textOfParameter } from './parameters.ts'

test('a value with parameters, quoted and not', () => {
  const field = parseField('Multipart/Mixed; boundary="a;b\\"c" ; charset = UTF-8 ;x')
  assert.equal(field.value, 'multipart/mixed')
  assert.deepEqual(plainValues(field, 'boundary'), ['a;b"c'])
  assert.deepEqual(plainValues(field, 'charset'), ['UTF-8'])
})

test('comments are passed over, nested and with parentheses in quotes', () => {
  const field = parseField('text/plain (a (nested; name=x) one); name="(kept)" (more)')
  assert.deepEqual(field.parameters, [{ name: 'name', value: '(kept)' }])
  assert.equal(parseField('text/plain; name=a(b').parameters[0]?.value, 'a(b')
})

test('the example of RFC 2231, 4.1, is put together', () => {
  const field = parseField(
    "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
  )
  assert.equal(textOfParameter(field, 'title'), "This is even more ***fun*** isn't it!")
})

test('a name in one piece with a character set', () => {
  assert.equal(
    textOfParameter(
      parseField("attachment; filename*=UTF-8''%ED%8C%8C%EC%9D%BC.exe; filename=x"),
      'filename',
    ),
    '파일.exe',
  )
})

test('encoded words of RFC 2047, 8, are decoded', () => {
  assert.equal(decodeHeaderText('=?ISO-8859-1?Q?a?='), 'a')
  assert.equal(decodeHeaderText('=?ISO-8859-1?Q?a?= b'), 'a b')
  assert.equal(decodeHeaderText('=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?='), 'ab')
  assert.equal(decodeHeaderText('=?ISO-8859-1?Q?a_b?='), 'a b')
  assert.equal(decodeHeaderText('=?iso-2022-jp?B?GyRCRnxLXBsoQg==?='), '日本')
  assert.equal(decodeHeaderText('=?utf-7?Q?+AOQ-?='), 'ä')
  assert.equal(decodeHeaderText('=?nonsense?B?YQ==?='), 'a')
  assert.equal(decodeHeaderText('=?utf-8?Q?unfinished'), '=?utf-8?Q?unfinished')
})

test('every reading of the boundary is a candidate', () => {
  assert.deepEqual(boundariesOf(['multipart/mixed; boundary="a b "']), ['a b'])
  assert.deepEqual(boundariesOf(['multipart/mixed; charset=x boundary=b']), ['b'])
  assert.deepEqual(boundariesOf(['multipart/mixed; boundary="one"', 'multipart/mixed; boundary=two']), [
    'one',
    'two',
  ])
})

test('hostile fields take linear time', () => {
  const started = performance.now()
  for (const text of [
    `a;${','.repeat(60_000)}`,
    `a;${'x'.repeat(60_000)}`,
    `a;x="${'\\'.repeat(60_000)}`,
    '('.repeat(60_000),
    `a;x${' '.repeat(60_000)}`,
  ]) {
    parseField(text)
    boundariesOf([text, `boundary${' '.repeat(60_000)}`])
    decodeHeaderText(`=?a?Q?${text}`)
  }
  assert.ok(performance.now() - started < 1000)
})
