import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Facts } from './facts.ts'
import {
  all,
  and,
  any,
  calc,
  defined,
  filesize,
  float,
  forRange,
  holds,
  int,
  is,
  type Matches,
  no,
  none,
  not,
  or,
  pattern,
  patternAt,
  percent,
  read,
  sceneOf,
  slot,
  times,
  undef,
  yes,
} from './fixture.ts'
import type { Node } from './node.ts'
import { conditions } from './random-conditions.ts'
import { possible } from './require.ts'

const anySize: Facts = { size: { least: 0, most: Number.POSITIVE_INFINITY } }
const sized = (least: number, most: number, more: Partial<Facts> = {}): Facts => ({
  size: { least, most },
  ...more,
})
const mz = Buffer.from('MZ')
const isMz = is(read(16, int(0)), 'eq', int(0x5a4d))

function mayHold(node: Node, facts: Facts): void {
  assert.equal(possible(node, facts), true)
}

function cannotHold(node: Node, facts: Facts): void {
  assert.equal(possible(node, facts), false)
}

test('a size outside the bounds of a condition rules it out', () => {
  const small = is(filesize, 'lt', int(100))
  cannotHold(small, sized(100, 200))
  mayHold(small, sized(99, 200))
  mayHold(not(small), sized(100, 200))
  cannotHold(not(small), sized(10, 99))
  cannotHold(is(filesize, 'eq', int(5)), sized(6, 9))
  mayHold(is(filesize, 'eq', int(6)), sized(6, 9))
  cannotHold(is(calc(filesize, 'add', int(10)), 'le', int(20)), sized(11, 500))
})

test('the first bytes, when known, are read', () => {
  mayHold(isMz, sized(2, 9, { head: mz }))
  cannotHold(isMz, sized(2, 9, { head: Buffer.from('ZM') }))
  cannotHold(
    is(read(32, int(0), { bigEndian: true }), 'eq', int(0x7f454c46)),
    sized(4, 9, { head: Buffer.from('MZ\x90\0') }),
  )
  mayHold(is(read(32, int(0), { bigEndian: true }), 'eq', int(0x4d5a9000)), sized(2, 9, { head: mz }))
})

test('an object that does not begin with a magic number is not read as if it did', () => {
  const facts = sized(0, 100, { headNot: [mz, Buffer.from('\x7fELF')] })
  cannotHold(isMz, facts)
  cannotHold(is(int(0x4d5a), 'eq', read(16, int(0), { bigEndian: true })), facts)
  cannotHold(is(read(32, int(0)), 'eq', int(0x905a4d)), facts)
  cannotHold(is(read(32, int(0), { signed: true, bigEndian: true }), 'eq', int(0x7f454c46)), facts)
  const negative = is(read(16, int(0), { signed: true }), 'eq', int(-2))
  cannotHold(negative, sized(2, 9, { headNot: [Buffer.from([0xfe])] }))
  mayHold(negative, facts)
  mayHold(not(isMz), facts)
  mayHold(is(read(16, int(0)), 'eq', int(0x5a4e)), facts)
  mayHold(is(read(16, int(1)), 'eq', int(0x5a4d)), facts)
  mayHold(is(read(8, int(0)), 'eq', int(0x4d)), facts)
  // The second byte completes what the head begins with.
  cannotHold(is(read(8, int(1)), 'eq', int(0x5a)), { ...facts, head: Buffer.from('M') })
  mayHold(is(read(16, read(32, int(0x3c))), 'eq', int(0x5a4d)), facts)
})

test('an integer beyond the end of every such object is undefined', () => {
  const value = is(read(32, int(6)), 'ne', int(0))
  cannotHold(value, sized(0, 9))
  mayHold(value, sized(0, 10))
  cannotHold(not(value), sized(0, 9))
  mayHold(not(defined(value)), sized(0, 9))
  cannotHold(not(defined(value)), sized(10, 20))
})

