import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { maxValueLength, valuesOf } from './values.ts'

function plainest(raw: string): string | undefined {
  return valuesOf(raw, 'form').at(-1)
}

test('URL encoding is undone as often as it was done, a plus sign once', () => {
  assert.deepEqual(valuesOf('a%20b+c%2Bd', 'form'), ['a b c+d'])
  assert.deepEqual(valuesOf('%25%32%37', 'form'), ['%27', "'"])
  assert.equal(plainest('%252527'), "'")
  assert.deepEqual(valuesOf('a+b', 'path').at(0), 'a+b')
  assert.deepEqual(valuesOf('100%', 'form'), ['100%'])
  assert.deepEqual(valuesOf('%zz%4', 'form'), ['%zz%4'])
})

test('%u, overlong UTF-8, entities, escapes of JavaScript, full width letters and NUL are undone', () => {
  assert.equal(plainest('%u003cscript%u003e'), '<script>')
  assert.equal(plainest('%c0%ae%c0%ae%c0%af'), '../')
  assert.equal(plainest('%e0%80%af%f0%80%80%ae'), '/.')
  assert.equal(plainest('&#x3c;a&gt;&#60'), '<a><')
  assert.equal(plainest('\\x3cb\\u003e\\u{27}\\047'), "<b>''")
  assert.equal(plainest('%EF%BC%9Cscript%EF%BC%9E'), '<script>')
  assert.equal(plainest('%CA%BC+or+1'), "' or 1")
  assert.equal(plainest('a%00.jpg'), 'a.jpg')
  assert.equal(valuesOf('a%00.jpg', 'form')[0], 'a\0.jpg')
})

test('text in other scripts stays what it is', () => {
  assert.deepEqual(valuesOf(encodeURIComponent('日本語。テスト 가나다'), 'form'), ['日本語。テスト 가나다'])
  assert.deepEqual(valuesOf('caf%E9', 'form'), ['café'])
  assert.deepEqual(valuesOf('c%C3%A9', 'form'), ['cé'])
})

test('base64 is shown when it holds text, not when it is a word or a number', () => {
  assert.deepEqual(valuesOf('Li4vLi4vZXRjL3Bhc3N3ZA==', 'form'), [
    'Li4vLi4vZXRjL3Bhc3N3ZA==',
    '../../etc/passwd',
  ])
  assert.deepEqual(valuesOf('Li4vLi4vZXRjL3Bhc3N3ZA%3D%3D', 'form').at(-1), '../../etc/passwd')
  assert.deepEqual(valuesOf('PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg', 'form').at(-1), '<script>alert(1)</script>')
  for (const word of ['password', 'wordpress', 'Kubernetes', '1234567890123456'])
    assert.deepEqual(valuesOf(word, 'form'), [word])
})

test('a path is also shown as a file system sees it', () => {
  assert.deepEqual(valuesOf('/a/%2e%2e/b//./c', 'path'), ['/a/../b//./c', '/b/c'])
  assert.equal(valuesOf('/x/..;/manager\\html', 'path').at(-1), '/manager/html')
  assert.equal(valuesOf('/../../etc/passwd', 'path').at(-1), '/etc/passwd')
  assert.deepEqual(valuesOf('/a/b.html', 'path'), ['/a/b.html'])
})

test('of more than six decodings the first and the plainest are kept', () => {
  const deep = valuesOf(`%25${'25'.repeat(9)}41%00`, 'form')
  assert.equal(deep.length, 6)
  assert.equal(deep[0], `%${'25'.repeat(9)}41\0`)
  assert.ok(!deep.at(-1)?.includes('\0'))
})

test('of a long value the beginning and the end are kept', () => {
  const values = valuesOf(`${'a'.repeat(30_000)}%3Cscript%3E`, 'form')
  assert.ok(values.every((value) => value.length <= maxValueLength))
  assert.ok(values.at(-1)?.endsWith('<script>'))
})

test('any bytes give one to six distinct values within their bounds', () => {
  const piece = fc.constantFrom(
    '%',
    '%25',
    '%c0',
    '%af',
    '&#',
    '&lt',
    ';',
    '\\u',
    '\\x4',
    '41',
    'A',
    '+',
    '/',
    '\u00ff',
    '%u',
    '=',
  )
  const raw = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.array(piece, { maxLength: 60 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(raw, fc.constantFrom('form', 'path', 'text', 'plain'), (text, kind) => {
      const values = valuesOf(text, kind)
      assert.ok(values.length >= 1 && values.length <= 6)
      assert.equal(new Set(values).size, values.length)
      assert.ok(values.every((value) => value.length <= maxValueLength))
    }),
    { numRuns: 400 },
  )
})
