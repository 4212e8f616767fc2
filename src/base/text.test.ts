import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { decodeName, pathText, printable } from './text.ts'

test('ordinary text in any script stays as it is', () => {
  for (const text of ['', 'a b.txt', "it's", '"quoted"', '안녕 ünïcode 𝄞', 'a\\nb', '%s']) {
    assert.equal(printable(text), text)
  }
})

test('control characters become visible escapes on one line', () => {
  const shown: readonly (readonly [string, string])[] = [
    ['a\nb\tc\rd', String.raw`a\nb\tc\rd`],
    ['\u001b[31mred\u0007', String.raw`\x1b[31mred\x07`],
    ['\u007f\u0080\u009b\0', String.raw`\x7f\x80\x9b\x00`],
    ['\u2028\u2029\ufeff', String.raw`\u{2028}\u{2029}\u{feff}`],
    ['photo\u202egpj.exe', String.raw`photo\u{202e}gpj.exe`],
  ]
  for (const [text, expected] of shown) assert.equal(printable(text), expected)
})

test('nothing that controls a terminal, a line or the direction of text is left, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
      assert.doesNotMatch(printable(text), /\p{Cc}|\p{Zl}|\p{Zp}/u)
    }),
  )
})

test('every character that Unicode calls a control of direction is escaped', () => {
  const left: string[] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    if (!/[\p{Bidi_Control}\p{Cc}]/u.test(character)) continue
    if (printable(character) === character) left.push(code.toString(16))
  }
  assert.deepEqual(left, [])
})

test('valid UTF-8 comes back exactly, anything else is told and stands with U+FFFD', () => {
  assert.deepEqual(decodeName(Buffer.from('ünï')), { text: 'ünï', exact: true })
  for (const bytes of [[0xff], [0x61, 0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const { text, exact } = decodeName(Uint8Array.from(bytes))
    assert.equal(exact, false)
    assert.ok(text.includes('\ufffd'))
  }
})

test('exact means exact: encoding the text again gives the very bytes, whatever they are', () => {
  const mark = fc.constant(Uint8Array.of(0xef, 0xbb, 0xbf))
  const text = fc.string({ unit: 'binary', maxLength: 5 }).map((value) => new Uint8Array(Buffer.from(value)))
  const bytes = fc
    .array(fc.oneof(mark, text, fc.uint8Array({ maxLength: 4 })), { maxLength: 4 })
    .map((parts) => new Uint8Array(Buffer.concat(parts)))
  fc.assert(
    fc.property(bytes, (name) => {
      const decoded = decodeName(name)
      if (decoded.exact) assert.deepEqual(Buffer.from(decoded.text), Buffer.from(name))
    }),
    { numRuns: 500 },
  )
})

test('a path kept as bytes is shown as the text it is', () => {
  assert.equal(pathText(Buffer.from('/srv/ünï').toString('latin1')), '/srv/ünï')
  assert.equal(pathText('/srv/\xff'), '/srv/\ufffd')
})
