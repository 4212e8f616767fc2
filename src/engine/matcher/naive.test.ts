// The matcher against a search that tries everything, on random sets of patterns.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { randomFrom, sampleOf } from '../../../test/eval/agreement/sample-of.ts'
import { everyMatch, type Place, reportedMatches } from '../../../test/support/naive-search.ts'
import {
  base64,
  everyProfile,
  imageOf,
  placesOf,
  run,
  text,
  type Wanted,
} from '../../../test/support/pattern-search.ts'
import { Matcher } from './matcher.ts'
import type { Pattern } from './pattern.ts'
import { rangeSet, setOf } from './regex/byte-set.ts'
import type { Tree } from './regex/tree.ts'

/** Few bytes, so that everything meets: letters in both cases, zero, what is rare, a separator, a digit. */
const letters = [0x61, 0x41, 0x62, 0x00, 0xd7, 0xf1, 0x20, 0x31]
const letter = fc.constantFrom(...letters)
const word = fc.array(letter, { minLength: 1, maxLength: 9 })

const texts = fc
  .record({
    bytes: word,
    nocase: fc.boolean(),
    ascii: fc.boolean(),
    wide: fc.boolean(),
    fullword: fc.boolean(),
    xor: fc.option(fc.tuple(fc.nat(255), fc.nat(255)), { nil: undefined }),
  })
  .map(({ bytes, xor, ...flags }): Pattern => {
    const pattern = text(Buffer.from(bytes).toString('latin1'), {
      ...flags,
      ascii: flags.ascii || !flags.wide,
    })
    if (xor === undefined) return pattern
    return { ...pattern, nocase: false, xor: { least: Math.min(...xor), most: Math.max(...xor) } }
  })

const rotated = 'bcdefghijklmnopqrstuvwxyz0123456789+/ABCDEFGHIJKLMNOPQRSTUVWXYZa'
const encodedTexts = fc
  .tuple(fc.array(letter, { minLength: 3, maxLength: 7 }), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([bytes, wide, own, wideForm]): Pattern => {
    const value = Buffer.from(bytes).toString('latin1')
    const pattern = base64(value, own ? { alphabet: rotated, wide: wideForm } : { wide: wideForm })
    return { ...pattern, base64: (pattern.base64 ?? []).map((variant) => ({ ...variant, wide })) }
  })

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  word.map((bytes): Tree => ({ kind: 'bytes', bytes: Uint8Array.from(bytes) })),
  fc.subarray(letters, { minLength: 1 }).map((bytes): Tree => ({ kind: 'class', set: setOf(...bytes) })),
  fc
    .constantFrom(rangeSet(0, 255), rangeSet(0x40, 0x4f), rangeSet(0x60, 0x7f), setOf(0x41, 0x61))
    .map((set): Tree => ({ kind: 'class', set })),
)

const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
    { arbitrary: leaf, weight: 4 },
    {
      arbitrary: fc
        .array(tie('tree'), { minLength: 1, maxLength: 4 })
        .map((items): Tree => ({ kind: 'concat', items })),
      weight: 5,
    },
    {
      arbitrary: fc
        .array(tie('tree'), { minLength: 1, maxLength: 3 })
        .map((items): Tree => ({ kind: 'either', items })),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(tie('tree'), fc.constantFrom(0, 1, 2, 3), fc.constantFrom(0, 1, 2, 30, Infinity))
        .map(([item, least, more]): Tree => ({
          kind: 'repeat',
          item,
          least,
          most: least + more,
          greedy: true,
        })),
      weight: 2,
    },
  ),
})).tree

/** Cut at their gaps where the parts are rare enough. */
const gapped: fc.Arbitrary<Tree> = fc
  .tuple(
    fc.array(fc.array(fc.constantFrom(0xd7, 0xf1, 0x61), { minLength: 2, maxLength: 4 }), {
      minLength: 2,
      maxLength: 3,
    }),
    fc.array(fc.tuple(fc.constantFrom(0, 1, 5, 70), fc.constantFrom(0, 190, 201, 300, Infinity)), {
      minLength: 2,
      maxLength: 2,
    }),
  )
  .map(([parts, gaps]): Tree => {
    const items = parts.flatMap((bytes, index): Tree[] => {
      const [least, more] = gaps[index - 1] ?? [0, 0]
      const gap: Tree = {
        kind: 'repeat',
        item: { kind: 'class', set: rangeSet(0, 255) },
        least,
        most: least + more,
        greedy: true,
      }
      const part: Tree = { kind: 'bytes', bytes: Uint8Array.from(bytes) }
      return index === 0 || gap.most === 0 ? [part] : [gap, part]
    })
    return { kind: 'concat', items }
  })

const treePatterns = fc
  .record({
    tree: fc.oneof({ arbitrary: trees, weight: 3 }, { arbitrary: gapped, weight: 1 }),
    ascii: fc.boolean(),
    wide: fc.boolean(),
    fullword: fc.boolean(),
    greedy: fc.boolean(),
  })
  .map((pattern): Pattern => ({ kind: 'tree', ...pattern, ascii: pattern.ascii || !pattern.wide }))
  // A rule's string that matches nothing is refused.
  .filter((pattern) => pattern.kind === 'tree' && !everyMatch(pattern, Uint8Array.of(0xee)).some(isEmpty))

