// The machine's costs and limits. What it finds is compared with a model in machine-model.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Machine } from './machine.ts'
import { parseCondition } from './parse-regex.ts'
import { compileProgram } from './program.ts'
import type { Tree } from './tree.ts'

function program(source: string, direction: 'forward' | 'backward'): Int32Array {
  const code = compileProgram(parseCondition(source, 's'), { direction, wide: false })
  assert.ok(code !== undefined)
  return code
}

const slow: readonly [source: string, unit: string][] = [
  ['(a+)+b', 'a'],
  ['(a|aa)*c', 'a'],
  ['(.*)*x', 'a'],
  ['(x+x+)+y', 'x'],
  ['(a|a?)+b', 'a'],
  ['([a-z]+)*1', 'ab'],
  ['(a*)*(a*)*(a*)*b', 'a'],
  ['((a{1,50}){1,50}){1,5}b', 'a'],
  ['(a?){50}a{50}b', 'a'],
  ['.{0,500}.{0,500}.{0,500}b', 'a'],
  ['(.{0,300}x){1,20}b', 'ax'],
  ['a{300,5000}b', 'a'],
  ['(ab){20,5000}c', 'ab'],
  ['.*.*.*.*b', 'a'],
  ['[ab]*a[ab]{12}c', 'ab'],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'],
]

for (const [source, unit] of slow) {
  test(`/${source}/ takes ten times as long for ten times as many bytes`, () => {
    const machine = new Machine()
    const forward = program(source, 'forward')
    const backward = program(source, 'backward')
    const costs = [10_000, 100_000].map((length) => {
      const bytes = Buffer.alloc(length, unit)
      const run = { base: 0, bytes, limit: length, longest: true }
      machine.steps = 0
      assert.equal(machine.ends({ ...run, code: forward, at: 0 }), -1)
      assert.equal(machine.search({ ...run, code: forward, at: 0 }), -1)
      machine.starts({ ...run, code: backward, at: length }, () => assert.fail('a start'))
      machine.findAll({ ...run, code: backward, at: length }, () => assert.fail('a match'))
      assert.ok(machine.steps <= 4 * length * (forward.length + backward.length))
      return machine.steps
    })
    assert.ok(costs[1]! < costs[0]! * 11, `${costs[0]} and ${costs[1]} steps`)
  })
}

test('all matches of a pattern that matches everywhere cost one pass', () => {
  const machine = new Machine()
  const code = program('[a-z]{3,}', 'backward')
  const bytes = Buffer.alloc(100_000, 'a')
  let count = 0
  machine.findAll(
    { code, base: 0, bytes, at: bytes.length, limit: bytes.length, longest: true },
    (_, end) => {
      assert.equal(end, bytes.length)
      count++
    },
  )
  assert.equal(count, bytes.length - 2)
  assert.ok(machine.steps < bytes.length * 10)
})

test('a counter finds the farthest end for each of many entries', () => {
  const code = program('a{4,12}', 'backward')
  const bytes = Buffer.alloc(40, 'a')
  const ends: number[] = []
  new Machine().findAll({ code, base: 0, bytes, at: 40, limit: 40, longest: true }, (_, end) =>
    ends.unshift(end),
  )
  assert.deepEqual(
    ends,
    Array.from({ length: 37 }, (_, start) => Math.min(40, start + 12)),
  )
})

test('a counted gap costs what an endless one costs', () => {
  const machine = new Machine()
  const bytes = Buffer.alloc(50_000, 'ab')
  const [counted, endless] = ['(.{10,5000}b)x', '(.*b)x'].map((source) => {
    machine.steps = 0
    const code = program(source, 'forward')
    machine.search({ code, base: 0, bytes, at: 0, limit: bytes.length })
    return machine.steps
  })
  assert.ok(counted! < endless! * 3, `${counted} and ${endless} steps`)
})

