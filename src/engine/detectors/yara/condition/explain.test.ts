import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { explainCondition, type Explained } from './explain.ts'
import {
  all,
  and,
  any,
  calc,
  defined,
  filesize,
  forRange,
  holds,
  int,
  is,
  none,
  not,
  optionsOf,
  or,
  pattern,
  patternAt,
  read,
  sceneOf,
  slot,
  text,
  undef,
  yes,
} from './fixture.ts'
import type { Node } from './node.ts'
import { conditions } from './random-conditions.ts'

const names = { patterns: ['$a', '$b', '$c', '$d'] }
const scene = sceneOf(Buffer.from('MZ\x05abc'), { matches: [[2, 4], [], [], [2, 4]] })

function explain(node: Node, where = scene): Explained {
  return explainCondition(node, { ...optionsOf(), names }, where)
}

/** One line for each part, indented by depth. */
function outline({ text: line, value, children }: Explained, depth = 0): string[] {
  return [
    `${'  '.repeat(depth)}${line} → ${String(value)}`,
    ...children.flatMap((child) => outline(child, depth + 1)),
  ]
}

test('every part of a condition is shown with its value', () => {
  const node = and(
    is(read(16, int(0)), 'eq', int(0x5a4d)),
    or(pattern(1), patternAt(0, calc(int(1), 'add', int(1)))),
  )
  assert.deepEqual(outline(explain(node)), [
    'uint16(0) == 23117 and ($b or $a at 1 + 1) → true',
    '  uint16(0) == 23117 → true',
    '    uint16(0) → 23117',
    '  $b or $a at 1 + 1 → true',
    '    $b → false',
    '    $a at 1 + 1 → true',
    '      #a → 2',
    '      @a → 2',
    '      1 + 1 → 2',
  ])
})

test('undefined parts are shown as such', () => {
  assert.deepEqual(outline(explain(defined(is(undef, 'eq', filesize)))), [
    'defined (uint8(filesize) == filesize) → false',
    '  uint8(filesize) == filesize → undefined',
    '    uint8(filesize) → undefined',
    '      filesize → 6',
    '    filesize → 6',
  ])
})

test('of a loop the iteration that decided is shown', () => {
  const body = is(read(8, slot(0)), 'ne', int(5))
  assert.deepEqual(outline(explain(forRange(all, [int(0), filesize], body))), [
    'for all v0 in (0..filesize) : (uint8(v0) != 5) → false',
    '  filesize → 6',
    '  v0 = 2 → false',
    '    uint8(v0) != 5 → false',
    '      uint8(v0) → 5',
    '        v0 → 2',
  ])
  assert.deepEqual(outline(explain(forRange(none, [int(3), int(5)], is(slot(0), 'gt', int(9))))), [
    'for none v0 in (3..5) : (v0 > 9) → true',
  ])
})

test('loops over patterns and inside loops are followed', () => {
  const inner = forRange(
    any,
    [int(1), { op: 'count', pattern: 'current' }],
    is({ op: 'offset', pattern: 'current', index: slot(0) }, 'eq', int(4)),
  )
  assert.deepEqual(outline(explain({ op: 'for-patterns', quantifier: any, patterns: [1, 3], body: inner })), [
    'for any of ($b, $d) : (for any v0 in (1..#) : (@[v0] == 4)) → true',
    '  $ = $d → true',
    '    for any v0 in (1..#) : (@[v0] == 4) → true',
    '      # → 2',
    '      v0 = 2 → true',
    '        @[v0] == 4 → true',
    '          @[v0] → 4',
    '            v0 → 2',
  ])
})

test('the pattern at hand is that of the outer loop again after an inner one', () => {
  const inner: Node = { op: 'for-patterns', quantifier: any, patterns: [2], body: not(pattern('current')) }
  const node: Node = {
    op: 'for-patterns',
    quantifier: any,
    patterns: [1, 3],
    body: and(inner, pattern('current')),
  }
  assert.deepEqual(outline(explain(node)).slice(-3), ['      $ → true', '        # → 2', '        @ → 2'])
})

test('variables of with are shown', () => {
  const node: Node = { op: 'with', bindings: [{ slot: 0, value: filesize }], body: is(slot(0), 'eq', int(6)) }
  assert.deepEqual(outline(explain(node)), [
    'with v0 = filesize : (v0 == 6) → true',
    '  v0 → 6',
    '  v0 == 6 → true',
    '    v0 → 6',
  ])
})

test('a great condition is shown in part and in short', () => {
  const many = or(...Array.from({ length: 5000 }, () => pattern(0)))
  const wide = explain(many)
  assert.equal(wide.children.length, 101)
  assert.equal(wide.children.at(-1)?.text, '…')
  assert.equal(wide.text.length, 200)
  const count = (part: Explained): number => part.children.reduce((sum, child) => sum + count(child), 1)
  const groups = or(
    ...Array.from({ length: 90 }, () => or(...Array.from({ length: 90 }, () => is(filesize, 'gt', int(1))))),
  )
  assert.ok(count(explain(groups)) < 2600)
  const long = explain({
    op: 'eq',
    type: 'text',
    left: { op: 'with', bindings: [], body: yes },
    right: text('x'.repeat(9000)),
  })
  assert.ok(JSON.stringify(long).length < 2000)
})

test('the whole has the value that a run has', () => {
  fc.assert(
    fc.property(conditions, fc.uint8Array({ maxLength: 8 }), (node, bytes) => {
      const where = sceneOf(bytes, { matches: [[0, 3], [], [1], []], rules: [true] })
      assert.equal(explain(node, where).value === true, holds(node, where))
    }),
    { numRuns: 1000 },
  )
})
