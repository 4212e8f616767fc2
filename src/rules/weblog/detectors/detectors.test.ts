// What holds for every detector of the table: bounded findings, no exception and linear time for any text at any place.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { attackClasses, type Part } from '../detector.ts'
import { partDetectors } from './index.ts'

const fragments = [
  '../',
  '%c0%ae',
  '%252e',
  ';',
  '|',
  '`',
  '$(',
  '${',
  '{{',
  '}}',
  '<?',
  '<%=',
  '<!ENTITY ',
  '() {',
  "'",
  '"',
  '\\',
  '\u0000',
  '\r\n',
  'cat ',
  'eval(',
  '/*',
  'O:1:"',
  '@{[',
  'http://',
  '//',
  '*)(',
  'for %a in (',
  'if ',
  '=',
  '+',
  'é',
  '\ud800',
  '漢',
]
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...fragments), { maxLength: 60 }).map((list) => list.join('')),
)

test('any text at any place gives a well-formed finding or nothing', () => {
  const ids = new Set(partDetectors.map((detector) => detector.id))
  assert.equal(ids.size, partDetectors.length)
  fc.assert(
    fc.property(hostile, hostile, (value, name) => {
      for (const detector of partDetectors) {
        for (const place of detector.places) {
          const part: Part = { place, name, raw: value, values: [value] }
          const found = detector.detect(value, part)
          if (found === undefined) continue
          assert.ok(attackClasses.includes(found.class))
          assert.ok(found.confidence >= 1 && found.confidence <= 100)
          assert.match(found.cwe, /^CWE-\d+$/)
          assert.ok(found.techniques.every((technique) => /^T\d{4}(?:\.\d{3})?$/.test(technique)))
          assert.ok(found.why.length > 8 && found.why.length < 1000)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('the longest value of one repeated construct costs a detector a few milliseconds at most', () => {
  for (const fragment of fragments) {
    const value = fragment.repeat(Math.ceil(8192 / fragment.length)).slice(0, 8192)
    const part: Part = { place: 'query', name: 'q', raw: value, values: [value] }
    for (const detector of partDetectors) {
      if (!detector.places.includes('query')) continue
      let bestMs = Infinity
      for (let run = 0; run < 3 && bestMs > 10; run++) {
        const start = performance.now()
        detector.detect(value, part)
        bestMs = Math.min(bestMs, performance.now() - start)
      }
      assert.ok(bestMs <= 10, `${detector.id} took ${bestMs.toFixed(1)} ms for ${JSON.stringify(fragment)}`)
    }
  }
})