function isEmpty({ start, end }: Place): boolean {
  return start === end
}

const patterns = fc.oneof(
  { arbitrary: texts, weight: 3 },
  { arbitrary: encodedTexts, weight: 1 },
  { arbitrary: treePatterns, weight: 3 },
)

interface Case {
  readonly wanted: readonly Wanted[]
  readonly bytes: Uint8Array
}

const cases = fc
  .record({
    wanted: fc.array(
      fc.tuple(
        patterns,
        fc.boolean(),
        fc.option(fc.uniqueArray(fc.nat(12), { maxLength: 3 }), { nil: undefined }),
      ),
      { minLength: 1, maxLength: 8 },
    ),
    seed: fc.nat(),
    pieces: fc.array(
      fc.oneof(fc.nat(7), fc.constant('filler' as const), fc.array(letter, { maxLength: 6 })),
      {
        maxLength: 9,
      },
    ),
  })
  .map(({ wanted, seed, pieces }): Case => {
    const random = randomFrom(seed)
    const bytes = pieces.map((piece) => {
      if (piece === 'filler') return new Uint8Array(random(250)).fill(letters[random(letters.length)] ?? 0)
      if (typeof piece === 'object') return Uint8Array.from(piece)
      const pattern = wanted[piece % wanted.length]?.[0]
      return pattern === undefined ? new Uint8Array(0) : sampleOf(pattern, random).subarray(0, 500)
    })
    return {
      wanted: wanted.map(([pattern, existence, anchors]): Wanted => {
        if (anchors !== undefined && anchors.length > 0) {
          return { pattern, use: { profiles: everyProfile, existence: false, anchors } }
        }
        return { pattern, use: { profiles: everyProfile, existence } }
      }),
      bytes: Buffer.concat(bytes).subarray(0, 900),
    }
  })

function placeText({ start, end }: Place): string {
  return `${start}+${end - start}`
}

const numRuns = Number(process.env['RUNS'] ?? 250)

test('every match of every pattern is found, and nothing else', () => {
  fc.assert(
    fc.property(cases, ({ wanted, bytes }) => {
      const everywhere = wanted.map(({ pattern }) => ({ pattern }))
      const hits = run(new Matcher(imageOf(everywhere)), bytes)
      const numbers = numbersOf(everywhere)
      for (const [index, { pattern }] of wanted.entries()) {
        const found = placesOf(hits, numbers[index] ?? -1)
        if (pattern.kind === 'text' || !pattern.fullword) {
          assert.deepEqual(found, reportedMatches(pattern, bytes).map(placeText))
          continue
        }
        // Which of several ends is looked at for the word's end depends on how the pattern is taken apart.
        const possible = new Set(everyMatch(pattern, bytes).map(placeText))
        for (const place of found) assert.ok(possible.has(place), place)
        for (const place of certainWords(pattern, bytes)) assert.ok(found.includes(place), place)
      }
    }),
    { numRuns },
  )
})

test('where one match is enough there is one, and where only some offsets count those are found', () => {
  fc.assert(
    fc.property(cases, ({ wanted, bytes }) => {
      const hits = run(new Matcher(imageOf(wanted)), bytes, { all: false })
      const numbers = numbersOf(wanted)
      for (const [index, { pattern, use }] of wanted.entries()) {
        const possible = new Set(everyMatch(pattern, bytes).map(placeText))
        const found = placesOf(hits, numbers[index] ?? -1)
        for (const place of found) assert.ok(possible.has(place), place)
        const needed = (
          pattern.kind === 'text' || !pattern.fullword
            ? reportedMatches(pattern, bytes).map(placeText)
            : certainWords(pattern, bytes)
        ).filter((place) => use?.anchors?.includes(Number.parseInt(place, 10)) ?? true)
        if (use?.existence === true) assert.equal(found.length > 0 || needed.length === 0, true)
        else for (const place of needed) assert.ok(found.includes(place), place)
      }
    }),
    { numRuns },
  )
})

/** Equal patterns share a number. */
function numbersOf(wanted: readonly Wanted[]): number[] {
  const keys = wanted.map(({ pattern }) => keyText(pattern))
  const known = [...new Set(keys)]
  return keys.map((key) => known.indexOf(key))
}

function keyText(pattern: Pattern): string {
  return JSON.stringify(pattern, (_key, value: unknown) => (value === Infinity ? 'Infinity' : value))
}

/** Matches at starts with one possible end only. */
function certainWords(pattern: Pattern, bytes: Uint8Array): string[] {
  const loose = pattern.kind === 'tree' ? { ...pattern, fullword: false } : pattern
  const ends = new Map<number, number>()
  for (const { start } of everyMatch(loose, bytes)) ends.set(start, (ends.get(start) ?? 0) + 1)
  return everyMatch(pattern, bytes)
    .filter(({ start }) => ends.get(start) === 1)
    .map(placeText)
}
