// What is accepted and refused here was accepted and refused by clamscan 1.4.6, if nothing else is said.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Tree } from '../../../matcher/regex/tree.ts'
import { noModifiers, neverMatches, parseBodies, parsePlainBody, treeOfBody } from './body.ts'
import { boundaryLeft, boundaryRight } from './marks.ts'
import type { Body } from './records.ts'

/** A tree as text: hexadecimal bytes, `<n>` for a class of n bytes, `.` for any byte. */
function show(tree: Tree): string {
  switch (tree.kind) {
    case 'bytes':
      return Buffer.from(tree.bytes).toString('hex')
    case 'class':
      return members(tree.set).length === 256 ? '.' : `<${members(tree.set).length}>`
    case 'concat':
      return tree.items.map(show).join(' ')
    case 'either':
      return `(${tree.items.map(show).join('|')})`
    case 'repeat':
      return `${show(tree.item)}{${tree.least},${tree.most}}`
    case 'assert':
      return tree.that
  }
}

function members(set: Uint32Array): number[] {
  return Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => (((set[byte >> 5] ?? 0) >>> (byte & 31)) & 1) === 1,
  )
}

function body(text: string): Body {
  const parsed = parsePlainBody(text)
  if (typeof parsed === 'string') assert.fail(`${text}: ${parsed}`)
  return parsed
}

const trees: readonly (readonly [string, string])[] = [
  ['DEADbeef', 'deadbeef'],
  ['6465??61', '6465 . 61'],
  ['6465????????61', '6465 .{4,4} 61'],
  ['6465a??a', '6465 <16> <16>'],
  ['6465{3}6162', '6465 .{3,3} 6162'],
  ['6465*6162', '6465 .{0,Infinity} 6162'],
  ['6465{2-5}6162', '6465 .{2,5} 6162'],
  ['6465{1-1}6162', '6465 . 6162'],
  ['6465{-5}6162', '6465 .{0,5} 6162'],
  ['6465{5-}6162', '6465 .{5,Infinity} 6162'],
  ['6465{200}6162', '6465 .{200,200} 6162'],
  ['6465(61|62|63)', '6465 <3>'],
  ['6465!(61|62|63)', '6465 <253>'],
  ['6465(6162|6364)', '6465 (6162|6364)'],
  ['6465(61|6263)', '6465 (61|6263)'],
  ['6465(6?|7?)', '6465 (<16>|<16>)'],
  ['6465(61|)62', '6465 (61|) 62'],
  ['6465(6(1|2)|63)', '6465 (61|62|63)'],
  ['6465(61(62|63)64|65(|66))', '6465 (616264|616364|65|6566)'],
  ['6465(61|61)', '6465 <1>'],
  ['6465!(6162|6164|7071)', '6465 (<254> .|61 <254>|70 <255>)'],
  ['6465(L)6162', '6465 (<1>|0d0a) 6162'],
  ['6465!(L)6162', '6465 <255> 6162'],
  ['6465(B)6162', '6465 <13> 6162'],
  ['6465(W)6162', '6465 <194> 6162'],
  ['{2}6465', '.{2,2} 6465'],
  ['6465(61{1}|62)', '6465 (61 .|62)'],
  ['61[2-3]6465[1]62', '61 .{2,3} 6465 . 62'],
]

for (const [text, tree] of trees) {
  test(`${text} becomes ${tree}`, () => assert.equal(show(treeOfBody(body(text))), tree))
}

test('gaps are lazy, so that the next part is looked for from the nearest place on', () => {
  const tree = treeOfBody(body('6465{1-9}6162'))
  assert.ok(tree.kind === 'concat' && tree.items[1]?.kind === 'repeat' && !tree.items[1].greedy)
})

test('zero is no bound of a jump: clamscan finds dead*beef with {0}, {}, {-}, {0-0} and {-0} alike', () => {
  for (const jump of ['{0}', '{}', '{-}', '{0-0}', '{-0}']) {
    assert.deepEqual(
      body(`dead${jump}beef`).parts[1]?.gap,
      { least: 0, most: Number.POSITIVE_INFINITY },
      jump,
    )
  }
})

test('a jump of at least more than at most bytes is taken by clamscan, but never matches', () => {
  assert.equal(parsePlainBody('6465{2-1}6162'), neverMatches)
})

const refused = [
  '6465616',
  '64 65',
  '6465)6162',
  '6465(6162',
  '6465()62',
  '6465(b)',
  '6465(B|L)',
  '6465/61/',
  '64??61',
  '64??????',
  '(64|65)61(61|62)',
  '64(61|62)65',
  '64{1-1}6162',
  '6465{200}',
  '{2-3}6465',
  '64656{2}61',
  '?(61|62)6465',
  '6465**6162',
  '*6465',
  '6465*',
  '(B)*6162',
  '6465{x}6162',
  '6465{1-2-3}6162',
  '6465{1',
  '6465{4294967295}6162',
  '6465(61{1-2}|62)',
  '6465(61*|62)',
  '6465!(61|6162)',
  '6465!(6?|7?)',
  '6465(61!(62)|63)',
  '6465(6|61)',
  '6465(|6162)',
  '6465(|)',
  '646561[1-33]62',
  '646561[2-1]62',
  '6465[1-2]6265',
  '64[0-1]61[0-1]626566',
  '646561[1-2',
  '64656164{1-2}65{2}6566',
  '6465(((((((((((((((((61)))))))))))))))))62',
  '',
]

