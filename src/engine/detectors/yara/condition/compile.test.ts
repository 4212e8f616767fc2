// Expected values are those of YARA-X 1.7 and 1.20, asked for the same expressions.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  and,
  calc,
  defined,
  filesize,
  float,
  holds,
  int,
  is,
  no,
  not,
  or,
  pattern,
  patternAt,
  read,
  sceneOf,
  text,
  undef,
  valueOf,
  yes,
} from './fixture.ts'
import type { Node, PatternRef } from './node.ts'

const bytes = Buffer.from('ABCDEFGHIJKLMNOP\x00\x01\x02\xff\xff\xff\xff', 'latin1')
const scene = sceneOf(bytes, { matches: [[0, 5, 9], [], [3], []], rules: [true, false] })
const value = (node: Node): unknown => valueOf(node, scene)
const minusOne = calc(read(8, int(16)), 'sub', read(8, int(17)))
const greatest = int('9223372036854775807')
const least = -(2n ** 63n)

test('integers wrap around at 64 bits', () => {
  assert.equal(value(calc(greatest, 'add', int(1))), least)
  assert.equal(value(calc(greatest, 'mul', int(2))), -2)
  assert.equal(value(calc(calc(int(1), 'shl', int(63)), 'sub', int(1))), 2n ** 63n - 1n)
  assert.equal(value({ op: 'neg', type: 'int', of: calc(int(1), 'shl', int(63)) }), least)
  assert.equal(value(calc(calc(int(1), 'shl', int(63)), 'div', minusOne)), least)
  assert.equal(value(calc(calc(int(1), 'shl', int(63)), 'mod', minusOne)), 0)
})

test('integers are exact on both sides of 2^53, and each has one form', () => {
  const edge = 2 ** 53 - 1
  assert.equal(value(calc(int(edge), 'add', int(1))), 2n ** 53n)
  assert.equal(value(calc(int('9007199254740993'), 'sub', int(2))), edge)
  assert.equal(value(calc(int(3037000500), 'mul', int(3037000500))), 3037000500n ** 2n - 2n ** 64n)
  assert.equal(value(calc(int(94906267), 'mul', int(94906267))), 94906267n ** 2n)
  assert.equal(value({ op: 'bitnot', of: int(edge) }), -(2n ** 53n))
  assert.equal(value({ op: 'bitnot', of: int('-9007199254740992') }), edge)
  assert.equal(value(calc(int('9007199254740993'), 'div', int(3))), 3002399751580331)
  assert.equal(value(is(int('9007199254740993'), 'eq', int('9007199254740992'))), false)
  assert.equal(value(is(int('9007199254740993'), 'gt', int(edge))), true)
})

test('division goes towards zero, the remainder has the sign of the dividend, and zero divides nothing', () => {
  assert.equal(value(calc(int(-7), 'div', int(2))), -3)
  assert.equal(value(calc(int(-7), 'mod', int(4))), -3)
  assert.equal(value(calc(int(7), 'mod', int(-4))), 3)
  assert.ok(Object.is(value(calc(int(-1), 'div', int(2))), 0))
  assert.ok(Object.is(value(calc(int(-4), 'mod', int(2))), 0))
  assert.ok(Object.is(value(calc(int(-4), 'mul', int(0))), 0))
  for (const op of ['div', 'mod'] as const) assert.equal(value(calc(int(1), op, read(8, int(16)))), undefined)
})

test('bits are those of 64-bit two’s complement', () => {
  assert.equal(value(calc(int(-1), 'bitand', int(1))), 1)
  assert.equal(value(calc(int(-1), 'bitxor', int(1))), -2)
  assert.equal(value(calc(int(0xffffffff), 'bitand', int(0xf0000000))), 0xf0000000)
  assert.equal(value(calc(int(0xffffffffff), 'bitand', int(0xf000000000))), 0xf000000000)
  assert.equal(value(calc(int(0x80000000), 'bitor', int(1))), 0x80000001)
  assert.equal(value(calc(int(-(2 ** 31)), 'bitor', int(1))), -(2 ** 31) + 1)
})

test('a shift by 64 or more gives 0, and a negative one counts modulo 64', () => {
  assert.equal(value(calc(int(1), 'shl', int(64))), 0)
  assert.equal(value(calc(int(-1), 'shr', int(64))), 0)
  assert.equal(value(calc(int(-1), 'shr', int(63))), -1)
  assert.equal(value(calc(int(1), 'shl', int(63))), least)
  assert.equal(value(calc(int(1), 'shl', calc(minusOne, 'mul', int(63)))), 2)
  assert.equal(value(calc(int(2), 'shr', calc(minusOne, 'mul', int(63)))), 1)
  assert.equal(value(calc(int(2), 'shr', calc(int(1), 'shl', int(63)))), 2)
})