test('a condition that needs a pattern is ruled out when none matched', () => {
  const facts = sized(0, 100, { noPatterns: true })
  const of = (quantifier: Parameters<typeof forRange>[0], patterns = [0, 1, 2]): Node => ({
    op: 'of-patterns',
    quantifier,
    patterns,
  })
  for (const node of [
    pattern(0),
    patternAt(1, int(0)),
    of(any),
    of(all),
    of(times(int(2))),
    of(percent(50)),
    is({ op: 'count', pattern: 0 }, 'gt', int(2)),
    is({ op: 'offset', pattern: 0, index: int(1) }, 'lt', int(100)),
    and(yes, or(pattern(0), pattern(1))),
    { op: 'for-patterns', quantifier: any, patterns: [0, 1], body: patternAt('current', int(3)) },
    forRange(all, [int(1), { op: 'count', pattern: 0 }], yes),
  ] satisfies Node[]) {
    cannotHold(node, facts)
    mayHold(node, anySize)
  }
  for (const node of [
    of(none),
    of(times(int(0))),
    not(pattern(0)),
    is({ op: 'count', pattern: 0 }, 'eq', int(0)),
    { op: 'for-patterns', quantifier: none, patterns: [0, 1], body: pattern('current') },
  ] satisfies Node[]) {
    mayHold(node, facts)
  }
})

test('patterns that are absent one by one are counted', () => {
  const facts = sized(0, 100, { patternsAbsent: (index) => index < 2 })
  const of = (count: number): Node => ({
    op: 'of-patterns',
    quantifier: times(int(count)),
    patterns: [0, 1, 2, 3],
  })
  mayHold(of(2), facts)
  cannotHold(of(3), facts)
  const each = (count: number): Node => ({
    op: 'for-patterns',
    quantifier: times(int(count)),
    patterns: [0, 1, 2, 3],
    body: is({ op: 'count', pattern: 'current' }, 'ge', int(1)),
  })
  mayHold(each(2), facts)
  cannotHold(each(3), facts)
})

test('a module without a say is false where it says what the object is, and undefined elsewhere', () => {
  const facts = sized(0, 100, { modulesAbsent: ['pe'] })
  const pe: Node = { op: 'module', module: 'pe' }
  const isPe: Node = { op: 'field', of: pe, name: 'is_pe' }
  const machine: Node = { op: 'field', of: pe, name: 'machine' }
  const sections: Node = { op: 'field', of: pe, name: 'sections' }
  const exports: Node = {
    op: 'call',
    of: pe,
    name: 'exports',
    overload: 0,
    args: [{ op: 'const', type: 'text', value: 'x' }],
  }
  cannotHold(isPe, facts)
  mayHold(not(isPe), facts)
  cannotHold(is(machine, 'ne', int(1)), facts)
  cannotHold(not(is(machine, 'ne', int(1))), facts)
  cannotHold(
    is({ op: 'field', of: { op: 'element', of: sections, key: int(0) }, name: 'size' }, 'ge', int(0)),
    facts,
  )
  cannotHold(exports, facts)
  mayHold(not(exports), facts)
  cannotHold(
    { op: 'for-in', quantifier: none, slots: [0], over: { kind: 'structure', of: sections }, body: yes },
    facts,
  )
  mayHold(isPe, sized(0, 100, { modulesAbsent: ['elf'] }))
})

