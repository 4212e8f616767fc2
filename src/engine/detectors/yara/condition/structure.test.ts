import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Module, Overload, StructType } from '../modules/module.ts'
import {
  all,
  any,
  calc,
  defined,
  holds,
  int,
  is,
  none,
  not,
  sceneOf,
  slot,
  text,
  undef,
  valueOf,
  yes,
} from './fixture.ts'
import type { Node, RegexNode } from './node.ts'

const item: StructType = {
  kind: 'struct',
  fields: {
    size: 'int',
    grown: {
      kind: 'function',
      overloads: [
        {
          args: ['int'],
          returns: 'int',
          call: (self, [by]) => (self as { size: number }).size + (by as number),
        },
      ],
    },
  },
}

function overload(args: Overload['args'], call: Overload['call']): Overload {
  return { args, returns: 'int', call }
}

const zoo: Module = {
  name: 'zoo',
  type: {
    kind: 'struct',
    fields: {
      items: { kind: 'array', item },
      names: { kind: 'map', key: 'text', value: 'int' },
      numbers: { kind: 'map', key: 'int', value: item },
      sum: {
        kind: 'function',
        overloads: [
          overload(['int', 'int'], (_self, [a, b]) => (a as number) + (b as number)),
          overload(['regex'], (_self, [regex]) =>
            (regex as { test(text: string): boolean }).test('zoo') ? 1 : 0,
          ),
        ],
      },
    },
  },
  open: () => undefined,
}

const scene = sceneOf(new Uint8Array(3), {
  modules: {
    zoo: {
      items: [{ size: 10 }, { size: 20 }],
      names: new Map([
        ['a', 1],
        ['b', 2],
      ]),
      numbers: new Map([[7, { size: 70 }]]),
    },
  },
})
const empty = sceneOf(new Uint8Array(3))

const root: Node = { op: 'module', module: 'zoo' }
const field = (of: Node, name: string): Node => ({ op: 'field', of, name })
const at = (of: Node, key: Node): Node => ({ op: 'element', of, key })
const call = (of: Node, name: string, args: readonly (Node | RegexNode)[], number = 0): Node => ({
  op: 'call',
  of,
  name,
  overload: number,
  args,
})
const items = field(root, 'items')
const value = (node: Node, where = scene): unknown => valueOf(node, where, [zoo])

test('fields and elements are looked up, and undefined where there are none', () => {
  assert.equal(value(field(at(items, int(1)), 'size')), 20)
  assert.equal(value(at(field(root, 'names'), text('b'))), 2)
  assert.equal(value(field(at(field(root, 'numbers'), int(7)), 'size')), 70)
  for (const index of [int(2), int(-1), int('9223372036854775807'), undef]) {
    assert.equal(value(field(at(items, index), 'size')), undefined)
  }
  assert.equal(value(at(field(root, 'names'), text('c'))), undefined)
  assert.equal(value(field(root, 'nothing')), undefined)
  assert.equal(value(field(at(items, int(0)), 'size'), empty), undefined)
})

test('functions are called with their arguments, and not with undefined ones', () => {
  assert.equal(value(call(root, 'sum', [int(1), int(2)])), 3)
  assert.equal(value(call(root, 'sum', [calc(int(1), 'add', int(1)), int(2)])), 4)
  assert.equal(value(call(root, 'sum', [int(1), undef])), undefined)
  assert.equal(value(call(root, 'sum', [int(1), int(2)]), empty), undefined)
  assert.equal(value(call(root, 'sum', [{ op: 'regex', source: 'Z', flags: 'i' }], 1)), 1)
  assert.equal(value(call(root, 'sum', [{ op: 'regex', source: 'Z', flags: '' }], 1)), 0)
})

test('functions of elements and of loop variables find their structure', () => {
  assert.equal(value(call(at(items, int(0)), 'grown', [int(5)])), 15)
  assert.equal(value(call(at(items, int(9)), 'grown', [int(5)])), undefined)
  const loop: Node = {
    op: 'for-in',
    quantifier: any,
    slots: [0],
    over: { kind: 'structure', of: items },
    body: is(call(slot(0), 'grown', [int(1)]), 'eq', int(21)),
  }
  assert.equal(value(loop), true)
  const bound: Node = {
    op: 'with',
    bindings: [{ slot: 0, value: at(field(root, 'numbers'), int(7)) }],
    body: is(call(slot(0), 'grown', [int(1)]), 'eq', int(71)),
  }
  assert.equal(value(bound), true)
})

test('arrays and maps are gone through', () => {
  const over = (of: Node, slots: readonly number[], body: Node): Node => ({
    op: 'for-in',
    quantifier: all,
    slots,
    over: { kind: 'structure', of },
    body,
  })
  assert.equal(value(over(items, [0], is(field(slot(0), 'size'), 'ge', int(10)))), true)
  assert.equal(value(over(items, [0], is(field(slot(0), 'size'), 'gt', int(10)))), false)
  const names = field(root, 'names')
  assert.equal(value(over(names, [0, 1], is(at(names, slot(0)), 'eq', slot(1)))), true)
})

test('an absent array is empty, and a field of an absent element is undefined', () => {
  const over = (of: Node): Node => ({
    op: 'for-in',
    quantifier: none,
    slots: [0],
    over: { kind: 'structure', of },
    body: yes,
  })
  assert.equal(value(over(items), empty), false)
  assert.equal(value(not(over(items)), empty), true)
  assert.equal(value(over(field(at(items, int(9)), 'parts'))), undefined)
  assert.equal(value(defined(over(field(at(items, int(0)), 'parts')))), true)
})

test('a function that no module has is told when the condition is compiled', () => {
  assert.throws(() => holds(call(root, 'nothing', []), scene, [zoo]), /no module has the function nothing/)
  assert.throws(
    () => holds(call(root, 'constructor', []), scene, [zoo]),
    /no module has the function constructor/,
  )
})
