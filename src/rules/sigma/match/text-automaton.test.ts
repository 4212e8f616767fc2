// The index of texts finds what a plain search finds.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { otherCharacter, textAutomaton } from './text-automaton.ts'

test('every text that occurs is found, also inside and at the end of others', () => {
  const letters = fc.constantFrom('a', 'b', 'c')
  const word = (most: number): fc.Arbitrary<string> =>
    fc.array(letters, { minLength: 1, maxLength: most }).map((chars) => chars.join(''))
  fc.assert(
    fc.property(fc.array(word(4), { minLength: 1, maxLength: 8 }), word(20), (texts, value) => {
      const found = new Set<number>()
      textAutomaton(texts.map((text, id) => ({ text, id })))(value, (id) => found.add(id))
      const expected = texts.flatMap((text, id) => (value.includes(text) ? [id] : []))
      assert.deepEqual(
        [...found].toSorted((a, b) => a - b),
        expected,
      )
    }),
    { numRuns: 300 },
  )
})

test('characters beyond ASCII are one, and end what came before', () => {
  const scan = textAutomaton([
    { text: 'ab', id: 1 },
    { text: otherCharacter, id: 2 },
  ])
  const found: number[] = []
  scan('aéb', (id) => found.push(id))
  assert.deepEqual(found, [2])
  scan('éab', (id) => found.push(id))
  assert.deepEqual(found, [2, 2, 1])
})