test('an integer is read in its size, sign and byte order, and only inside the object', () => {
  assert.equal(value(read(16, int(0))), 0x4241)
  assert.equal(value(read(16, int(0), { bigEndian: true })), 0x4142)
  assert.equal(value(read(32, int(0))), 0x44434241)
  assert.equal(value(read(32, int(0), { bigEndian: true })), 0x41424344)
  assert.equal(value(read(32, int(19))), 0xffffffff)
  for (const bits of [8, 16, 32] as const) {
    assert.equal(value(read(bits, int(19), { signed: true })), -1)
    const width = bits / 8
    for (const offset of [filesize, minusOne, greatest, calc(filesize, 'sub', int(width - 1)), undef]) {
      assert.equal(value(read(bits, offset)), undefined)
    }
    assert.notEqual(value(read(bits, calc(filesize, 'sub', int(width)))), undefined)
    assert.equal(value(read(bits, int(bytes.length - width + 1))), undefined)
    assert.equal(value(is(read(bits, int(bytes.length - width + 1)), 'eq', int(255))), undefined)
  }
})

test('an integer of the object is compared with a constant, also with one that it never is', () => {
  for (const [bits, wanted] of [
    [8, 0x42],
    [16, 0x4342],
    [32, 0x45444342],
  ] as const) {
    assert.equal(value(is(read(bits, int(1)), 'eq', int(wanted))), true)
    for (const other of [wanted + 1, wanted ^ (1 << (bits - 2)), -1, 2 ** bits]) {
      assert.equal(value(is(read(bits, int(1)), 'eq', int(other))), false)
      assert.equal(value(is(read(bits, int(1)), 'ne', int(other))), true)
    }
  }
  assert.equal(value(is(read(32, int(1), { bigEndian: true }), 'eq', int(0x42434445))), true)
  assert.equal(valueOf(is(read(16, int(0)), 'eq', int(0x10000)), sceneOf(new Uint8Array(2))), false)
})

test('numbers are compared as floats when one of them is, and floats divide by zero', () => {
  const same = (left: Node, right: Node): Node => ({ op: 'eq', type: 'float', left, right })
  assert.equal(value(same(int('9007199254740993'), float(9007199254740992))), true)
  assert.equal(value(same({ op: 'add', type: 'float', left: int(1), right: float(0.5) }, float(1.5))), true)
  const quotient = (left: Node, right: Node): Node => ({ op: 'div', type: 'float', left, right })
  assert.equal(value(quotient(float(1), int(0))), Number.POSITIVE_INFINITY)
  assert.equal(value(same(quotient(int(0), float(0)), float(0))), false)
  assert.equal(value({ op: 'truth', type: 'float', of: quotient(int(0), float(0)) }), true)
  assert.equal(value({ op: 'neg', type: 'float', of: float(2) }), -2)
  assert.equal(value(same(undef, float(0))), undefined)
})

test('what is undefined makes everything around it undefined, up to the next and, or, defined', () => {
  const equal = is(undef, 'eq', int(0))
  for (const node of [
    equal,
    not(equal),
    not(not(equal)),
    is(int(0), 'le', undef),
    calc(undef, 'add', int(1)),
    calc(int(1), 'bitor', undef),
    { op: 'truth', type: 'int', of: undef },
    not({ op: 'truth', type: 'int', of: undef }),
    patternAt(0, undef),
    { op: 'count', pattern: 0, range: { low: undef, high: int(1) } },
  ] satisfies Node[]) {
    assert.equal(value(node), undefined)
    assert.equal(holds(node, scene), false)
    assert.equal(value(defined(node)), false)
  }
  assert.equal(value(and(equal, yes)), false)
  assert.equal(value(not(and(equal, yes))), true)
  assert.equal(value(or(equal, yes)), true)
  assert.equal(value(or(equal, no)), false)
  assert.equal(value(defined(and(equal, yes))), true)
  assert.equal(value(defined(int(0))), true)
})

test('and and or hold for every number of conditions', () => {
  for (let count = 1; count <= 6; count++) {
    for (let odd = 0; odd < count; odd++) {
      const items = (usual: Node, other: Node): Node[] =>
        Array.from({ length: count }, (_, index) => (index === odd ? other : usual))
      assert.equal(value(and(...items(yes, no))), false)
      assert.equal(value(or(...items(no, yes))), true)
    }
    assert.equal(value(and(...Array.from({ length: count }, () => yes))), true)
    assert.equal(value(or(...Array.from({ length: count }, () => no))), false)
  }
})

test('numbers other than 0 and texts other than "" are true', () => {
  assert.equal(value({ op: 'truth', type: 'int', of: int(0) }), false)
  assert.equal(value({ op: 'truth', type: 'int', of: int('9223372036854775807') }), true)
  assert.equal(value({ op: 'truth', type: 'text', of: text('') }), false)
  assert.equal(value({ op: 'truth', type: 'text', of: text('0') }), true)
  assert.equal(value({ op: 'truth', type: 'bool', of: yes }), true)
})

