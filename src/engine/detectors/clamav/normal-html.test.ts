// The forms are those that clamscan 1.4.6 leaves with --leave-temps: nocomment.html and notags.html.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { normaliseHtml } from './normal-html.ts'

/** Page, the form without comments, the displayed text. */
const pages: readonly (readonly [string, string, string])[] = [
  ['<html><!-- a > b --> after <!doctype x> z', '<html>b --> after z', ' b --> after z'],
  [
    '<html><script>if (a<b) { x = "A" } </script>t <b>x',
    '<html><script>if(a<b){x="a"}</script>t <b>x',
    ' t x',
  ],
  ["<html><script>x = 'y'</script>", '<html><script>x="y"</script>', ' '],
  ["<html><a  href = FOO bar='a b'>t", '<html><a href=foo bar="a b">t', ' FOO t'],
  ['<html><img src="a\'b"/><br />x< b>y', '<html><img src="a"b" /><br />x<b>y', ' a"b x y'],
  ['<html>&nbsp;&unknown;&amp &lt;b&gt; a&b;', '<html>\xa0&unknown;&amp <b> a&b;', ' b a '],
  ['<html>&#233;&#x41;&#x20ac;&#;', '<html>\xe9a&#x20ac;\0', ' '],
  ['<html>a\0b\r\n\tc', '<html>ab c', ' ab c'],
  ['<html><a href="data:text/html,hello">x</a>', '<html><a href="data">x</a>', ' x '],
  [
    '<html><p class="A\tB\n\nC"  id=X>  Lead  </p>  <p>',
    '<html><p class="a\tb c" id=x>lead </p><p>',
    ' lead ',
  ],
  ['<html><style>A { B } </style>x', '<html><style>a{b}</style>x', ' x'],
  ['<html><a href="http://A/B">one</a>', '<html><a href="http://a/b">one</a>', ' http://A/B one '],
  ['<html>a<b c="d', '<html>a<b c="d', ' a '],
  ['<html>caf\xc3\xa9 b', '<html>caf\xc3\xa9 b', ' caf\xc3\xc3 b'],
  ['<html>a\xe3\x80\x82b\xa1Cc', '<html>a.b.\0c', ' a.b.\0c'],
  ['<html>cut\xc3', '<html>cut', ' cut'],
]

for (const [page, markup, text] of pages) {
  test(`${JSON.stringify(page)} is normalised`, () => {
    const { withoutComments, withoutTags } = normaliseHtml(Buffer.from(page, 'latin1'))
    assert.equal(Buffer.from(withoutComments).toString('latin1'), markup)
    assert.equal(Buffer.from(withoutTags).toString('latin1'), text)
  })
}

test('any bytes are normalised to a few times their length at most', () => {
  const marks = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '=',
    '&',
    '#',
    ';',
    '!',
    '-',
    ' ',
    'a',
    'script',
    '/',
    '\0',
    'data:',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(marks, fc.string({ unit: 'binary' })), { maxLength: 200 }), (pieces) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1')
      const { withoutComments, withoutTags } = normaliseHtml(bytes)
      assert.ok(withoutComments.length <= bytes.length * 2 + 2 && withoutTags.length <= bytes.length * 2 + 2)
    }),
    { numRuns: 300 },
  )
})

test('a megabyte of openings takes no time', () => {
  for (const piece of ['<', '<a ', '&', '&#', '<!', '<script>', '<a b="']) {
    const started = performance.now()
    normaliseHtml(Buffer.from(piece.repeat(1_000_000 / piece.length)))
    assert.ok(performance.now() - started < 3000, piece)
  }
})
