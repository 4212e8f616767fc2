// The machine against a matcher that tries everything, on random trees and texts.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { has, rangeSet, setOf } from './byte-set.ts'
import { Machine } from './machine.ts'
import { compileProgram } from './program.ts'
import { maxLength, minLength, simplify, widen } from './transform.ts'
import { maxSize, sizeOf } from './tree-size.ts'
import type { Assertion, Tree } from './tree.ts'

/** Every end of a match of `tree` that begins at `from`: by definition, without any cleverness. */
function endsOf(tree: Tree, bytes: Uint8Array, from: number, width: number): Set<number> {
  switch (tree.kind) {
    case 'bytes': {
      const here = bytes.subarray(from, from + tree.bytes.length)
      return new Set(Buffer.compare(here, tree.bytes) === 0 ? [from + tree.bytes.length] : [])
    }
    case 'class':
      return new Set(from < bytes.length && has(tree.set, bytes[from]!) ? [from + 1] : [])
    case 'concat': {
      let ends = new Set<number>([from])
      for (const item of tree.items) {
        ends = new Set([...ends].flatMap((end) => [...endsOf(item, bytes, end, width)]))
      }
      return ends
    }
    case 'either':
      return new Set(tree.items.flatMap((item) => [...endsOf(item, bytes, from, width)]))
    case 'repeat': {
      let ends = new Set<number>([from])
      const all = new Set<number>(tree.least === 0 ? [from] : [])
      const rounds = Math.min(tree.most, tree.least + bytes.length + 1)
      for (let round = 1; round <= rounds; round++) {
        ends = new Set([...ends].flatMap((end) => [...endsOf(tree.item, bytes, end, width)]))
        if (round >= tree.least) for (const end of ends) all.add(end)
      }
      return all
    }
    case 'assert':
      return new Set(holdsAt(tree.that, bytes, from, width) ? [from] : [])
  }
}

function holdsAt(that: Assertion, bytes: Uint8Array, at: number, width: number): boolean {
  const before = at - width >= 0 ? String.fromCharCode(bytes[at - width]!) : ''
  const after = at + width <= bytes.length ? String.fromCharCode(bytes[at]!) : ''
  const boundary = /\w/.test(before) !== /\w/.test(after)
  const answers: Record<Assertion, boolean> = {
    start: before === '',
    end: after === '',
    'line-start': before === '' || before === '\n',
    'line-end': after === '' || after === '\n',
    'word-boundary': boundary,
    'not-word-boundary': !boundary,
  }
  return answers[that]
}

const letter = fc.constantFrom(0x61, 0x62, 0x63, 0x0a)

const leaf = fc.oneof(
  fc
    .array(letter, { minLength: 1, maxLength: 3 })
    .map((bytes): Tree => ({ kind: 'bytes', bytes: Uint8Array.from(bytes) })),
  fc.array(letter, { maxLength: 3 }).map((bytes): Tree => ({ kind: 'class', set: setOf(...bytes) })),
  fc.constant<Tree>({ kind: 'class', set: rangeSet(0, 255) }),
  fc
    .constantFrom<Assertion>('start', 'end', 'line-start', 'line-end', 'word-boundary', 'not-word-boundary')
    .map((that): Tree => ({ kind: 'assert', that })),
)

/** Repeats of several bytes, long enough to be counted. */
const rows = fc
  .tuple(
    fc.array(fc.subarray([0x61, 0x62, 0x63], { minLength: 1 }), { minLength: 2, maxLength: 4 }),
    fc.nat(3),
    fc.constantFrom(4, 6, Infinity),
  )
  .map(([row, least, more]): Tree => {
    const items = row.map((bytes): Tree => ({ kind: 'class', set: setOf(...bytes) }))
    return { kind: 'repeat', item: { kind: 'concat', items }, least, most: least + more, greedy: true }
  })

const trees = fc.letrec<{ tree: Tree; repeat: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: leaf, weight: 4 },
    {
      arbitrary: fc.array(tie('tree'), { maxLength: 4 }).map((items): Tree => ({ kind: 'concat', items })),
      weight: 4,
    },
    {
      arbitrary: fc
        .array(tie('tree'), { minLength: 1, maxLength: 3 })
        .map((items): Tree => ({ kind: 'either', items })),
      weight: 2,
    },
    { arbitrary: tie('repeat'), weight: 3 },
    { arbitrary: rows, weight: 1 },
  ),
  repeat: fc
    .tuple(tie('tree'), fc.constantFrom(0, 0, 1, 1, 2, 4, 7), fc.constantFrom(0, 1, 2, 5, 8, 14, Infinity))
    .map(([item, least, more]): Tree => ({ kind: 'repeat', item, least, most: least + more, greedy: true })),
})).tree