test('a pattern is asked whether, where and how often it matches', () => {
  assert.equal(value(pattern(0)), true)
  assert.equal(value(pattern(1)), false)
  assert.equal(value(patternAt(0, int(5))), true)
  assert.equal(value(patternAt(0, int(6))), false)
  assert.equal(value(patternAt(2, int(3))), true)
  assert.equal(value(patternAt(0, minusOne)), false)
  const within = (low: Node, high: Node): Node => ({
    op: 'pattern',
    pattern: 0,
    where: { kind: 'in', range: { low, high } },
  })
  assert.equal(value(within(int(1), int(5))), true)
  assert.equal(value(within(int(1), int(4))), false)
  assert.equal(value(within(int(10), greatest)), false)
  assert.equal(value(within(int(5), int(1))), false)
  assert.equal(value(within(undef, int(1))), undefined)
})

test('matches are counted, in a range too, and numbered from 1', () => {
  const count = (low: Node, high: Node): unknown => value({ op: 'count', pattern: 0, range: { low, high } })
  assert.equal(value({ op: 'count', pattern: 0 }), 3)
  assert.equal(count(int(0), int(5)), 2)
  assert.equal(count(minusOne, greatest), 3)
  assert.equal(count(int(6), int(8)), 0)
  assert.equal(count(int(9), int(0)), 0)
  const part = (op: 'offset' | 'length', ref: PatternRef, index: Node): unknown =>
    value({ op, pattern: ref, index })
  assert.equal(part('offset', 0, int(2)), 5)
  assert.equal(part('length', 0, int(3)), 1)
  for (const index of [int(0), int(4), minusOne, greatest, undef]) {
    assert.equal(part('offset', 0, index), undefined)
    assert.equal(part('length', 0, index), undefined)
  }
  assert.equal(part('offset', 1, int(1)), undefined)
})

test('texts are compared by their bytes', () => {
  const order = (op: 'lt' | 'ge' | 'eq', left: string, right: string): unknown =>
    value({ op, type: 'text', left: text(left), right: text(right) })
  assert.equal(order('lt', 'a', '\xff'), true)
  assert.equal(order('lt', 'a', 'ab'), true)
  assert.equal(order('ge', 'a', 'B'), true)
  assert.equal(order('eq', 'a', 'A'), false)
})

test('upper and lower case are those of Unicode where the bytes are UTF-8', () => {
  const bytesOf = (characters: string): string => Buffer.from(characters).toString('latin1')
  const same = (left: string, right: string): unknown =>
    value({ op: 'iequals', left: text(left), right: text(right) })
  assert.equal(same('ABC', 'abc'), true)
  assert.equal(same(bytesOf('É'), bytesOf('é')), true)
  assert.equal(same('K', bytesOf('\u212a')), true)
  assert.equal(same(bytesOf('ΑΣ'), bytesOf('ας')), false)
  assert.equal(same(bytesOf('ΑΣ'), bytesOf('ασ')), true)
  // Latin-1 is not UTF-8.
  assert.equal(same('\xc9', '\xe9'), false)
  assert.equal(same('A\xff\xc3B', 'a\xff\xc3b'), true)
})

test('texts are searched, and matched by regular expressions', () => {
  const check = (op: 'contains' | 'icontains' | 'startswith' | 'istartswith', right: string): unknown =>
    value({ op, left: text('abcdE'), right: text(right) })
  assert.equal(check('contains', 'bc'), true)
  assert.equal(check('contains', 'BC'), false)
  assert.equal(check('icontains', 'BC'), true)
  assert.equal(check('contains', ''), true)
  assert.equal(check('startswith', 'ab'), true)
  assert.equal(check('startswith', 'b'), false)
  assert.equal(check('istartswith', 'AB'), true)
  assert.equal(value({ op: 'endswith', left: text('abcdE'), right: text('dE') }), true)
  assert.equal(value({ op: 'endswith', left: text('abcdE'), right: text('de') }), false)
  assert.equal(value({ op: 'iendswith', left: text('abcdE'), right: text('De') }), true)
  const matches = (source: string, flags: string): unknown =>
    value({ op: 'matches', left: text('abcdE'), regex: { op: 'regex', source, flags } })
  assert.equal(matches('^b', ''), false)
  assert.equal(matches('B.D', 'i'), true)
})

test('other rules are asked', () => {
  assert.equal(value({ op: 'rule', rule: 0 }), true)
  assert.equal(value({ op: 'rule', rule: 1 }), false)
})

test('a condition survives JSON', () => {
  const node = and(is(read(16, int(0)), 'eq', int(0x4241)), is(greatest, 'gt', filesize), pattern(0))
  const stored = JSON.stringify(node)
  assert.equal(holds(JSON.parse(stored) as Node, scene), true)
})
