// The syntax of hex strings. Expected matches and refusals are YARA-X's (1.7.1, native), one by one.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Machine } from './machine.ts'
import { parseHex } from './parse-hex.ts'
import { PatternError } from './pattern-error.ts'
import { compileProgram } from './program.ts'
import { maxLength, minLength } from './transform.ts'

const machine = new Machine()

function matches(body: string, text: string): string {
  const code = compileProgram(parseHex(body), { direction: 'backward', wide: false })
  assert.ok(code !== undefined)
  const bytes = Buffer.from(text, 'latin1')
  const found: string[] = []
  machine.findAll(
    { code, base: 0, bytes, at: bytes.length, limit: bytes.length, longest: false },
    (start, end) => found.unshift(`${start}+${end - start}`),
  )
  return found.join(' ')
}

const found: readonly [body: string, expected: string][] = [
  [' 41 ', '0+1'],
  ['41 [-] 42', '0+2'],
  ['41 [-4] 42', '0+2'],
  ['41 [4-] 42', ''],
  ['41 [2] ?? 45', '0+5'],
  ['41 [1-2][0-1] 44', '0+4'],
  ['41 [ 0x1 - 3 ] 44', '0+4'],
  ['41 (42|43) 43', '0+3'],
  ['41 (42 [-] 43|43) 44', '0+4'],
  ['41 (42 (43|44) | 45 ) 44', '0+4'],
  ['(41|42)', '0+1 1+1'],
  ['~41', '1+1 2+1 3+1 4+1'],
  ['~?1', '1+1 2+1 3+1 4+1'],
  ['?2 4? ~41', '1+3'],
  ['?? [2] ??', '0+4 1+4'],
  ['41~41', '0+2'],
  ['41 /* x */ 42 // y\n 43', '0+3'],
  ['41 (42 /* | */ |43) 43', '0+3'],
  ['41\t\r\n42', '0+2'],
  ['414243', '0+3'],
  ['aB cD', ''],
]

for (const [body, expected] of found) {
  test(`{${body}} in ABCDE`, () => assert.equal(matches(body, 'ABCDE'), expected))
}

const refused: readonly [body: string, offset: number][] = [
  ['', 0],
  [' 4 ', 1],
  [' 414 ', 3],
  ['4 1', 0],
  ['4/**/1', 0],
  [' [4] 41 ', 1],
  [' 41 [4] ', 8],
  ['41 [4-2] 42', 3],
  ['41 [0] 42', 3],
  ['41 [0-0] 42', 3],
  ['41 [0][0] 42', 3],
  ['41 [2_0] 42', 3],
  ['41 [99999999999] 42', 4],
  ['41 [] 42', 4],
  ['41 [1 2] 42', 3],
  ['41 ([2] 43|43) 44', 4],
  ['41 (43 [2]|43) 44', 10],
  ['41 ([1]) 42', 4],
  ['()41', 1],
  ['(|41)', 1],
  ['(41|)', 4],
  ['41 (42', 3],
  ['41) 42', 2],
  ['41 | 42', 3],
  ['~??', 0],
  ['~ 41', 0],
  ['?', 0],
  ['41,42', 2],
  ['41 /* 42', 3],
  ['('.repeat(300), 250],
]

for (const [body, offset] of refused) {
  test(`{${body.slice(0, 30)}} is refused at ${offset}`, () => {
    assert.throws(
      () => parseHex(body),
      (error) => error instanceof PatternError && error.offset === offset,
    )
  })
}

test('jumps next to each other are one jump, and bytes next to each other one node', () => {
  const tree = parseHex('41 42 [1-2] [3-] 43')
  assert.deepEqual([minLength(tree), maxLength(tree)], [7, Infinity])
  assert.equal(tree.kind === 'concat' && tree.items.length, 3)
})

test('any text is parsed or refused with its place', () => {
  const piece = fc.constantFrom(...'4A?~()[]|-/* \n9'.split(''))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const body = pieces.join('')
      try {
        assert.ok(minLength(parseHex(body)) > 0)
      } catch (error) {
        assert.ok(error instanceof PatternError)
        assert.ok(error.offset >= 0 && error.offset <= body.length)
      }
    }),
    { numRuns: 5000 },
  )
})