test('a byte that no match begins with costs next to nothing', () => {
  const machine = new Machine()
  const code = program('[0-9]{4}', 'backward')
  const bytes = Buffer.alloc(1_000_000, 'x')
  machine.findAll({ code, base: 0, bytes, at: bytes.length, limit: bytes.length, longest: false }, () =>
    assert.fail('a match'),
  )
  assert.ok(machine.steps < bytes.length / 2)
})

test('a run reads no more than its limit', () => {
  const machine = new Machine()
  const bytes = Buffer.alloc(100, 'a')
  const forward = { code: program('a+', 'forward'), base: 0, bytes }
  const backward = { code: program('a+', 'backward'), base: 0, bytes }
  assert.equal(machine.ends({ ...forward, at: 50, limit: 7, longest: true }), 57)
  assert.equal(machine.ends({ ...forward, at: 50, limit: 70, longest: true }), 100)
  assert.equal(machine.ends({ ...forward, at: 50, limit: 0, longest: true }), -1)
  const starts: number[] = []
  machine.starts({ ...backward, at: 50, limit: 3 }, (start) => starts.push(start))
  assert.deepEqual(starts, [49, 48, 47])
  const all: number[] = []
  machine.findAll({ ...backward, at: 50, limit: 2, longest: false }, (start, end) => all.push(start, end))
  assert.deepEqual(all, [49, 50, 48, 49])
  assert.throws(() => machine.ends({ ...forward, at: 101, limit: 1, longest: true }), RangeError)
})

test('a run that its check ends leaves nothing behind', () => {
  const machine = new Machine()
  const bytes = Buffer.alloc(4_000_000, 'a')
  const code = program('a{20,30}b', 'backward')
  const find = program('a{20,30}b', 'forward')
  let calls = 0
  machine.check = () => {
    calls++
    throw new Error('enough')
  }
  const all = { code, base: 0, bytes, at: bytes.length, limit: bytes.length, longest: true }
  const far = { code: program('(.{20,30})+b', 'forward'), base: 0, bytes, at: 0, limit: bytes.length }
  assert.throws(() => machine.ends({ ...far, longest: true }), /enough/)
  assert.throws(() => machine.search({ ...far, code: find }), /enough/)
  assert.equal(calls, 2)
  machine.check = undefined
  const short = Buffer.from(`${'a'.repeat(40)}b`)
  const found: number[] = []
  machine.findAll({ ...all, bytes: short, at: short.length }, (start) => found.push(start))
  assert.deepEqual(found, [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10])
  assert.equal(machine.search({ ...far, code: find, bytes: short }), 10)
  assert.equal(machine.ends({ ...far, code: find, bytes: short, at: 10, longest: false }), 41)
})

test('a long run with a single way through the program is looked at too', () => {
  const machine = new Machine()
  let calls = 0
  machine.check = () => void calls++
  const bytes = Buffer.alloc(6_000_000, 'abc')
  const run = { code: program('(abc)+$', 'forward'), base: 0, bytes, at: 0, limit: bytes.length }
  assert.equal(machine.ends({ ...run, longest: false }), bytes.length)
  assert.ok(calls >= 5)
})

test('findAll refuses a forward program, which cannot answer it', () => {
  const run = { code: program('a', 'forward'), base: 0, bytes: Buffer.from('a'), at: 1, limit: 1 }
  assert.throws(() => new Machine().findAll({ ...run, longest: true }, () => {}), TypeError)
})

test('a tree that would become too large has no program', () => {
  const item: Tree = {
    kind: 'either',
    items: [
      { kind: 'bytes', bytes: Uint8Array.of(1) },
      { kind: 'bytes', bytes: Uint8Array.of(2, 3) },
    ],
  }
  const times = (most: number): Tree => ({ kind: 'repeat', item, least: 0, most, greedy: true })
  assert.ok(compileProgram(times(1000), { direction: 'forward', wide: false }) !== undefined)
  assert.equal(compileProgram(times(10_000), { direction: 'forward', wide: false }), undefined)
  assert.equal(compileProgram(times(1e9), { direction: 'backward', wide: false }), undefined)
})
