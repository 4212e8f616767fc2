// Which signatures clamscan 1.4.6 tries on which files: with `--allmatch` it named the same targets for the same bytes.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hex, load } from './fixture.ts'

const targets = load({
  'a.ndb': Array.from({ length: 15 }, (_, target) => [
    `${target}:${target}:*:${hex('marker')}`,
    `${target}!:${target}:*:${hex('MARKER')}`,
  ]).flat(),
})

const both = ' marker and MARKER '

/** What a file begins with, and the targets whose signatures find lower (`n`) and upper case (`n!`) in it. */
const files: readonly (readonly [string, string, string])[] = [
  ['PE', `MZ${'\0'.repeat(60)}`, '0 0! 1 1!'],
  ['OLE2', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0', '0 0! 2 2!'],
  ['mail', 'From: a@example.org\n\n', '0 0! 4 4!'],
  ['GIF', 'GIF89a\0', '0 0! 5 5!'],
  ['PNG', '\x89PNG\r\n', '0 0! 5 5!'],
  ['JPEG', '\xff\xd8\xff\xe0', '0 0! 5 5!'],
  ['TIFF', 'II*\0', '0 0! 5 5!'],
  ['bitmap', 'BM\0\0', '0 0! 5 5!'],
  ['ELF', '\x7fELF\x02\x01\x01\0', '0 0! 6 6!'],
  ['ASCII text, also in lower case', 'text', '0 0! 7'],
  ['UTF-8 text', 't\xc3\xa4xt', '0 0! 7'],
  ['what might be UTF-16', 'caf\xc3\xa9 \x01\x02', '0 0! 7'],
  ['Mach-O', '\xcf\xfa\xed\xfe\0\0', '0 0! 9 9!'],
  ['universal binary', '\xca\xfe\xba\xbe\0\0\0\x02', '0 0! 9 9!'],
  ['Java class', '\xca\xfe\xba\xbe\0\0\0\x34', '0 0! 12 12!'],
  ['PDF', '%PDF-1.4\n', '0 0! 10 10!'],
  ['Flash', 'FWS\x08', '0 0! 11 11!'],
  ['compiled Python', '\xa7\x0d\x0d\x0a\0\0', '0 0! 14 14!'],
  ['binary data', '\0\x01\x02\x03\0\0', '0 0! 14 14!'],
  ['HTML in its normalised forms', '<html><body>', '0 3'],
  ['HTML within the first kilobyte', `${'.'.repeat(500)}<table>`, '0 3'],
  ['HTML that begins late is also searched as it is', `${'.'.repeat(1500)}<html>`, '0 0! 3'],
  ['an archive', 'PK\x03\x04', '0 0!'],
]

for (const [title, head, found] of files) {
  test(title, () =>
    assert.equal(
      targets
        .names(head + both)
        .toSorted(byTarget)
        .join(' '),
      found,
    ),
  )
}

function byTarget(left: string, right: string): number {
  return Number.parseInt(left, 10) - Number.parseInt(right, 10) || (left < right ? -1 : 1)
}

test('HTML in UTF-16 is narrowed', () => {
  const page = Buffer.from('\ufeff<html><body>marker</body></html>', 'utf16le')
  assert.deepEqual(targets.names(page).toSorted(), ['0', '3'])
})

test('text is searched with white space as single blanks and without other control characters', () => {
  const engine = load({ 'a.ndb': `Text:7:*:${hex('two words')}` })
  assert.deepEqual(engine.names('TWO \t\r\n words'), ['Text'])
  assert.deepEqual(engine.names('tw\u0007o\xc3\xa4 words'), ['Text'])
  assert.deepEqual(engine.names('twowords'), [])
})

test('signatures for text are relative to the end of the normalised text', () => {
  const engine = load({ 'a.ndb': `Text:7:EOF-4:${hex('last')}` })
  assert.deepEqual(engine.names('the   LAST'), ['Text'])
  assert.deepEqual(engine.names('the LAST one'), [])
})

test('own file types take the place of the built-in ones', () => {
  const engine = load({
    'a.ftm': [
      `0:0:${hex('PIC!')}:own:CL_TYPE_ANY:CL_TYPE_GRAPHICS`,
      `1:0:${hex('LET')}*${hex('TER')}:own:CL_TYPE_ANY:CL_TYPE_MAIL`,
    ],
    'a.ndb': [`Picture:5:*:${hex('marker')}`, `Mail:4:*:${hex('marker')}`],
  })
  assert.deepEqual(engine.names('PIC!marker'), ['Picture'])
  assert.deepEqual(engine.names('LET marker TER'), ['Mail'])
  assert.deepEqual(engine.names('GIF89a marker'), [])
})

test('files that ClamAV does not look at are searched like others', () => {
  assert.deepEqual(targets.names(`ID3${both}`), ['0', '0!'])
})
