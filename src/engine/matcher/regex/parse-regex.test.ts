// The syntax of regular expressions. Expected matches and refusals are YARA-X's (1.7.1, native), one by one.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Machine } from './machine.ts'
import { parseCondition, parseRegex } from './parse-regex.ts'
import { PatternError } from './pattern-error.ts'
import { compileProgram } from './program.ts'
import { maxLength, minLength, widen } from './transform.ts'

const machine = new Machine()

interface Form {
  readonly flags?: string
  readonly wide?: boolean
}

/** `offset+length` of all matches, as YARA reports them. */
function matches(source: string, text: string, { flags = '', wide = false }: Form = {}): string {
  const { tree, greedy } = parseRegex(source, flags)
  const code = compileProgram(wide ? widen(tree) : tree, { direction: 'backward', wide })
  assert.ok(code !== undefined)
  const bytes = Buffer.from(text, 'latin1')
  const found: string[] = []
  machine.findAll(
    { code, base: 0, bytes, at: bytes.length, limit: bytes.length, longest: greedy },
    (start, end) => found.unshift(`${start}+${end - start}`),
  )
  return found.join(' ')
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

const found: readonly [source: string, text: string, expected: string, form?: Form][] = [
  ['ab+c?', 'xabbbc abc', '1+5 7+3'],
  // Without a quantifier the shortest match counts, with a greedy one the longest.
  ['(a|ab)(c|bcd)', 'xabcd', '1+3'],
  ['ab|a', 'xab', '1+1'],
  ['a+?b', 'aab', '0+3 1+2'],
  ['ab+?', 'abbb', '0+2'],
  ['(a|ab)b*?', 'abbb', '0+1'],
  ['[a-z]{3,}', 'abcdefg', '0+7 1+6 2+5 3+4 4+3'],
  ['[a-z]{3}', 'abcdefg', '0+3 1+3 2+3 3+3 4+3'],
  ['a{,3}b', 'aab', '0+3 1+2 2+1'],
  ['a{ 2 , 3 }b', 'aab', '0+3'],
  ['a{2}{3}b', 'aaaaaab', '0+7'],
  ['a+*b', 'ab', '0+2 1+1'],
  ['a(|b)c', 'ac', '0+2'],
  ['a.b', 'a\nb', ''],
  ['a.b', 'a\nb', '0+3', { flags: 's' }],
  ['a.b', 'a\xffb', '0+3'],
  ['.{2,}', 'abcd\nefg', '0+4 1+3 2+2 5+3 6+2'],
  ['(?s).a', '\na', '0+2'],
  ['(?i)ab', 'AB', '0+2'],
  ['(?i:ab)c', 'ABc ABC', '0+3'],
  ['(?-i)ab', 'AB ab', '3+2', { flags: 'i' }],
  ['a(?i)b|c', 'aB C', '0+2 3+1'],
  ['(?x) a b ', 'ab', '0+2'],
  ['(?U)ab+', 'abb', '0+3'],
  ['(?m)^ab', 'xab\nab\r\nab ab', '4+2 8+2'],
  ['(?m)ab$', 'xab\nab\r\nabc ab', '1+2 12+2'],
  ['(?P<n>b)c', 'bc', '0+2'],
  ['(?<n>bc)', 'bc', '0+2'],
  ['^abc', 'abcabc', '0+3'],
  ['abc$', 'abc\nabc', '4+3'],
  ['\\Aab', 'abab', '0+2'],
  ['ab\\z', 'abab', '2+2'],
  ['\\bab\\b', 'a ab cab abc ab', '2+2 13+2'],
  ['ab\\b', 'ab_ abc ab. ab\xe9 ab9', '8+2 12+2'],
  ['a\\Bb', 'ab', '0+2'],
  ['ab(\\b|c)', 'ab abc', '0+2 3+3'],
  ['\\v\\a\\f\\t\\r', '\x0b\x07\f\t\r', '0+5'],
  ['\\<ab\\>', 'ab <ab>', '3+4'],
  ['a\\/\\_\\ \\-', 'a/_ -', '0+5'],
  ['\\x41\\x{42}\\u0043', 'ABC', '0+3'],
  ['\\w\\d\\s', 'a1 _9\t\xe91 ', '0+3 3+3'],
  ['\\W\\D\\S', '.x.', '0+3'],
  ['[[:alpha:]]bc', 'abc 1bc', '0+3'],
  ['[[:^alpha:]]cd', '1cd acd', '0+3'],
  ['[[:foo:]]cd', 'fcd :cd acd', '0+3 4+3'],
  ['[a-z&&[^b]]cd', 'acd bcd &cd', '0+3'],
  ['[a-c--b]cd', 'acd bcd ccd', '0+3 8+3'],
  ['[a-c~~b-d]x', 'ax bx cx dx', '0+2 9+2'],
  ['[a[b]]cd', 'acd bcd [cd', '0+3 4+3'],
  ['[]a]cd', ']cd acd', '0+3 4+3'],
  ['[^]a]cd', 'xcd ]cd', '0+3'],
  ['[a-]cd', '-cd', '0+3'],
  ['[\\x80-\\xff]c', 'ac \xe9c', '3+2'],
  ['[a&&b]cd', 'acd bcd', ''],
  ['(?i)[k-m]cd', 'KCD', '0+3'],
  ['(?i)[^k]cd', 'KCD kcd lcd', '8+3'],
  // Characters outside ASCII are their UTF-8 bytes, have one case, and are repeated whole.
  [utf8('abé+cd'), utf8('xxabéécd'), '2+8'],
  ['ab\\xe9+cd', 'xxab\xe9\xe9cd', '2+6'],
  ['ab\\x{e9}', `ab\xe9 ${utf8('abé')}`, '4+4'],
  ['ab\\u00e9', `ab\xe9 ${utf8('abé')}`, '4+4'],
  [utf8('abÉ'), utf8('abé'), '', { flags: 'i' }],
  // Wide: assertions look at the first byte of a neighbouring pair and take a single byte for nothing.
  ['\\bab\\b', 'a\0b\0 \0a\0b\0c\0a\0b\0', '0+4', { wide: true }],
  ['ab\\b', 'a\0b\0cc', '', { wide: true }],
  ['ab\\b', 'a\0b\0 c', '0+4', { wide: true }],
  ['ab\\b', 'a\0b\0c', '0+4', { wide: true }],
  ['\\Bab', 'c\xffa\0b\0', '2+4', { wide: true }],
  ['\\bab', '\0ca\0b\0', '2+4', { wide: true }],
  ['\\bab', 'ca\0b\0', '1+4', { wide: true }],
  ['^ab', 'ca\0b\0', '1+4', { wide: true }],
  ['^ab', 'c\0a\0b\0', '', { wide: true }],
  ['ab$', 'a\0b\0 ', '0+4', { wide: true }],
  ['ab$', 'a\0b\0 \0', '', { wide: true }],
  ['(?m)^ab', 'x\0\n\0a\0b\0', '4+4', { wide: true }],
]

for (const [source, text, expected, form] of found) {
  const { flags = '', wide = false } = form ?? {}
  test(`/${source}/${flags}${wide ? ' wide' : ''} in ${JSON.stringify(text)}`, () => {
    assert.equal(matches(source, text, form), expected)
  })
}

const refused: readonly [source: string, offset: number][] = [
  ['a+?b*', 4],
  ['a{3,1}', 1],
  ['a{}', 1],
  ['a{2', 1],
  ['a{,}b', 1],
  ['a{x}', 1],
  ['a{4294967296}', 2],
  ['a(?=b)', 1],
  ['(?<!b)a', 0],
  ['a\\1', 1],
  ['ab\\q', 2],
  ['ab\\', 3],
  ['ab\\x4', 2],
  ['ab\\x{}', 2],
  ['\\x{110000}', 0],
  ['\\u{d800}', 0],
  ['ab\\p{L}', 2],
  ['ab\\b{foo}', 2],
  [utf8('[é]'), 1],
  ['[z-a]cd', 1],
  ['[\\w-z]cd', 1],
  ['[a-\\d]cd', 1],
  ['ab[\\b]', 3],
  ['[a', 0],
  ['[]', 0],
  ['[a-', 0],
  ['*a', 0],
  ['a|*b', 2],
  ['(*b)', 1],
  ['(?i)*b', 4],
  ['a)', 1],
  ['(a', 0],
  ['a(?)b', 2],
  ['a(?i-)b', 4],
  ['a(?z)b', 3],
  ['a(?ii)b', 4],
  ['a(?i', 4],
  ['a(?P<n>b)(?P<n>b)', 13],
  ['(?P<1n>b)', 4],
  ['(?P<>b)', 4],
  ['a\xe9b', 1],
  ['((a|bc){1,300}){1,300}cde', 0],
  [`${'('.repeat(300)}a${')'.repeat(300)}`, 251],
  [`a${'*'.repeat(300)}`, 252],
]

for (const [source, offset] of refused) {
  test(`/${source.slice(0, 40)}/ is refused at ${offset}`, () => {
    assert.throws(
      () => parseRegex(source, ''),
      (error) => error instanceof PatternError && error.offset === offset,
    )
  })
}

test('in conditions quantifiers may be mixed', () => {
  assert.equal(minLength(parseCondition('a+?b*', '')), 1)
})

test('a long repeat of a byte is no large program', () => {
  const { tree } = parseRegex('a{1,100000}bcd', '')
  assert.deepEqual([minLength(tree), maxLength(tree)], [4, 100_003])
  assert.ok((compileProgram(tree, { direction: 'forward', wide: false })?.length ?? Infinity) < 100)
})

test('any text is parsed or refused with its place, and what is parsed can be compiled and run', () => {
  const piece = fc.constantFrom(...'ab01(){}[]|*+?^$.\\-,:&~<>imsxPuUdwbB \n\x80\xc3\xa9'.split(''))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, ignoreCase) => {
      const source = pieces.join('')
      try {
        const { tree } = parseRegex(source, ignoreCase ? 'i' : '')
        assert.ok(minLength(tree) <= maxLength(tree) || minLength(tree) === Infinity)
        matches(source, 'ab0 \n')
      } catch (error) {
        assert.ok(error instanceof PatternError)
        assert.ok(error.offset >= 0 && error.offset <= source.length)
      }
    }),
    { numRuns: 5000 },
  )
})