const texts: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(letter, { maxLength: 14 }),
  fc.array(fc.constantFrom(0x61, 0x61, 0x61, 0x62), { maxLength: 30 }),
)

const machine = new Machine()

interface Case {
  readonly tree: Tree
  readonly bytes: Uint8Array
  readonly wide: boolean
}

const cases = fc
  .record({ tree: trees, text: texts, wide: fc.boolean() })
  .map(({ tree, text, wide }): Case => {
    if (!wide) return { tree, bytes: Uint8Array.from(text), wide }
    return { tree: widen(tree), bytes: Uint8Array.from(text.flatMap(wideOf)), wide }
  })

/** Newlines stay narrow, so that pairs are now and then out of step. */
function wideOf(byte: number): number[] {
  return byte === 0x0a ? [byte] : [byte, 0]
}

function program(
  tree: Tree,
  direction: 'forward' | 'backward',
  wide: boolean,
): { code: Int32Array; base: number } {
  const compiled = compileProgram(tree, { direction, wide })
  assert.ok(compiled !== undefined)
  // Somewhere inside a larger array, as in a database.
  const code = new Int32Array(compiled.length + 12).fill(-1)
  code.set(compiled, 7)
  return { code, base: 7 }
}

test('ends, starts, search and findAll agree with trying everything', () => {
  fc.assert(
    fc.property(cases, ({ tree, bytes, wide }) => {
      fc.pre(sizeOf(tree) < maxSize / 10)
      const width = wide ? 2 : 1
      const expected = Array.from({ length: bytes.length + 1 }, (_, start) =>
        [...endsOf(tree, bytes, start, width)].toSorted((left, right) => left - right),
      )
      const forward = program(tree, 'forward', wide)
      const backward = program(tree, 'backward', wide)
      for (const [at, ends] of expected.entries()) {
        const run = { ...forward, bytes, at, limit: bytes.length }
        assert.equal(machine.ends({ ...run, longest: false }), ends[0] ?? -1)
        assert.equal(machine.ends({ ...run, longest: true }), ends.at(-1) ?? -1)
        const starts: number[] = []
        machine.starts({ ...backward, bytes, at, limit: bytes.length }, (start) => starts.push(start))
        const expectedStarts = [...expected.keys()]
          .filter((start) => expected[start]!.includes(at))
          .toReversed()
        assert.deepEqual(starts, expectedStarts)
        const first = expected.findIndex((each, start) => start >= at && each.length > 0)
        assert.equal(machine.search(run), first)
        assert.equal(machine.has(run), first >= 0)
      }
      for (const longest of [false, true]) {
        const found: [number, number][] = []
        const run = { ...backward, bytes, at: bytes.length, limit: bytes.length, longest }
        machine.findAll(run, (start, end) => found.push([start, end]))
        const all = [...expected.entries()].flatMap(([start, ends]): [number, number][] => {
          const end = ends.at(longest ? -1 : 0)
          return end === undefined ? [] : [[start, end]]
        })
        assert.deepEqual(found, all.toReversed())
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 600) },
  )
})

test('a way that began earlier but came later to a counter is not forgotten for a match already found', () => {
  const dot: Tree = { kind: 'class', set: rangeSet(0, 255) }
  const text = (letters: string): Tree => ({ kind: 'bytes', bytes: Buffer.from(letters) })
  const gap: Tree = { kind: 'repeat', item: dot, least: 3, most: 20, greedy: true }
  const tree: Tree = {
    kind: 'concat',
    items: [{ kind: 'either', items: [text('abab'), text('b')] }, gap, text('x')],
  }
  const bytes = Buffer.from('ababaxaxa')
  assert.equal(machine.search({ ...program(tree, 'forward', false), bytes, at: 0, limit: bytes.length }), 0)
})

test('a tree made simpler matches the same, within its bounds', () => {
  fc.assert(
    fc.property(trees, texts, (tree, text) => {
      const bytes = Uint8Array.from(text)
      const simple = simplify(tree)
      for (let start = 0; start <= bytes.length; start++) {
        const ends = endsOf(tree, bytes, start, 1)
        assert.deepEqual(endsOf(simple, bytes, start, 1), ends)
        for (const end of ends) {
          assert.ok(end - start >= minLength(tree))
          assert.ok(end - start <= maxLength(tree))
        }
      }
    }),
    { numRuns: 300 },
  )
})
