import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  all,
  and,
  any,
  calc,
  defined,
  filesize,
  float,
  forRange,
  int,
  is,
  not,
  or,
  pattern,
  patternAt,
  percent,
  read,
  slot,
  text,
  times,
  yes,
} from './fixture.ts'
import type { Node } from './node.ts'
import { printCondition } from './print.ts'

const names = { patterns: ['$a', '$b1', '$b2'], rule: (index: number): string => `Rule${index}` }

function prints(node: Node, expected: string): void {
  assert.equal(printCondition(node, names), expected)
}

test('a typical condition is printed as it is usually written', () => {
  const bs: Node = { op: 'of-patterns', quantifier: times(int(2)), patterns: [1, 2] }
  prints(
    and(is(read(16, int(0)), 'eq', int(23117)), is(filesize, 'lt', int(307200)), or(pattern(0), bs)),
    'uint16(0) == 23117 and filesize < 307200 and ($a or 2 of ($b1, $b2))',
  )
})

test('brackets stand where precedence asks for them, and only there', () => {
  const one = int(1)
  prints(calc(calc(one, 'add', one), 'mul', one), '(1 + 1) * 1')
  prints(calc(calc(one, 'mul', one), 'add', one), '1 * 1 + 1')
  prints(calc(one, 'sub', calc(one, 'sub', one)), '1 - (1 - 1)')
  prints(calc(calc(one, 'sub', one), 'sub', one), '1 - 1 - 1')
  prints(calc(one, 'bitand', calc(one, 'bitor', one)), '1 & (1 | 1)')
  prints(calc(calc(one, 'shl', one), 'bitxor', calc(one, 'bitand', one)), '1 << 1 ^ 1 & 1')
  prints({ op: 'neg', type: 'int', of: int(-1) }, '-(-1)')
  prints({ op: 'bitnot', of: calc(one, 'add', one) }, '~(1 + 1)')
  prints(and(or(yes, yes), not(and(yes, yes))), '(true or true) and not (true and true)')
  prints(defined(is(filesize, 'eq', one)), 'defined (filesize == 1)')
  prints(not(pattern(0)), 'not $a')
  prints({ op: 'eq', type: 'bool', left: is(int(1), 'eq', int(2)), right: yes }, '(1 == 2) == true')
})

test('what is asked of patterns is printed', () => {
  prints(patternAt(0, calc(int(1), 'add', int(2))), '$a at 1 + 2')
  prints(
    { op: 'pattern', pattern: 1, where: { kind: 'in', range: { low: int(0), high: filesize } } },
    '$b1 in (0..filesize)',
  )
  prints(
    is({ op: 'count', pattern: 2, range: { low: int(0), high: int(9) } }, 'ge', int(2)),
    '#b2 in (0..9) >= 2',
  )
  prints(
    is({ op: 'offset', pattern: 0, index: int(1) }, 'lt', {
      op: 'length',
      pattern: 'current',
      index: int(2),
    }),
    '@a[1] < ![2]',
  )
  prints(
    { op: 'for-patterns', quantifier: all, patterns: [0, 1, 2], body: patternAt('current', int(0)) },
    'for all of them : ($ at 0)',
  )
  prints(
    { op: 'of-patterns', quantifier: percent(50), patterns: [0], where: { kind: 'at', offset: int(4) } },
    '50% of ($a) at 4',
  )
})

test('loops, lists, variables and rules are printed', () => {
  prints(
    forRange(any, [int(0), filesize], is(read(8, slot(0)), 'eq', int(1))),
    'for any v0 in (0..filesize) : (uint8(v0) == 1)',
  )
  prints(
    {
      op: 'for-in',
      quantifier: times(calc(int(1), 'add', int(1))),
      slots: [0, 1],
      over: {
        kind: 'structure',
        of: { op: 'field', of: { op: 'module', module: 'pe' }, name: 'version_info' },
      },
      body: { op: 'icontains', left: slot(0), right: slot(1) },
    },
    'for (1 + 1) v0, v1 in pe.version_info : (v0 icontains v1)',
  )
  prints(
    {
      op: 'of-conditions',
      quantifier: any,
      items: [
        { op: 'rule', rule: 3 },
        { op: 'external', name: 'debug', type: 'bool' },
      ],
    },
    'any of (Rule3, debug)',
  )
  prints(
    { op: 'with', bindings: [{ slot: 2, value: filesize }], body: { op: 'truth', type: 'int', of: slot(2) } },
    'with v2 = filesize : (v2)',
  )
  prints(
    { op: 'for-in', quantifier: all, slots: [0], over: { kind: 'list', items: [int(1), int(2)] }, body: yes },
    'for all v0 in (1, 2) : (true)',
  )
})

test('calls, elements and constants are printed, with bytes escaped', () => {
  const pe: Node = { op: 'module', module: 'pe' }
  const section: Node = { op: 'element', of: { op: 'field', of: pe, name: 'sections' }, key: int(0) }
  prints({ op: 'field', of: section, name: 'name' }, 'pe.sections[0].name')
  prints(
    {
      op: 'call',
      of: pe,
      name: 'imports',
      overload: 1,
      args: [text('a"\\\n\x00é'), { op: 'regex', source: 'a\\/\xff', flags: 'is' }],
    },
    'pe.imports("a\\"\\\\\\n\\x00\\xe9", /a\\/\\xff/is)',
  )
  prints({ op: 'gt', type: 'float', left: float(7), right: float(-0.5) }, '7.0 > -0.5')
  prints(read(32, int(1), { signed: true, bigEndian: true }), 'int32be(1)')
  prints({ op: 'matches', left: text(''), regex: { op: 'regex', source: 'x', flags: '' } }, '"" matches /x/')
  prints(int('9223372036854775807'), '9223372036854775807')
})