for (const text of refused) {
  test(`${JSON.stringify(text)} is refused`, () => assert.equal(typeof parsePlainBody(text), 'string'))
}

test('sixteen groups in each other are taken, as by clamscan, seventeen are not', () => {
  assert.equal(show(treeOfBody(body(`6465${'('.repeat(16)}61${')'.repeat(16)}`))), '6465 61')
  assert.equal(typeof parsePlainBody(`6465${'('.repeat(17)}61${')'.repeat(17)}`), 'string')
})

test('marks at the ends of a part consume nothing and are fields of it', () => {
  const { parts } = body('(B)6465*6162!(W)*6364(L)')
  assert.deepEqual(
    parts.map(({ left, right }) => [left, right]),
    [
      [{ kind: 'boundary', negated: false }, undefined],
      [undefined, { kind: 'word', negated: true }],
      [undefined, { kind: 'line', negated: false }],
    ],
  )
  assert.deepEqual(
    parts.map(({ tree }) => show(tree)),
    ['6465', '6162', '6364'],
  )
})

test('only the outermost mark is one; a negated one at the start is a byte', () => {
  assert.deepEqual(body('6465(B)(L)').parts[0]?.right, { kind: 'line', negated: false })
  assert.equal(show(treeOfBody(body('6465(B)(L)'))), '6465 <13>')
  assert.equal(body('!(B)6465').parts[0]?.left, undefined)
  assert.equal(show(treeOfBody(body('!(B)6465'))), '<243> 6465')
})

test('a boundary is found next to these bytes only, each tried with clamscan', () => {
  assert.equal(Buffer.from(members(boundaryLeft)).toString('latin1'), ' -./<@_')
  assert.equal(Buffer.from(members(boundaryRight)).toString('latin1'), '\n\r "\'-/=>_')
})

test('anchored bytes stand beside the part: clamscan takes the offset from the part itself', () => {
  const [part] = body('64[2-3]6162').parts
  assert.ok(part?.before !== undefined && part.after === undefined)
  assert.equal(show(part.tree), '6162')
  assert.equal(show(part.before.tree), '64')
  assert.deepEqual(part.before.distance, { least: 2, most: 3 })
})

function modified(text: string, letters: string): string[] | string {
  const [nocase, fullword, wide, ascii] = ['i', 'f', 'w', 'a'].map((letter) => letters.includes(letter))
  const modifiers = { ...noModifiers, nocase: nocase === true, fullword: fullword === true }
  const bodies = parseBodies(text, { ...modifiers, wide: wide === true, ascii: ascii === true })
  return typeof bodies === 'string' ? bodies : bodies.map((one) => show(treeOfBody(one)))
}

test('i makes letters match in both cases, in alternatives too, and leaves other bytes as they are', () => {
  assert.deepEqual(modified('6130(62|3131)', 'i'), ['<2> 30 (<2>|3131)'])
})

test('w puts a zero behind each byte and wildcard, not into gaps; with a both forms are looked for', () => {
  assert.deepEqual(modified('6162??*63646?', 'w'), ['61006200 . 00 .{0,Infinity} 63006400 <16> 00'])
  assert.deepEqual(modified('6162(63|6465)', 'wa'), ['61006200 (6300|64006500)', '6162 (63|6465)'])
  assert.deepEqual(modified('61', 'w'), ['6100'])
  assert.deepEqual(modified('6162[1-2]63', 'w'), ['61006200 .{1,2} 6300'])
})

test('f puts marks of words at both ends', () => {
  const bodies = parseBodies('6162*6364', { ...noModifiers, fullword: true, wide: true })
  if (typeof bodies === 'string') assert.fail(bodies)
  const word = { kind: 'word', negated: false }
  assert.deepEqual(
    bodies[0]?.parts.map(({ left, right }) => [left, right]),
    [
      [word, undefined],
      [undefined, word],
    ],
  )
  assert.equal(bodies[0].wide, true)
})

test('any modifier makes alternatives generic, which cannot be negated', () => {
  for (const letter of 'ifwa') assert.equal(typeof modified('6465!(62|63)6462', letter), 'string', letter)
})

test('groups that multiply without end are refused quickly', () => {
  const started = performance.now()
  assert.equal(typeof parsePlainBody(`6465(${'(61|62)'.repeat(15)}|63)`), 'string')
  assert.ok(performance.now() - started < 1000)
})

test('long negated alternatives are refused instead of multiplied out', () => {
  const long = Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(80, '0'))
  assert.equal(typeof parsePlainBody(`6465!(${long.join('|')})`), 'string')
})

test('any text is a body or a message', () => {
  const piece = fc.constantFrom(
    '61',
    '6a',
    '?',
    '??',
    '*',
    '{',
    '}',
    '-',
    '3',
    '(',
    ')',
    '|',
    '!',
    '[',
    ']',
    '(B)',
    '(L)',
    '{2-3}',
    '\u00ff',
    'z',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, on) => {
      const bodies = parseBodies(pieces.join(''), { nocase: on, fullword: on, wide: on, ascii: on })
      if (typeof bodies === 'string') assert.ok(bodies.length > 0)
      else for (const one of bodies) assert.ok(show(treeOfBody(one)).length > 0)
    }),
    { numRuns: 2000 },
  )
})