test('rules, loops, variables and constants are followed', () => {
  cannotHold({ op: 'rule', rule: 3 }, { ...anySize, rule: (index) => index !== 3 })
  mayHold({ op: 'rule', rule: 3 }, { ...anySize, rule: () => undefined })
  cannotHold(forRange(any, [int(1), int(5)], is(slot(0), 'gt', int(5))), anySize)
  mayHold(forRange(any, [int(1), int(5)], is(slot(0), 'gt', int(4))), anySize)
  cannotHold(forRange(none, [int(5), int(1)], yes), anySize)
  cannotHold(forRange(all, [int(5), undef], yes), sized(3, 3))
  cannotHold({ op: 'with', bindings: [{ slot: 0, value: int(4) }], body: is(slot(0), 'eq', int(5)) }, anySize)
  cannotHold({ op: 'of-conditions', quantifier: times(int(2)), items: [yes, no, isMz] }, sized(0, 1))
  cannotHold(not({ op: 'truth', type: 'int', of: int(7) }), anySize)
  mayHold({ op: 'gt', type: 'float', left: filesize, right: float(1) }, anySize)
  mayHold(not(forRange(all, [int(1), read(8, int(0))], yes)), anySize)
  cannotHold(not(forRange(all, [int(1), int(9)], yes)), anySize)
  for (const op of ['div', 'mod'] as const) {
    mayHold(not(defined(calc(int(7), op, filesize))), anySize)
    cannotHold(not(defined(calc(int(7), op, filesize))), sized(1, 9))
  }
})

const objects = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.uint8Array({ maxLength: 6 }).map((rest) => Uint8Array.from([0x4d, 0x5a, ...rest])),
)
const magics = [mz, Buffer.from([0]), Buffer.from([0xff, 0xff]), Buffer.from('MZ\0\0')]

function beginsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte)
}

/** Facts that are true of an object, more or less exact. */
function factsOf(bytes: Uint8Array, matches: Matches, exactness: number): Facts {
  const slack = exactness % 3
  return {
    size: {
      least: Math.max(0, bytes.length - slack),
      most: exactness % 2 === 0 ? bytes.length + slack : Number.POSITIVE_INFINITY,
    },
    ...(exactness % 5 < 3 ? { head: bytes.subarray(0, exactness % 5) } : {}),
    ...(exactness % 7 < 4 ? { headNot: magics.filter((magic) => !beginsWith(bytes, magic)) } : {}),
    ...(matches.every((starts) => starts.length === 0) ? { noPatterns: true } : {}),
    patternsAbsent: (index) => index !== exactness % 4 && matches[index]?.length === 0,
    rule: (index) => (index === 0 ? undefined : index === 1),
  }
}

/** Whether every variable stands inside the loop or `with` that it belongs to: the checker lets no others through. */
function isScoped(part: unknown, slots: ReadonlySet<number>): boolean {
  if (typeof part !== 'object' || part === null) return true
  const node = part as {
    op?: string
    slot?: number
    slots?: readonly number[]
    bindings?: readonly { slot: number }[]
  }
  if (node.op === 'local') return node.slot !== undefined && slots.has(node.slot)
  const bound = [...(node.slots ?? []), ...(node.bindings ?? []).map((binding) => binding.slot)]
  return Object.entries(part).every(([name, below]) =>
    isScoped(below, name === 'body' ? new Set([...slots, ...bound]) : slots),
  )
}

test('no condition that holds is ever ruled out', () => {
  let held = 0
  let ruledOut = 0
  const starts = fc
    .uniqueArray(fc.nat({ max: 12 }), { maxLength: 3 })
    .map((list) => list.toSorted((a, b) => a - b))
  const anyMatches = fc.oneof(fc.constant([[], [], [], []]), fc.array(starts, { minLength: 4, maxLength: 4 }))
  fc.assert(
    fc.property(conditions, objects, anyMatches, fc.nat({ max: 209 }), (node, bytes, matches, exactness) => {
      fc.pre(isScoped(node, new Set()))
      const value = holds(node, sceneOf(bytes, { matches, rules: [exactness % 2 === 0, true, false] }))
      const maybe = possible(node, factsOf(bytes, matches, exactness))
      if (value) held++
      if (!maybe) ruledOut++
      assert.ok(maybe || !value)
    }),
    { numRuns: 6000 },
  )
  // Otherwise nothing has been shown.
  assert.ok(held > 600, `${held} held`)
  assert.ok(ruledOut > 600, `${ruledOut} ruled out`)
})
